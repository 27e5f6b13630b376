/*
 * The aggregates of a resource provider over HTTP (1.1). From 1.19 on the answer shows the
 * provider's generation, and a change must name it.
 */
#ifndef BERTH_API_AGGREGATES_H
#define BERTH_API_AGGREGATES_H

struct call;

/* GET and PUT /resource_providers/{uuid}/aggregates */
void aggregates_show(struct call *call);
void aggregates_set(struct call *call);

#endif

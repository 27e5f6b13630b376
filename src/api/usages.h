/*
 * Usages over HTTP: the sums of allocations of a provider, and of a project.
 */
#ifndef BERTH_API_USAGES_H
#define BERTH_API_USAGES_H

struct call;

/* GET /resource_providers/{uuid}/usages */
void provider_usages_show(struct call *call);

/* GET /usages */
void usages_show(struct call *call);

#endif

/*
 * Traits over HTTP (1.6): the traits there are, and those of a resource provider.
 */
#ifndef BERTH_API_TRAITS_H
#define BERTH_API_TRAITS_H

struct call;

/* GET /traits */
int traits_show(struct call *call);

/* GET, PUT and DELETE /traits/{name} */
int trait_show(struct call *call);
int trait_put(struct call *call);
int trait_remove(struct call *call);

/* GET, PUT and DELETE /resource_providers/{uuid}/traits */
int provider_traits_show(struct call *call);
int provider_traits_set(struct call *call);
int provider_traits_clear(struct call *call);

#endif

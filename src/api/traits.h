/*
 * Traits over HTTP (1.6): all traits, and those of a resource provider.
 */
#ifndef BERTH_API_TRAITS_H
#define BERTH_API_TRAITS_H

struct call;

/* GET /traits */
void traits_show(struct call *call);

/* GET, PUT and DELETE /traits/{name} */
void trait_show(struct call *call);
void trait_put(struct call *call);
void trait_remove(struct call *call);

/* GET, PUT and DELETE /resource_providers/{uuid}/traits */
void provider_traits_show(struct call *call);
void provider_traits_set(struct call *call);
void provider_traits_clear(struct call *call);

#endif

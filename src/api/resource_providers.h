/*
 * Resource providers over HTTP: create, show, list, rename, move within trees, delete.
 */
#ifndef BERTH_API_RESOURCE_PROVIDERS_H
#define BERTH_API_RESOURCE_PROVIDERS_H

struct call;

/* GET /resource_providers */
void resource_providers_list(struct call *call);

/* POST /resource_providers */
void resource_provider_create(struct call *call);

/* GET /resource_providers/{uuid} */
void resource_provider_show(struct call *call);

/* PUT /resource_providers/{uuid} */
void resource_provider_update(struct call *call);

/* DELETE /resource_providers/{uuid} */
void resource_provider_delete(struct call *call);

#endif

/*
 * The inventories of a resource provider over HTTP.
 *
 * Fields that a body leaves out get upstream's defaults. From 1.26 on an inventory may be reserved
 * completely.
 */
#ifndef BERTH_API_INVENTORIES_H
#define BERTH_API_INVENTORIES_H

struct call;

/* GET, POST, PUT and DELETE (1.5) /resource_providers/{uuid}/inventories */
void inventories_show(struct call *call);
void inventory_create(struct call *call);
void inventories_set(struct call *call);
void inventories_clear(struct call *call);

/* GET, PUT and DELETE /resource_providers/{uuid}/inventories/{resource_class} */
void inventory_show(struct call *call);
void inventory_update(struct call *call);
void inventory_remove(struct call *call);

#endif

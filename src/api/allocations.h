/*
 * Allocations over HTTP: what consumers hold of providers.
 *
 * PUT takes a list before 1.12 and an object from then on. Project and user come from the request
 * from 1.8 on, and from the configuration before. Consumer generations count from 1.28 on. Mappings
 * are accepted from 1.34 on and, as upstream does, ignored. Consumer types come with 1.38.
 */
#ifndef BERTH_API_ALLOCATIONS_H
#define BERTH_API_ALLOCATIONS_H

struct call;

/* GET /allocations/{consumer_uuid} */
void consumer_allocations_show(struct call *call);
/* PUT /allocations/{consumer_uuid} */
void consumer_allocations_replace(struct call *call);
/* DELETE /allocations/{consumer_uuid} */
void consumer_allocations_delete(struct call *call);
/* POST /allocations: many consumers at once */
void allocations_replace(struct call *call);
/* GET /resource_providers/{uuid}/allocations */
void provider_allocations_show(struct call *call);

#endif

/*
 * Allocations over HTTP: what consumers hold of providers.
 *
 * PUT takes a list before 1.12 and an object after; project and user are taken from 1.8 on and the
 * configured ones stand in before; consumer generations count from 1.28, mappings are taken (and,
 * as upstream does, left alone) from 1.34, consumer types from 1.38.
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

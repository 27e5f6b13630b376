/*
 * The whole cloud in one answer, for the console and for programs that want all of it: providers in
 * the order of their trees, with inventories, usages, traits and aggregates.
 *
 * Upstream has nothing like it, so the path is below /_berth. But it is a route like those of the
 * API: it needs a token, and what GET /resource_providers asks of the policy. It counts as a search
 * for the rate limits, because it reads as much.
 */
#ifndef BERTH_API_CAPACITY_LIST_H
#define BERTH_API_CAPACITY_LIST_H

struct call;

/* GET /_berth/capacity */
void capacity_list_show(struct call *call);

#endif

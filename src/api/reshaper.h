/*
 * The reshaper: inventories and allocations that move together.
 */
#ifndef BERTH_API_RESHAPER_H
#define BERTH_API_RESHAPER_H

struct call;

/* POST /reshaper */
void reshaper_post(struct call *call);

#endif

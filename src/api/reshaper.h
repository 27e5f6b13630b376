/*
 * The reshaper: changes inventories and allocations together, in one transaction.
 */
#ifndef BERTH_API_RESHAPER_H
#define BERTH_API_RESHAPER_H

struct call;

/* POST /reshaper */
void reshaper_post(struct call *call);

#endif

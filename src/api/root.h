/*
 * The version document at the root of the service. Everybody may read it.
 */
#ifndef BERTH_API_ROOT_H
#define BERTH_API_ROOT_H

struct call;

/* GET / */
void root_show(struct call *call);

#endif

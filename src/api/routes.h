/*
 * The table of routes: which URL and method is answered by which handler, from which microversion
 * on, under which policy rule.
 */
#ifndef BERTH_API_ROUTES_H
#define BERTH_API_ROUTES_H

#include "http/router.h"

extern const struct route routes[];
extern const size_t route_count;

#endif

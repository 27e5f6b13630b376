/*
 * The table of routes: for each URL and method its handler, its first microversion and its policy
 * rule.
 */
#ifndef BERTH_API_ROUTES_H
#define BERTH_API_ROUTES_H

#include "http/router.h"

extern const struct route routes[];
extern const size_t route_count;

#endif

/*
 * Finding out who is asking, as [api] auth_strategy says.
 *
 *   noauth2    the identity is in the token itself, as upstream's NoAuthMiddleware reads it
 *              (placement/auth.py), for tests and for clouds that authenticate in front of the
 *              service
 *
 * The version document needs no token: its identity is nobody.
 */
#ifndef BERTH_AUTH_AUTHENTICATION_H
#define BERTH_AUTH_AUTHENTICATION_H

#include "auth/identity.h"

/* Fills the identity in. Gives false after exchange_fail() with 401. */
bool authentication_identify(struct exchange *exchange, struct identity *identity);

#endif

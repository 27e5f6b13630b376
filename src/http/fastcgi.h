/*
 * Exchanges over FastCGI: requests come from nginx by libfcgi, one at a time.
 *
 * The mount point: a PATH_INFO parameter divides the URL as CGI says, SCRIPT_NAME being the prefix;
 * without one (nginx's own fastcgi_params) the whole path is the service's.
 */
#ifndef BERTH_HTTP_FASTCGI_H
#define BERTH_HTTP_FASTCGI_H

#include "http/exchange.h"

struct fastcgi;

/* Prepares libfcgi for a listening socket. It replaces the handlers of SIGPIPE, SIGUSR1 and
   SIGTERM: install yours after this. NULL after errno is set. */
struct fastcgi *fastcgi_new(int listen_socket);
void fastcgi_free(struct fastcgi *fastcgi);

/* Takes the next connection. The listening socket is non-blocking: false when none waits (another
   worker took it), or when accepting failed. Once there is a connection this reads to the end of
   the parameters: signals that must not cut that short are to be blocked by the caller. */
bool fastcgi_accept(struct fastcgi *fastcgi);

/* Fills the exchange from the request just accepted: parameters, path, ids and the body (at most
   body_limit bytes). A request that cannot be served (body too large or cut short, path not UTF-8,
   query longer than query_limit) fails here: ask exchange_failed(). */
void fastcgi_receive(struct fastcgi *fastcgi, struct exchange *exchange, size_t body_limit,
                     size_t query_limit);

/* Sends the response, without taking memory. Gives false if the client is gone. */
bool fastcgi_send(struct fastcgi *fastcgi, const struct exchange *exchange);

/* Ends the request and closes its connection. */
void fastcgi_finish(struct fastcgi *fastcgi);

#endif

/*
 * Receives requests from nginx over FastCGI with libfcgi, one at a time, and sends the responses.
 *
 * With a PATH_INFO parameter, SCRIPT_NAME is the prefix where the service is mounted, as in CGI.
 * Without it (as in nginx's fastcgi_params) there is no prefix, and SCRIPT_NAME is the path.
 */
#ifndef BERTH_HTTP_FASTCGI_H
#define BERTH_HTTP_FASTCGI_H

#include "http/exchange.h"

struct fastcgi;

/* Prepares libfcgi for a listening socket. libfcgi replaces the handlers of SIGPIPE, SIGUSR1 and
   SIGTERM: install yours afterwards. Returns NULL with errno set. */
struct fastcgi *fastcgi_new(int listen_socket);
void fastcgi_free(struct fastcgi *fastcgi);

/* Accepts the next connection and reads its parameters. Returns false with errno set if accepting
   failed; the listening socket is non-blocking, and EAGAIN means that no connection waits (another
   worker took it). The caller must block signals that must not interrupt the reading. */
bool fastcgi_accept(struct fastcgi *fastcgi);

/* Fills the exchange from the request just accepted: parameters, path, ids and the body (at most
   body_limit bytes). A request that cannot be served (body too large or cut short, path not UTF-8,
   query longer than query_limit, or left out by the web server) fails here: ask
   exchange_failed(). */
void fastcgi_receive(struct fastcgi *fastcgi, struct exchange *exchange, size_t body_limit,
                     size_t query_limit);

/* Sends the response without allocating memory; a small one leaves with fastcgi_finish(). Returns
   false if the client is gone, and that is noticed. */
bool fastcgi_send(struct fastcgi *fastcgi, const struct exchange *exchange);

/* Ends the request. Its connection is closed when the next request ends: by then the web server has
   closed its end, for which nobody waits. */
void fastcgi_finish(struct fastcgi *fastcgi);

#endif

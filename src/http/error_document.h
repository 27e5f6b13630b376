/*
 * The body of an error response.
 *
 * Upstream's errors are webob exceptions: JSON by the API-WG's form to whom takes JSON (and to whom
 * does not say), otherwise HTML or plain text of webob's templates.
 */
#ifndef BERTH_HTTP_ERROR_DOCUMENT_H
#define BERTH_HTTP_ERROR_DOCUMENT_H

struct exchange;

/* Writes content type and body of the response to an exchange that has failed. A status that is
   never sent becomes 500. */
void error_document_write(struct exchange *exchange);

/* The reason phrase of a status, as "Not Found"; NULL for one that is never sent. */
const char *status_reason(int status);

#endif

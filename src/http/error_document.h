/*
 * The body of an error response.
 *
 * Upstream's errors are webob exceptions. A client that accepts JSON, or does not say, gets JSON in
 * the form of the API working group; others get HTML or plain text from webob's templates.
 */
#ifndef BERTH_HTTP_ERROR_DOCUMENT_H
#define BERTH_HTTP_ERROR_DOCUMENT_H

struct exchange;

/* Writes content type and body of the response to an exchange that has failed. A status that is
   never sent becomes 500. */
void error_document_write(struct exchange *exchange);

/* Returns the reason phrase of a status, such as "Not Found", or NULL if Berth never sends it. */
const char *status_reason(int status);

#endif

/*
 * Writes resource providers as JSON, with their links.
 */
#ifndef BERTH_API_PROVIDER_JSON_H
#define BERTH_API_PROVIDER_JSON_H

#include "api/call.h"

enum { PROVIDER_LINKS = 6 };

/* Writes providers one after the other. The links of all but the first are copied from the first,
   with another uuid. */
struct provider_writer {
    struct call *call;
    struct json_writer *json;
    char *url; /* memory to build a URL in */
    size_t url_size;
    size_t from, to;               /* the links of the first provider in the buffer; to 0: none */
    size_t places[PROVIDER_LINKS]; /* of the uuid, after from */
    time_t modified;               /* of the newest so far */
};

/* Begins an answer in JSON. */
struct provider_writer provider_writer_new(struct call *call);

/* Writes one provider as an object. The caller opens the array around several. */
void provider_write(struct provider_writer *writer, const struct provider *provider);

#endif

/*
 * What a claim asks for: the consumers, and what each of them holds from now on.
 */
#ifndef BERTH_PLACEMENT_CLAIM_REQUEST_H
#define BERTH_PLACEMENT_CLAIM_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An amount of a class of a provider. */
struct claim_amount {
    const char *provider_uuid;
    const char *class_name;
    int64_t used; /* 1 or more */
};

/* All that one consumer holds from now on. */
struct claim {
    const char *consumer_uuid;
    const char *project_id; /* external ids; not NULL */
    const char *user_id;
    const char *consumer_type;   /* NULL: leave it; a new consumer gets none */
    bool check_generation;       /* from 1.28 on: the consumer must be as the client thinks */
    bool generation_null;        /* the client thinks that the consumer does not exist */
    int64_t generation;          /* which the client thinks the consumer has, otherwise */
    const char *generation_text; /* as the client wrote it */
    const struct claim_amount *amounts;
    size_t amount_count;       /* 0: an empty claim, the consumer holds nothing */
    const struct claim *again; /* names the same consumer in another spelling, NULL: none. This
                                  claim has its amounts */
};

#endif

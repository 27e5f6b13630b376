/*
 * Traits, and which a provider has. Names that do not begin with CUSTOM_ are standard.
 */
#ifndef BERTH_PLACEMENT_TRAIT_H
#define BERTH_PLACEMENT_TRAIT_H

#include "placement/provider.h"

struct trait {
    int64_t id;
    const char *name;
    time_t created;  /* 0: not known */
    time_t modified; /* updated_at, or else created_at; 0: not known */
};

struct traits {
    const struct trait *list;
    size_t count;
};

/* Which traits are asked for. */
struct trait_filter {
    const char *const *names; /* one of these; NULL: whatever the name */
    size_t name_count;
    const char
        *prefix; /* the name begins so, "%" and "_" being SQL's; NULL: whatever it begins with */
    bool by_association;
    bool associated; /* some provider has it, or none has */
};

enum outcome traits_load(struct context *context, const struct trait_filter *filter,
                         struct traits *traits);

/* OUTCOME_TRAIT_NOT_FOUND: "No such trait(s): <name>." */
enum outcome trait_load(struct context *context, const char *name, struct trait *trait);

/* Makes a custom trait. OUTCOME_DUPLICATE: there is one. */
enum outcome trait_create(struct context *context, const char *name);

/* OUTCOME_STANDARD: "Cannot delete standard trait <name>."; OUTCOME_IN_USE: "The trait <name> is in
   use by a resource provider." */
enum outcome trait_delete(struct context *context, const struct trait *trait);

/* The traits of a provider. */
enum outcome provider_traits_load(struct context *context, const struct provider *provider,
                                  struct traits *traits);

/* Makes these the traits of a provider that was loaded before, and no others. Its generation is
   raised if anything changes. OUTCOME_CONCURRENT_UPDATE. */
enum outcome provider_traits_replace(struct context *context, struct provider *provider,
                                     const struct traits *traits, bool check_generation);

#endif

/*
 * Traits, and the traits of a provider. Names that do not begin with CUSTOM_ are standard.
 */
#ifndef BERTH_PLACEMENT_TRAIT_H
#define BERTH_PLACEMENT_TRAIT_H

#include "placement/provider.h"
#include "placement/requirements.h"

struct trait {
    int64_t id;
    const char *name;
    time_t created;  /* 0: unknown */
    time_t modified; /* updated_at, or else created_at; 0: unknown */
};

struct traits {
    const struct trait *list;
    size_t count;
};

/* Which traits to load: those that meet all of it. */
struct trait_filter {
    const char *const *names; /* the name is one of these; NULL: any name */
    size_t name_count;
    /* Without names: the name begins with this, where "%" and "_" are SQL's; NULL: with anything.
     */
    const char *prefix;
    bool by_association; /* false: ignore associated */
    bool associated;     /* true: some provider has the trait; false: none has */
};

/* Loads traits, in the order of ids. */
enum outcome traits_load(struct context *context, const struct trait_filter *filter,
                         struct traits *traits);

/* Loads a trait by name; case matters. OUTCOME_TRAIT_NOT_FOUND: "No such trait(s): <name>." */
enum outcome trait_load(struct context *context, const char *name, struct trait *trait);

/* Creates a custom trait. OUTCOME_DUPLICATE: the name exists. */
enum outcome trait_create(struct context *context, const char *name);

/* Deletes a custom trait by name.
     OUTCOME_STANDARD         "Cannot delete standard trait <name>."
     OUTCOME_IN_USE           "The trait <name> is in use by a resource provider."
     OUTCOME_TRAIT_NOT_FOUND  "No such trait(s): <name>." */
enum outcome trait_delete(struct context *context, const char *name);

/* Loads the traits of a provider, in the order of ids. */
enum outcome provider_traits_load(struct context *context, const struct provider *provider,
                                  struct traits *traits);

/* Replaces the traits of a provider that was loaded before. Raises its generation if anything
   changes. Sets *traits to the traits of the names.
     OUTCOME_TRAIT_NOT_FOUND    "No such trait <names>"
     OUTCOME_CONCURRENT_UPDATE  the provider was deleted or, with check_generation, changed since it
                                was loaded */
enum outcome provider_traits_replace(struct context *context, struct provider *provider,
                                     const struct name_set *names, bool check_generation,
                                     struct traits *traits);

#endif

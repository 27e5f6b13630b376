/*
 * Makes sets of bits of the filter's names, and compares each provider with them.
 */
#include <config.h>

#include "placement/kept_list.h"

#include "placement/kept_provider.h"
#include "placement/world/fence.h"

/* What the sets of providers, of traits or aggregates, must meet. */
struct set_filter {
    size_t words; /* of a set */
    uint64_t *all, *none;
    uint64_t *some; /* sets, of each of which a provider must have a member */
    size_t some_count;
};

struct wanted_resource {
    int64_t class_id, amount;
};

struct listing {
    struct context *context;
    struct image *image;
    const struct world *world;
    uint32_t root; /* of the only tree; WORLD_NONE: all trees */
    struct set_filter traits, aggregates;
    struct wanted_resource *resources;
    size_t resource_count;
    bool hopeless; /* no provider can match */
};

typedef const struct image_number *(*number_finder)(const struct image *image, const char *name);

/* Adds the names that exist to a set. Returns how many they are. */
static size_t add_names(const struct listing *listing, number_finder find,
                        const struct name_set *names, uint64_t *set)
{
    size_t known = 0;
    for (size_t i = 0; i < names->count; i++) {
        const struct image_number *found = find(listing->image, names->names[i]);
        if (found == NULL)
            continue;
        bits_add(set, found->number);
        known++;
    }
    return known;
}

/* Returns whether all names exist. A required set without any name that exists is hopeless. */
static bool set_filter_make(struct listing *listing, const struct membership *membership,
                            number_finder find, size_t words, struct set_filter *filter)
{
    struct arena *arena = listing->context->arena;
    const struct name_set *forbidden = &membership->forbidden;
    *filter = (struct set_filter){
        .words = words,
        .all = arena_array(arena, words, sizeof(uint64_t)),
        .none = arena_array(arena, words, sizeof(uint64_t)),
        .some = arena_array(arena, membership->required_count * words, sizeof(uint64_t)),
    };
    bool known = add_names(listing, find, forbidden, filter->none) == forbidden->count;
    for (size_t i = 0; i < membership->required_count; i++) {
        const struct name_set *names = &membership->required[i];
        uint64_t *set =
            names->count == 1 ? filter->all : filter->some + filter->some_count++ * words;
        size_t count = add_names(listing, find, names, set);
        known = known && count == names->count;
        listing->hopeless = listing->hopeless || count == 0;
    }
    return known;
}

static bool set_filter_allows(const struct set_filter *filter, const uint64_t *set)
{
    for (size_t i = 0; i < filter->words; i++)
        if ((set[i] & filter->all[i]) != filter->all[i] || (set[i] & filter->none[i]) != 0)
            return false;
    for (size_t i = 0; i < filter->some_count; i++)
        if (!bits_meet(set, filter->some + i * filter->words, filter->words))
            return false;
    return true;
}

static int64_t class_id(const struct image *image, const char *name)
{
    for (size_t i = 0; i < image->classes.count; i++) {
        const struct image_name *row = keyed_at(&image->classes, i);
        if (row->text != NULL && strcmp(row->text, name) == 0)
            return (int64_t)(row->key >> 32);
    }
    return -1;
}

/* Returns whether all classes exist. */
static bool make_resources(struct listing *listing, const struct resource_amounts *resources)
{
    listing->resources =
        arena_array(listing->context->arena, resources->count, sizeof(*listing->resources));
    for (size_t i = 0; i < resources->count; i++) {
        const struct resource_amount *wanted = &resources->items[i];
        int64_t id = class_id(listing->image, wanted->class_name);
        if (id < 0)
            return false;
        listing->resources[listing->resource_count++] =
            (struct wanted_resource){id, wanted->amount};
    }
    return true;
}

/* As the statement of provider_list.c has it: the ratio is what the database calculates with. */
static bool has_room(const struct world_inventory *inventory, int64_t amount)
{
    double capacity = (double)((int64_t)inventory->total - inventory->reserved) *
                      (double)inventory->allocation_ratio;
    return amount >= inventory->min_unit && amount <= inventory->max_unit &&
           inventory->step_size != 0 && amount % inventory->step_size == 0 &&
           (double)(amount + inventory->used) <= capacity;
}

static bool has_resources(const struct listing *listing, uint32_t number)
{
    for (size_t i = 0; i < listing->resource_count; i++) {
        const struct wanted_resource *wanted = &listing->resources[i];
        const struct world_inventory *inventory =
            world_inventory_of(listing->world, number, wanted->class_id);
        if (inventory == NULL || !has_room(inventory, wanted->amount))
            return false;
    }
    return true;
}

static bool matches(const struct listing *listing, uint32_t number)
{
    const struct world *world = listing->world;
    return (listing->root == WORLD_NONE || world->providers[number].root == listing->root) &&
           set_filter_allows(&listing->traits, world_traits(world, number)) &&
           set_filter_allows(&listing->aggregates, world_aggregates(world, number)) &&
           has_resources(listing, number);
}

/* Returns whether the world can answer. */
static bool listing_make(struct listing *listing, const struct provider_filter *filter)
{
    const struct world *world = listing->world;
    size_t row;
    listing->root = WORLD_NONE;
    if (filter->in_tree != NULL && *filter->in_tree != '\0') {
        if (!image_find_provider(listing->image, filter->in_tree, &row))
            return false;
        listing->root = world->providers[row].root;
    }
    bool exist = set_filter_make(listing, &filter->traits, image_trait, world->trait_words,
                                 &listing->traits) &&
                 make_resources(listing, &filter->resources);
    /* An aggregate that nobody has named so far is no mistake. */
    set_filter_make(listing, &filter->aggregates, image_aggregate, world->aggregate_words,
                    &listing->aggregates);
    return exist;
}

static enum outcome list(const struct listing *listing, provider_visitor visitor, void *subject)
{
    const struct world *world = listing->world;
    for (uint32_t i = 0; i < world->provider_count && !listing->hopeless; i++) {
        if (!matches(listing, i))
            continue;
        struct provider provider;
        if (kept_provider(listing->image, i, &provider))
            TRY(visitor(subject, &provider));
    }
    return OUTCOME_OK;
}

static bool is_set(const char *text)
{
    return text != NULL && *text != '\0';
}

bool kept_list(struct context *context, const struct provider_filter *filter,
               provider_visitor visitor, void *subject, enum outcome *outcome)
{
    struct listing listing = {.context = context};
    if (is_set(filter->name) || is_set(filter->uuid) ||
        (listing.world = kept_world_refresh(context)) == NULL || !listing.world->trees_agree)
        return false;
    listing.image = &context->kept->image;
    if (!listing_make(&listing, filter))
        return false;
    *outcome = list(&listing, visitor, subject);
    return true;
}

/*
 * Adds up what the trees have of a class, and puts it into words.
 */
#include <config.h>

#include "placement/explain/rooms.h"

#include <inttypes.h>

#include "base/text.h"

/* Amounts that are told one by one. */
enum { AMOUNTS_MOST = 4 };

static int64_t class_id_of(const struct telling *telling, const struct constraint *constraint)
{
    return telling->inquiry->query.groups[constraint->group].demands[constraint->index].class_id;
}

/* Adds up what the set asks for of a class. Returns how many groups ask for it. */
static size_t combine(const struct telling *telling, const struct constraint *first,
                      struct combined *combined)
{
    struct arena *arena = telling->arena;
    struct text_builder parts = text_begin(arena);
    size_t groups = 0;
    *combined = (struct combined){
        .first = first,
        .class_id = class_id_of(telling, first),
        .class_name = telling_amount(telling, first)->class_name,
    };
    for (size_t i = 0; i < telling->size; i++) {
        const struct constraint *constraint = telling_item(telling, i);
        if (constraint->kind != CONSTRAINT_RESOURCE ||
            class_id_of(telling, constraint) != combined->class_id)
            continue;
        int64_t amount = telling_amount(telling, constraint)->amount;
        if (groups++ < AMOUNTS_MOST)
            text_add_item(&parts, " + ", arena_printf(arena, "%" PRId64, amount));
        if (__builtin_add_overflow(combined->sum, amount, &combined->sum))
            combined->sum = INT64_MAX;
    }
    combined->parts =
        groups <= AMOUNTS_MOST ? text_end(&parts) : arena_printf(arena, "%" PRId64, combined->sum);
    return groups;
}

/* Returns how much all groups together may take of an inventory. */
static int64_t taken_at_most(const struct world_inventory *inventory)
{
    int64_t left =
        inventory->capacity > inventory->used ? inventory->capacity - inventory->used : 0;
    return left < inventory->max_unit ? left : inventory->max_unit;
}

static void note_seen(void *subject, uint32_t anchor, uint32_t provider)
{
    struct rooms *rooms = subject;
    (void)provider;
    rooms->seen[anchor] = true;
}

static void forget_seen(void *subject, uint32_t anchor, uint32_t provider)
{
    struct rooms *rooms = subject;
    (void)provider;
    rooms->seen[anchor] = false;
}

/* Finds the trees that have a provider for each group alone, and those of them that are told of. */
static void find_trees(struct rooms *rooms)
{
    const struct telling *telling = rooms->telling;
    uint32_t providers = telling->explanation->world->provider_count;
    for (uint32_t i = 0; i < providers; i++)
        rooms->fit[i] = true;
    for (size_t i = 0; i < rooms->count && budget_spend(telling->inquiry->budget, providers); i++) {
        const struct funnel *funnel = telling->explanation->funnels[rooms->groups[i]];
        for (uint32_t j = 0; j < providers; j++)
            rooms->seen[j] = !funnel->granular && funnel->fits[j];
        for (uint32_t j = 0; j < providers && funnel->granular; j++)
            if (funnel->fits[j])
                inquiry_visit_anchors(telling->inquiry, j, false, note_seen, rooms);
        for (uint32_t j = 0; j < providers; j++)
            rooms->fit[j] = rooms->fit[j] && rooms->seen[j];
    }
    for (uint32_t i = 0; i < providers; i++) {
        rooms->trees[i] = rooms->fit[i] && telling_tells_of(telling, i);
        rooms->seen[i] = false;
    }
}

/* Returns how much the groups may take of a provider. The group without suffix may take it of any.
 */
static int64_t room_on(const struct rooms *rooms, uint32_t provider)
{
    const struct telling *telling = rooms->telling;
    const struct world_inventory *inventory =
        world_inventory_of(telling->explanation->world, provider, rooms->asked.class_id);
    bool fits = telling_fits(telling, rooms->groups, rooms->count, provider);
    for (size_t i = 0; i < rooms->count; i++)
        fits = fits || !telling->explanation->funnels[rooms->groups[i]]->granular;
    return inventory != NULL && fits ? taken_at_most(inventory) : 0;
}

static void add_room(void *subject, uint32_t anchor, uint32_t provider)
{
    struct rooms *rooms = subject;
    (void)provider;
    if (rooms->seen[anchor])
        return;
    rooms->seen[anchor] = true;
    rooms->figures[anchor] =
        (rooms->figures[anchor] ^ (uint64_t)rooms->amount) * 0x9e3779b97f4a7c15u;
    if (__builtin_add_overflow(rooms->sums[anchor], rooms->amount, &rooms->sums[anchor]))
        rooms->sums[anchor] = INT64_MAX;
}

static void add_rooms(struct rooms *rooms)
{
    const struct inquiry *inquiry = rooms->telling->inquiry;
    uint32_t providers = inquiry->world->provider_count;
    for (uint32_t i = 0; i < providers && budget_spend(inquiry->budget, 2 + rooms->count); i++) {
        rooms->amount = room_on(rooms, i);
        if (rooms->amount == 0)
            continue;
        inquiry_visit_anchors(inquiry, i, false, add_room, rooms);
        inquiry_visit_anchors(inquiry, i, false, forget_seen, rooms);
    }
}

static bool is_combined(const struct rooms *rooms, size_t count, int64_t class_id)
{
    for (size_t i = 0; i < count; i++)
        if (rooms[i].asked.class_id == class_id)
            return true;
    return false;
}

size_t rooms_find(const struct telling *telling, const size_t *groups, size_t count,
                  struct rooms *rooms)
{
    uint32_t providers = telling->explanation->world->provider_count;
    struct arena *arena = telling->arena;
    size_t found = 0;
    for (size_t i = 0; i < telling->size && found < CLASSES_MOST; i++) {
        const struct constraint *constraint = telling_item(telling, i);
        struct combined asked;
        if (constraint->kind != CONSTRAINT_RESOURCE ||
            is_combined(rooms, found, class_id_of(telling, constraint)))
            continue;
        if (!budget_spend(telling->inquiry->budget, telling->size))
            break;
        if (combine(telling, constraint, &asked) < 2)
            continue;
        rooms[found] = (struct rooms){
            .telling = telling,
            .groups = groups,
            .count = count,
            .asked = asked,
            .fit = arena_array(arena, providers, sizeof(bool)),
            .trees = arena_array(arena, providers, sizeof(bool)),
            .sums = arena_array(arena, providers, sizeof(*rooms->sums)),
            .figures = arena_array(arena, providers, sizeof(*rooms->figures)),
            .seen = arena_array(arena, providers, sizeof(bool)),
        };
        find_trees(&rooms[found]);
        add_rooms(&rooms[found]);
        found++;
    }
    return found;
}

/* Adds a tree to its kind. */
static void add_tree(struct room_kind *kind, uint32_t tree)
{
    const struct rooms *rooms = kind->rooms;
    if (kind->count++ == 0) {
        kind->best = tree;
        kind->alike = true;
        return;
    }
    kind->alike = kind->alike && rooms->figures[tree] == rooms->figures[kind->best];
    if (rooms->sums[tree] > rooms->sums[kind->best])
        kind->best = tree;
}

/* Returns of which classes a tree has too little, as bits. */
static unsigned lacking_of(const struct rooms *rooms, size_t count, uint32_t tree)
{
    unsigned lacking = 0;
    for (size_t i = 0; i < count; i++)
        lacking |= (rooms[i].sums[tree] < rooms[i].asked.sum ? 1u : 0u) << i;
    return lacking;
}

/* Counts the trees again that lack the same classes as the best, and nothing that it does not lack,
   too. */
static void count_alike(struct room_kind *kind, const struct rooms *rooms, size_t count)
{
    const struct inquiry *inquiry = rooms->telling->inquiry;
    uint32_t providers = inquiry->world->provider_count;
    bool *trees = arena_array(inquiry->arena, providers, sizeof(*trees));
    unsigned lacking = lacking_of(rooms, count, kind->best);
    for (uint32_t i = 0; i < providers && budget_spend(inquiry->budget, count); i++)
        trees[i] = rooms->trees[i] && lacking_of(rooms, count, i) == lacking;
    kind->count = 1 + lacks_count_alike(inquiry->lacks, trees, providers, kind->best);
}

size_t rooms_kinds(const struct rooms *rooms, size_t count, struct room_kind *kinds)
{
    const struct inquiry *inquiry = rooms->telling->inquiry;
    struct room_kind found[ROOM_KINDS_MOST] = {{.rooms = rooms, .enough = true}};
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        found[i + 1] = (struct room_kind){.rooms = &rooms[i]};
    for (uint32_t i = 0; i < inquiry->world->provider_count && budget_spend(inquiry->budget, count);
         i++) {
        size_t lacking = 0;
        while (lacking < count && rooms[lacking].sums[i] >= rooms[lacking].asked.sum)
            lacking++;
        if (rooms->trees[i])
            add_tree(&found[lacking == count ? 0 : lacking + 1], i);
    }
    for (size_t i = 0; i <= count; i++) {
        if (found[i].count == 0)
            continue;
        count_alike(&found[i], rooms, count);
        kinds[kept++] = found[i];
    }
    return kept;
}

/* Returns whether a tree sees a provider. */
static bool sees(const struct rooms *rooms, uint32_t tree, uint32_t provider)
{
    struct rooms looking = *rooms;
    looking.seen[tree] = false;
    inquiry_visit_anchors(rooms->telling->inquiry, provider, false, note_seen, &looking);
    return looking.seen[tree];
}

bool rooms_are_bounded(const struct rooms *rooms, uint32_t provider)
{
    const struct world_inventory *inventory =
        world_inventory_of(rooms->telling->explanation->world, provider, rooms->asked.class_id);
    return inventory->max_unit < inventory->capacity &&
           inventory->capacity - inventory->used >= inventory->max_unit;
}

const char *rooms_words(const struct rooms *rooms, uint32_t tree, const char *of)
{
    const struct explanation *explanation = rooms->telling->explanation;
    const struct world *world = explanation->world;
    struct arena *arena = rooms->telling->arena;
    struct text_builder amounts = text_begin(arena), limits = text_begin(arena);
    uint32_t count = 0, last = tree;
    bool bounded = true;
    for (uint32_t i = 0;
         i < world->provider_count && budget_spend(rooms->telling->inquiry->budget, 4); i++) {
        const struct world_inventory *inventory =
            world_inventory_of(world, i, rooms->asked.class_id);
        int64_t room = inventory != NULL ? room_on(rooms, i) : 0;
        if (room == 0 || !sees(rooms, tree, i) || ++count > AMOUNTS_MOST)
            continue;
        last = i;
        text_add_item(&amounts, " + ", arena_printf(arena, "%" PRId64, room));
        if (inventory->capacity - inventory->used > room)
            text_add_item(&limits, " and ", provider_label(world, explanation->names, i));
        bounded = bounded && rooms_are_bounded(rooms, i);
    }
    if (count > AMOUNTS_MOST)
        return arena_printf(arena, "has %" PRId64 " left%s on %u providers", rooms->sums[tree], of,
                            count);
    if (limits.length > 0)
        return arena_printf(arena, "allows %s%s (max_unit on %s)", text_end(&amounts), of,
                            text_end(&limits));
    const char *also = count > 0 && bounded ? ", and max_unit allows no more" : "";
    if (count == 1 && last != tree)
        return arena_printf(arena, "has %s left%s on %s%s", text_end(&amounts), of,
                            provider_label(world, explanation->names, last), also);
    return arena_printf(arena, "has %s left%s%s", count == 0 ? "nothing" : text_end(&amounts), of,
                        also);
}

const char *room_kind_words(const struct room_kind *kind, const char *of)
{
    const char *words = rooms_words(kind->rooms, kind->best, of);
    return kind->enough ? arena_printf(kind->rooms->telling->arena,
                                       "%s, but each group needs one provider", words)
                        : words;
}

uint32_t rooms_only_provider(const struct rooms *rooms, uint32_t tree)
{
    const struct world *world = rooms->telling->explanation->world;
    uint32_t only = WORLD_NONE;
    for (uint32_t i = 0;
         i < world->provider_count && budget_spend(rooms->telling->inquiry->budget, 4); i++) {
        if (room_on(rooms, i) == 0 || !sees(rooms, tree, i))
            continue;
        if (only != WORLD_NONE)
            return WORLD_NONE;
        only = i;
    }
    return only;
}

const char *room_words_of_provider(const struct telling *telling, uint32_t provider)
{
    for (size_t i = 0; i < telling->size; i++) {
        const struct constraint *constraint = telling_item(telling, i);
        const struct world_inventory *inventory;
        struct combined asked;
        if (constraint->kind != CONSTRAINT_RESOURCE ||
            !budget_spend(telling->inquiry->budget, telling->size))
            continue;
        inventory = world_inventory_of(telling->explanation->world, provider,
                                       class_id_of(telling, constraint));
        if (inventory != NULL && combine(telling, constraint, &asked) > 1 &&
            taken_at_most(inventory) < asked.sum)
            return arena_printf(telling->arena, "has %" PRId64 " left%s of %s %s",
                                taken_at_most(inventory),
                                inventory->capacity - inventory->used > taken_at_most(inventory)
                                    ? " at once (max_unit)"
                                    : "",
                                asked.parts, asked.class_name);
    }
    return "";
}

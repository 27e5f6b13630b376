/*
 * Finds other roads to a candidate: trees that lack nothing but amounts, beside those that the
 * sentence tells of. Each is tried in a world in which it has them.
 */
#include <config.h>

#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "placement/explain/cause_parts.h"
#include "placement/explain/nearest.h"

enum {
    ROADS_TRIED = 4, /* trees that are tried, at most */
    ROADS_TOLD = 2,  /* roads that are told, at most... */
    LINES_MOST = 4,  /* ... in a sentence of as many lines... */
    LINE_WIDTH = 80, /* ... of this width... */
    INDENT = 2,      /* ... of which all but the first begin with as many blanks */
};

/* A request, in a world in which something has been mended. */
struct mended {
    struct world world;
    struct inquiry inquiry;
    const struct relaxation *relaxation;
};

/* Makes room for an amount, and no more. */
static void mend(struct world_inventory *inventory, enum fault_kind kind, int64_t amount)
{
    int32_t exact = amount < INT32_MAX ? (int32_t)amount : INT32_MAX;
    switch (kind) {
    case FAULT_MAX_UNIT:
        inventory->max_unit = exact;
        break;
    case FAULT_MIN_UNIT:
        inventory->min_unit = exact;
        break;
    case FAULT_STEP_SIZE:
        inventory->step_size = 1;
        break;
    case FAULT_USED:
        inventory->used = inventory->capacity - amount;
        break;
    default:
        inventory->total = exact;
        inventory->reserved = 0;
        inventory->allocation_ratio = 1;
        inventory->used = 0;
        inventory->capacity = exact;
    }
}

/* Makes the world in which a tree has what it lacks. */
static void mended_begin(const struct telling *telling, size_t group, const struct near_miss *miss,
                         struct mended *mended)
{
    const struct explanation *explanation = telling->explanation;
    const struct world *world = explanation->world;
    const struct search_demand *demands = telling->inquiry->query.groups[group].demands;
    struct funnel **funnels =
        arena_array(telling->arena, explanation->funnel_count, sizeof(*funnels));
    mended->world = *world;
    mended->world.inventories =
        arena_array(telling->arena, world->inventory_count, sizeof(*world->inventories));
    budget_spend(telling->inquiry->budget, (uint64_t)world->inventory_count * 8);
    for (uint32_t i = 0; i < world->inventory_count; i++)
        mended->world.inventories[i] = world->inventories[i];
    for (size_t i = 0; i < miss->fault_count; i++) {
        const struct fault *fault = &miss->faults[i];
        const struct search_demand *demand = &demands[fault->index];
        const struct world_inventory *inventory =
            world_inventory_of(world, fault->on, demand->class_id);
        mend(&mended->world.inventories[inventory - world->inventories], fault->kind,
             demand->amount);
    }
    mended->inquiry = *telling->inquiry;
    mended->inquiry.world = &mended->world;
    for (size_t i = 0; i < explanation->funnel_count; i++)
        funnels[i] = funnel_of_group(&mended->inquiry, i);
    mended->relaxation = relaxation_new(&mended->inquiry, &explanation->constraints, funnels);
}

static bool find_one(void *subject, const struct relaxed_choice *choices, size_t count)
{
    bool *found = subject;
    (void)choices;
    (void)count;
    *found = true;
    return false;
}

/* Returns whether a tree has a candidate if it gets what it lacks for a group, only amounts. */
static bool is_road(const struct telling *telling, size_t group, const struct near_miss *miss)
{
    struct arena_mark mark = arena_mark(telling->arena);
    size_t count = telling->explanation->constraints.count;
    bool *kept = arena_array(telling->arena, count, sizeof(*kept)), found = false;
    struct mended mended;
    for (size_t i = 0; i < count; i++)
        kept[i] = true;
    mended_begin(telling, group, miss, &mended);
    relaxation_visit(mended.relaxation, kept,
                     telling->explanation->world->providers[miss->provider].root, find_one, &found);
    arena_rewind(telling->arena, &mark);
    return found && !budget_is_over(telling->inquiry->budget);
}

/* The sentence, to which roads are added. */
struct roads {
    const struct telling *telling;
    const char *text;
    size_t tried, told;
};

/* Returns whether a sentence is short enough, with a full stop. With uuids, which are for programs,
   it always is. */
static bool is_short(const struct roads *roads, const char *text)
{
    size_t lines = 1, column = 0;
    while (roads->telling->explanation->names != NULL && *text != '\0') {
        size_t width = strcspn(text, " "), end = text[width] == '\0';
        if (column > 0 && column + 1 + width + end > LINE_WIDTH) {
            lines++;
            column = INDENT + width;
        } else
            column += (column > 0) + width;
        text += width + !end;
    }
    return lines <= LINES_MOST;
}

/* Returns a text without the figures of what takes an amount: " (6 of 8 used)". */
static const char *without_takes(struct arena *arena, const char *text)
{
    struct text_builder kept = text_begin(arena);
    for (const char *end; *text != '\0'; text = end) {
        end = strstr(text + 1, " (");
        if (end == NULL)
            end = text + strlen(text);
        const char *from = text;
        if (text[0] == ' ' && text[1] == '(' && isdigit((unsigned char)text[2]))
            from += strcspn(text, ")") + 1;
        text_add_bytes(&kept, from, (size_t)(end - from));
    }
    return text_end(&kept);
}

/* Returns the sentence with a road; if that is too long, without the figures of what takes an
   amount. NULL: it is still too long. */
static const char *with_road(const struct roads *roads, const char *words)
{
    struct arena *arena = roads->telling->arena;
    const char *brief = without_takes(arena, words);
    const char *text = arena_printf(arena, "%s; %s", roads->text, words);
    if (!is_short(roads, text))
        text = arena_printf(arena, "%s; %s", roads->text, brief);
    if (!is_short(roads, text) && roads->told == 0)
        text = arena_printf(arena, "%s; %s", without_takes(arena, roads->text), brief);
    return is_short(roads, text) ? text : NULL;
}

/* Returns whether a miss lacks only amounts, and none that is more than it has in all. */
static bool is_mendable(const struct near_miss *miss)
{
    for (size_t i = 0; i < miss->fault_count; i++)
        if (miss->faults[i].kind == FAULT_TOTAL)
            return false;
    return cause_is_amounts(miss);
}

/* Returns whether the sentence tells already something that a miss lacks. */
static bool is_told(const struct roads *roads, const struct sought *sought,
                    const struct near_miss *miss)
{
    for (size_t i = 0; i < miss->fault_count; i++) {
        struct faults faults = {.sought = sought};
        faults_add(&faults, &miss->faults[i]);
        if (strstr(roads->text, faults_words(&faults, miss->faults[i].on)) != NULL)
            return true;
    }
    return false;
}

/* Tells of a miss, if that is another road. */
static void add_road(struct roads *roads, const struct sought *sought, size_t group,
                     const struct near_miss *miss)
{
    const struct telling *telling = roads->telling;
    const struct explanation *explanation = telling->explanation;
    if (roads->told == ROADS_TOLD || !is_mendable(miss) || is_told(roads, sought, miss))
        return;
    const char *text = with_road(
        roads, near_miss_words(telling->arena, explanation->world, explanation->names, miss));
    if (text == NULL || roads->tried++ >= ROADS_TRIED || !is_road(telling, group, miss))
        return;
    roads->text = text;
    telling_name(telling, miss);
    roads->told++;
}

/* Looks for roads of trees that have a provider for each group but one. */
static void add_roads(struct roads *roads, size_t group)
{
    const struct telling *telling = roads->telling;
    const struct sought sought =
        sought_of_group(telling->inquiry, telling->explanation->names, group);
    const bool *among = cause_allowed_beside(telling, &group, 1);
    struct near_miss pool;
    if (among == NULL || sought.group.demand_count == 0)
        return;
    const struct near_misses misses = near_misses_find(&sought, among);
    for (size_t i = 0; i < misses.count && !budget_is_over(telling->inquiry->budget); i++)
        add_road(roads, &sought, group, &misses.items[i]);
    if (cause_nearest_pool(&sought, among, &pool))
        add_road(roads, &sought, group, &pool);
}

const char *cause_with_roads(const struct telling *telling, const char *told)
{
    struct roads roads = {.telling = telling, .text = told};
    if (telling->size < 2 || telling_has(telling, CONSTRAINT_SAME_SUBTREE) ||
        telling_has(telling, CONSTRAINT_GROUP_POLICY))
        return told;
    for (size_t i = 0; i < telling->explanation->funnel_count; i++)
        add_roads(&roads, i);
    return roads.text;
}

/*
 * Writes the parts of an explanation as members of one object.
 */
#include <config.h>

#include "placement/explain/explanation_json.h"

static void write_boolean(struct json_writer *writer, const char *key, bool value)
{
    writer_key(writer, key);
    writer_boolean(writer, value);
}

static void begin_list(struct json_writer *writer, const char *key)
{
    writer_key(writer, key);
    writer_begin_array(writer);
}

static void write_provider(struct json_writer *writer, const struct explanation *explanation,
                           uint32_t provider)
{
    writer_member_text(writer, "provider", explanation->world->providers[provider].uuid);
    if (explanation->names != NULL)
        writer_member_text(writer, "name", explanation->names[provider]);
}

/* Groups. */

static void write_figures(struct json_writer *writer, const struct explanation *explanation,
                          const struct class_figures *figures)
{
    writer_begin_object(writer);
    writer_member_text(writer, "resource_class", figures->asked.class_name);
    writer_member_integer(writer, "amount", figures->asked.amount);
    writer_member_integer(writer, "providers", figures->have);
    writer_member_integer(writer, "units_fit", figures->units);
    writer_member_integer(writer, "capacity_now", figures->capacity);
    writer_member_integer(writer, "largest_max_unit", figures->most_unit);
    writer_member_integer(writer, "largest_capacity", figures->most_total);
    writer_key(writer, "most_free");
    if (figures->freest == WORLD_NONE) {
        writer_null(writer);
    } else {
        writer_begin_object(writer);
        writer_member_integer(writer, "amount", figures->most_free);
        write_provider(writer, explanation, figures->freest);
        writer_end_object(writer);
    }
    writer_end_object(writer);
}

static void write_group(struct json_writer *writer, const struct explanation *explanation,
                        const struct funnel *funnel)
{
    writer_begin_object(writer);
    writer_member_text(writer, "suffix", funnel->suffix);
    writer_member_text(writer, "counts", funnel->granular ? "providers" : "trees");
    writer_member_integer(writer, "all", funnel->all);
    begin_list(writer, "funnel");
    for (unsigned i = 0; i < GROUP_FILTERS; i++) {
        if (!funnel->applies[i])
            continue;
        writer_begin_object(writer);
        writer_member_text(writer, "filter", filter_label((enum explain_filter)i));
        writer_member_integer(writer, "left", funnel->left[i]);
        writer_end_object(writer);
    }
    writer_end_array(writer);
    begin_list(writer, "resources");
    for (size_t i = 0; i < funnel->class_count; i++)
        write_figures(writer, explanation, &funnel->classes[i]);
    writer_end_array(writer);
    writer_end_object(writer);
}

static void write_between(struct json_writer *writer, const struct explanation *explanation)
{
    begin_list(writer, "between_groups");
    for (size_t i = 0; i < explanation->between_count; i++) {
        writer_begin_object(writer);
        writer_member_text(writer, "filter", filter_label(explanation->between[i].filter));
        writer_key(writer, "trees_left");
        if (explanation->between[i].known)
            writer_integer(writer, explanation->between[i].trees);
        else
            writer_null(writer);
        writer_end_object(writer);
    }
    writer_end_array(writer);
}

/* Constraints. */

static void write_sets(struct json_writer *writer, const struct explanation *explanation)
{
    const struct impossible_sets *impossible = &explanation->impossible;
    begin_list(writer, "impossible_sets");
    for (size_t i = 0; i < impossible->count; i++) {
        writer_begin_array(writer);
        for (size_t j = 0; j < impossible->size; j++)
            writer_text(writer, explanation->constraints.items[impossible->sets[i][j]].text);
        writer_end_array(writer);
    }
    writer_end_array(writer);
    write_boolean(writer, "impossible_sets_are_smallest", impossible->smallest);
}

static void write_count(struct json_writer *writer, const struct candidate_count *count)
{
    writer_key(writer, "candidates");
    if (count->refusal != NULL)
        writer_null(writer);
    else
        writer_integer(writer, (int64_t)count->found);
    write_boolean(writer, "or_more", count->more);
}

static void write_without(struct json_writer *writer, const struct without *without,
                          struct arena *arena)
{
    struct arena_mark mark = arena_mark(arena); /* each query may be long */
    writer_begin_object(writer);
    writer_member_text(writer, "constraint", without->constraint->text);
    writer_member_text(writer, "query",
                       without->asks ? request_query_string(&without->request, arena) : NULL);
    arena_rewind(arena, &mark);
    if (without->constraint->kind == CONSTRAINT_ONE_OF_TREE)
        writer_member_text(writer, "microversion", "1.29");
    if (without->asks)
        write_count(writer, &without->candidates);
    if (without->candidates.refusal != NULL)
        writer_member_text(writer, "refused", without->candidates.refusal);
    writer_end_object(writer);
}

static void write_misses(struct json_writer *writer, const struct explanation *explanation)
{
    begin_list(writer, "nearest");
    for (size_t i = 0; i < explanation->misses.count; i++) {
        writer_begin_object(writer);
        write_provider(writer, explanation, explanation->misses.items[i].provider);
        writer_member_text(writer, "reason", explanation->misses.items[i].reason);
        writer_member_integer(writer, "more", explanation->misses.items[i].more);
        writer_end_object(writer);
    }
    writer_end_array(writer);
    writer_member_integer(writer, "nearest_not_told", explanation->misses.others);
}

void explanation_write_json(struct json_writer *writer, const struct explanation *explanation,
                            struct arena *arena)
{
    bool ended = explanation->filter != FILTERS;
    bool of_group = ended && explanation->group < explanation->funnel_count;
    writer_begin_object(writer);
    writer_member_text(writer, "cause", explanation->cause);
    writer_member_text(writer, "query", explanation->query);
    write_count(writer, &explanation->candidates);
    writer_member_text(writer, "filter", ended ? filter_label(explanation->filter) : NULL);
    writer_member_text(writer, "group",
                       of_group ? explanation->funnels[explanation->group]->suffix : NULL);
    writer_member_integer(writer, "providers", explanation->world->provider_count);
    writer_member_integer(writer, "trees", explanation->trees);
    begin_list(writer, "groups");
    for (size_t i = 0; i < explanation->funnel_count; i++)
        write_group(writer, explanation, explanation->funnels[i]);
    writer_end_array(writer);
    write_between(writer, explanation);
    write_sets(writer, explanation);
    begin_list(writer, "without");
    for (size_t i = 0; i < explanation->without_count; i++)
        write_without(writer, &explanation->without[i], arena);
    writer_end_array(writer);
    write_misses(writer, explanation);
    write_boolean(writer, "complete", explanation->complete);
    writer_end_object(writer);
}

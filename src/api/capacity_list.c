/*
 * Writes the provider trees with numbers for the names that come again and again: docs/console.md
 * describes the answer.
 */
#include <config.h>

#include "api/capacity_list.h"

#include "api/call.h"
#include "base/sorted.h"
#include "placement/provider_tree.h"

/* Distinct names, which the answer refers to by their places. */
struct names {
    const char **list;
    size_t count, room;
};

enum naming { CLASSES, TRAITS, AGGREGATES, NAMINGS };

struct capacity_list {
    struct json_writer *writer;
    struct arena *arena;
    const struct provider_trees *trees;
    struct names names[NAMINGS];
    int64_t *above; /* for each level: the place of the last provider on it */
};

static void names_add(struct capacity_list *list, enum naming naming, const char *name)
{
    struct names *names = &list->names[naming];
    names->list =
        arena_grow(list->arena, names->list, names->count, &names->room, sizeof(*names->list));
    names->list[names->count++] = name;
}

static void gather_names(struct capacity_list *list)
{
    for (size_t i = 0; i < list->trees->count; i++) {
        const struct tree_provider *provider = &list->trees->providers[i];
        for (size_t j = 0; j < provider->inventory_count; j++)
            names_add(list, CLASSES, provider->inventories[j].class_name);
        for (size_t j = 0; j < provider->trait_count; j++)
            names_add(list, TRAITS, provider->traits[j]);
        for (size_t j = 0; j < provider->aggregate_count; j++)
            names_add(list, AGGREGATES, provider->aggregates[j].uuid);
    }
    for (unsigned i = 0; i < NAMINGS; i++)
        list->names[i].count =
            sort_unique(list->names[i].list, list->names[i].count, sizeof(char *), text_compare);
}

static void write_number(struct capacity_list *list, enum naming naming, const char *name)
{
    const struct names *names = &list->names[naming];
    const char **found =
        sorted_find(&name, names->list, names->count, sizeof(*names->list), text_compare);
    writer_integer(list->writer, found - names->list);
}

static void write_names(struct capacity_list *list, const char *key, enum naming naming)
{
    writer_key(list->writer, key);
    writer_begin_array(list->writer);
    for (size_t i = 0; i < list->names[naming].count; i++)
        writer_text(list->writer, list->names[naming].list[i]);
    writer_end_array(list->writer);
}

static void write_inventories(struct capacity_list *list, const struct tree_provider *provider)
{
    struct json_writer *writer = list->writer;
    writer_key(writer, "inventories");
    writer_begin_array(writer);
    for (size_t i = 0; i < provider->inventory_count; i++) {
        const struct tree_inventory *inventory = &provider->inventories[i];
        writer_begin_object(writer);
        writer_key(writer, "class");
        write_number(list, CLASSES, inventory->class_name);
        writer_member_integer(writer, "total", inventory->total);
        writer_member_integer(writer, "reserved", inventory->reserved);
        writer_member_real(writer, "allocation_ratio", inventory->allocation_ratio);
        writer_member_integer(writer, "used", inventory->used);
        writer_end_object(writer);
    }
    writer_end_array(writer);
}

static void write_provider(struct capacity_list *list, size_t place)
{
    const struct tree_provider *provider = &list->trees->providers[place];
    struct json_writer *writer = list->writer;
    list->above[provider->depth] = (int64_t)place;
    writer_begin_object(writer);
    writer_member_text(writer, "uuid", provider->uuid);
    writer_member_text(writer, "name", provider->name);
    writer_member_integer(writer, "generation", provider->generation);
    writer_key(writer, "parent");
    if (provider->depth > 0)
        writer_integer(writer, list->above[provider->depth - 1]);
    else
        writer_null(writer);
    write_inventories(list, provider);
    writer_key(writer, "traits");
    writer_begin_array(writer);
    for (size_t i = 0; i < provider->trait_count; i++)
        write_number(list, TRAITS, provider->traits[i]);
    writer_end_array(writer);
    writer_key(writer, "aggregates");
    writer_begin_array(writer);
    for (size_t i = 0; i < provider->aggregate_count; i++)
        write_number(list, AGGREGATES, provider->aggregates[i].uuid);
    writer_end_array(writer);
    writer_end_object(writer);
}

void capacity_list_show(struct call *call)
{
    struct provider_trees trees;
    struct arena *arena = call->context.arena;
    if (!call_succeeded(call, provider_trees_load(&call->context, NULL, &trees)))
        return;
    struct capacity_list list = {
        .writer = call_json(call),
        .arena = arena,
        .trees = &trees,
        .above = arena_array(arena, trees.count, sizeof(*list.above)),
    };
    gather_names(&list);
    writer_begin_object(list.writer);
    write_names(&list, "classes", CLASSES);
    write_names(&list, "traits", TRAITS);
    write_names(&list, "aggregates", AGGREGATES);
    writer_key(list.writer, "providers");
    writer_begin_array(list.writer);
    for (size_t i = 0; i < trees.count; i++)
        write_provider(&list, i);
    writer_end_array(list.writer);
    writer_end_object(list.writer);
    call_answer(call, 200);
}

/*
 * Shows the usages of a provider and of a project.
 */
#include <config.h>

#include "api/usages.h"

#include "api/call.h"
#include "placement/provider_read.h"
#include "placement/usage.h"

enum { CONSUMER_TYPES_SINCE = 38 };

/* Names that stand in for consumer types: of all consumers, and of those without a type. */
static const char all_types[] = "all", no_type[] = "unknown";

static void write_usages(struct json_writer *writer, const struct usages *usages)
{
    for (size_t i = 0; i < usages->count; i++)
        writer_member_integer(writer, usages->items[i].class_name, usages->items[i].used);
}

void provider_usages_show(struct call *call)
{
    struct provider_reading reading;
    struct usages usages;
    if (!call_provider_read(call, "No resource provider with uuid ", " found: ", &reading))
        return;
    enum outcome outcome = provider_read_usages(&call->context, &reading, &usages);
    if (!call_succeeded(call, outcome))
        return;
    struct json_writer *writer = call_json(call);
    writer_begin_object(writer);
    writer_member_integer(writer, "resource_provider_generation", reading.provider.generation);
    writer_key(writer, "usages");
    writer_begin_object(writer);
    write_usages(writer, &usages);
    writer_end_object(writer);
    writer_end_object(writer);
    call_last_modified(call, time(NULL));
    call_answer(call, 200);
}

/* Sets whose usages count. From 1.38 on that depends on the consumer type. */
static void choose_consumers(const struct call *call, const char *type, struct usage_filter *filter)
{
    if (!call_since(call, CONSUMER_TYPES_SINCE) || (type != NULL && strcmp(type, all_types) == 0)) {
        filter->consumers = USAGE_OF_ALL;
    } else if (type == NULL) {
        filter->consumers = USAGE_BY_TYPE;
    } else if (strcmp(type, no_type) == 0) {
        filter->consumers = USAGE_OF_UNTYPED;
    } else {
        filter->consumers = USAGE_OF_TYPE;
        filter->consumer_type = type;
    }
}

static void write_group(struct json_writer *writer, const struct usage_filter *filter,
                        const struct usage_group *group)
{
    const char *type = group->consumer_type;
    if (type == NULL)
        type = filter->consumers == USAGE_OF_ALL ? all_types : no_type;
    writer_key(writer, type);
    writer_begin_object(writer);
    write_usages(writer, &group->usages);
    writer_member_integer(writer, "consumer_count", group->consumers);
    writer_end_object(writer);
}

void usages_show(struct call *call)
{
    struct query query;
    bool typed = call_since(call, CONSUMER_TYPES_SINCE);
    if (!call_query(call, typed ? SCHEMA_USAGES_GET_1_38 : SCHEMA_USAGES_GET_1_9, &query))
        return;
    struct usage_filter filter = {.project_id = query_last(&query, "project_id"),
                                  .user_id = query_last(&query, "user_id")};
    choose_consumers(call, query_last(&query, "consumer_type"), &filter);
    struct usage_group *groups;
    size_t count;
    enum outcome outcome = usages_of_project(&call->context, &filter, &groups, &count);
    if (!call_succeeded(call, outcome))
        return;
    struct json_writer *writer = call_json(call);
    writer_begin_object(writer);
    writer_key(writer, "usages");
    writer_begin_object(writer);
    for (size_t i = 0; i < count; i++) {
        if (typed)
            write_group(writer, &filter, &groups[i]);
        else
            write_usages(writer, &groups[i].usages);
    }
    writer_end_object(writer);
    writer_end_object(writer);
    call_last_modified(call, time(NULL));
    call_answer(call, 200);
}

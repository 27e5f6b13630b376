/*
 * Candidates as JSON, written as they are found.
 */
#include <config.h>

#include "api/allocation_candidates.h"

#include <string.h>

#include "api/call.h"
#include "api/query/candidates.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/sorted.h"
#include "placement/candidates/candidates.h"
#include "watch/tally.h"

/* What the answer shows, and since when. */
enum {
    BY_PROVIDER_SINCE = 12,
    TRAITS_SINCE = 17,
    ALL_RESOURCES_SINCE = 27,
    TREES_SINCE = 29,
    MAPPINGS_SINCE = 34,
};

static const struct schema_since schemas[] = {
    {36, SCHEMA_ALLOCATION_CANDIDATES_GET_1_36}, {35, SCHEMA_ALLOCATION_CANDIDATES_GET_1_35},
    {33, SCHEMA_ALLOCATION_CANDIDATES_GET_1_33}, {31, SCHEMA_ALLOCATION_CANDIDATES_GET_1_31},
    {25, SCHEMA_ALLOCATION_CANDIDATES_GET_1_25}, {21, SCHEMA_ALLOCATION_CANDIDATES_GET_1_21},
    {17, SCHEMA_ALLOCATION_CANDIDATES_GET_1_17}, {16, SCHEMA_ALLOCATION_CANDIDATES_GET_1_16},
    {0, SCHEMA_ALLOCATION_CANDIDATES_GET_1_10},
};

/* A part of the answer, to be copied where the same follows. */
struct written {
    size_t from, to; /* its places in the buffer */
    size_t count, room;
    void *list; /* that it is made from, of count elements */
};

struct candidate_writer {
    struct call *call;
    const struct candidate_request *request;
    struct json_writer *json;
    const char **classes; /* that the request names, sorted */
    size_t class_count;
    bool by_provider, mappings, traits, all_resources, trees;
    struct written resources; /* of one provider in a candidate */
    struct written names;     /* the traits of a summary */
};

/* Notes what is written next, and the list that it is made from. */
static void written_note(struct candidate_writer *writer, struct written *written, const void *list,
                         size_t count, size_t size)
{
    const struct json_writer *json = writer->json;
    if (count > written->room) {
        written->room = 2 * count;
        written->list = arena_array(writer->call->exchange->arena, written->room, size);
    }
    if (count > 0)
        memcpy(written->list, list, count * size);
    written->count = count;
    written->from = json->buffer->length + (json->comma ? strlen(", ") : 0);
}

static bool shares_differ(const struct candidate_share *left, const struct candidate_share *right,
                          size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (left[i].class_name != right[i].class_name || left[i].amount != right[i].amount)
            return true;
    return false;
}

/* Returns the first of the shares of a candidate that are of another provider than the one at
   index. */
static size_t end_of_provider(const struct candidate *candidate, size_t index)
{
    size_t end = index;
    while (end < candidate->share_count &&
           candidate->shares[end].provider_uuid == candidate->shares[index].provider_uuid)
        end++;
    return end;
}

/* Most candidates take the same of a provider as the one before: then that is copied. */
static void write_resources(struct candidate_writer *writer, const struct candidate *candidate,
                            size_t *index)
{
    struct json_writer *json = writer->json;
    struct written *last = &writer->resources;
    const struct candidate_share *shares = &candidate->shares[*index];
    size_t end = end_of_provider(candidate, *index), count = end - *index;
    *index = end;
    if (count == last->count && !shares_differ(shares, last->list, count)) {
        writer_repeat(json, last->from, last->to);
        return;
    }
    written_note(writer, last, shares, count, sizeof(*shares));
    writer_literal_key(json, "resources");
    writer_begin_object(json);
    for (size_t i = 0; i < count; i++)
        writer_member_integer(json, shares[i].class_name, shares[i].amount);
    writer_end_object(json);
    last->to = json->buffer->length;
}

/* {uuid: {"resources": {...}}, ...} */
static void write_by_provider(struct candidate_writer *writer, const struct candidate *candidate)
{
    struct json_writer *json = writer->json;
    writer_begin_object(json);
    for (size_t i = 0; i < candidate->share_count;) {
        writer_key(json, candidate->shares[i].provider_uuid);
        writer_begin_object(json);
        write_resources(writer, candidate, &i);
        writer_end_object(json);
    }
    writer_end_object(json);
}

/* [{"resource_provider": {"uuid": uuid}, "resources": {...}}, ...] */
static void write_as_list(struct candidate_writer *writer, const struct candidate *candidate)
{
    struct json_writer *json = writer->json;
    writer_begin_array(json);
    for (size_t i = 0; i < candidate->share_count;) {
        writer_begin_object(json);
        writer_literal_key(json, "resource_provider");
        writer_begin_object(json);
        writer_member_text(json, "uuid", candidate->shares[i].provider_uuid);
        writer_end_object(json);
        write_resources(writer, candidate, &i);
        writer_end_object(json);
    }
    writer_end_array(json);
}

static void write_mappings(struct json_writer *json, const struct candidate *candidate)
{
    writer_literal_key(json, "mappings");
    writer_begin_object(json);
    for (size_t i = 0; i < candidate->mapping_count; i++) {
        const struct candidate_mapping *mapping = &candidate->mappings[i];
        writer_key(json, mapping->suffix);
        writer_begin_array(json);
        for (size_t j = 0; j < mapping->count; j++)
            writer_text(json, mapping->provider_uuids[j]);
        writer_end_array(json);
    }
    writer_end_object(json);
}

static void begin(void *subject)
{
    struct candidate_writer *writer = subject;
    struct buffer *output = writer->call->exchange->output;
    buffer_reset(output);
    output->limit = writer->call->candidates_memory;
    writer->resources = writer->names = (struct written){0};
    writer->json = call_json(writer->call);
    writer_begin_object(writer->json);
    writer_literal_key(writer->json, "allocation_requests");
    writer_begin_array(writer->json);
}

static bool write_candidate(void *subject, const struct candidate *candidate)
{
    struct candidate_writer *writer = subject;
    writer_begin_object(writer->json);
    writer_literal_key(writer->json, "allocations");
    if (writer->by_provider)
        write_by_provider(writer, candidate);
    else
        write_as_list(writer, candidate);
    if (writer->mappings)
        write_mappings(writer->json, candidate);
    writer_end_object(writer->json);
    return !writer->json->buffer->failed;
}

static void end_candidates(void *subject)
{
    struct candidate_writer *writer = subject;
    writer_end_array(writer->json);
    writer_literal_key(writer->json, "provider_summaries");
    writer_begin_object(writer->json);
}

/* Notes the classes that the request names, sorted. */
static void list_classes(struct candidate_writer *writer)
{
    const struct candidate_request *request = writer->request;
    size_t count = 0;
    for (size_t i = 0; i < request->group_count; i++)
        count += request->groups[i].resources.count;
    writer->classes = arena_array(writer->call->exchange->arena, count, sizeof(char *));
    for (size_t i = 0; i < request->group_count; i++)
        for (size_t j = 0; j < request->groups[i].resources.count; j++)
            writer->classes[writer->class_count++] =
                request->groups[i].resources.items[j].class_name;
    writer->class_count =
        sort_unique(writer->classes, writer->class_count, sizeof(char *), text_compare);
}

static bool is_asked_for(const struct candidate_writer *writer, const char *class_name)
{
    return sorted_find(&class_name, writer->classes, writer->class_count, sizeof(char *),
                       text_compare) != NULL;
}

static void write_summary_resources(const struct candidate_writer *writer,
                                    const struct provider_summary *summary)
{
    struct json_writer *json = writer->json;
    writer_literal_key(json, "resources");
    writer_begin_object(json);
    for (size_t i = 0; i < summary->resource_count; i++) {
        const struct summary_resource *resource = &summary->resources[i];
        if (!writer->all_resources && !is_asked_for(writer, resource->class_name))
            continue;
        writer_key(json, resource->class_name);
        writer_begin_object(json);
        writer_member_whole(json, "capacity", resource->capacity);
        writer_literal_key(json, "used");
        writer_integer(json, resource->used);
        writer_end_object(json);
    }
    writer_end_object(json);
}

/* Many providers have the same traits. The list of none has no bytes to compare, and is written. */
static void write_traits(struct candidate_writer *writer, const struct provider_summary *summary)
{
    struct json_writer *json = writer->json;
    struct written *last = &writer->names;
    size_t count = summary->trait_count;
    if (count > 0 && count == last->count &&
        memcmp(last->list, summary->traits, count * sizeof(*summary->traits)) == 0) {
        writer_repeat(json, last->from, last->to);
        return;
    }
    written_note(writer, last, summary->traits, count, sizeof(*summary->traits));
    writer_literal_key(json, "traits");
    writer_begin_array(json);
    for (size_t i = 0; i < count; i++)
        writer_text(json, summary->traits[i]);
    writer_end_array(json);
    last->to = json->buffer->length;
}

static bool write_summary(void *subject, const struct provider_summary *summary)
{
    struct candidate_writer *writer = subject;
    struct json_writer *json = writer->json;
    writer_key(json, summary->uuid);
    writer_begin_object(json);
    write_summary_resources(writer, summary);
    if (writer->traits)
        write_traits(writer, summary);
    if (writer->trees) {
        writer_literal_key(json, "parent_provider_uuid");
        writer_text(json, summary->parent_uuid);
        writer_literal_key(json, "root_provider_uuid");
        writer_text(json, summary->root_uuid);
    }
    writer_end_object(json);
    return !json->buffer->failed;
}

void allocation_candidates_fail(struct call *call, enum outcome outcome)
{
    switch (outcome) {
    case OUTCOME_CLASS_NOT_FOUND:
        call_fail(call, 400, NULL, "Invalid resource class in resources parameter: %s",
                  call->context.failure.detail);
        break;
    case OUTCOME_TRAIT_NOT_FOUND:
        call_fail(call, 400, NULL, "%s", call->context.failure.detail);
        break;
    case OUTCOME_TOO_MUCH:
        tally_count(COUNTER_CANDIDATES_LARGE, 1);
        call_fail(call, 400, NULL,
                  "There are more allocation candidates than fit into an answer. Ask for "
                  "fewer of them with the limit parameter.");
        break;
    case OUTCOME_TOO_LONG:
        tally_count(COUNTER_CANDIDATES_LATE, 1);
        call_fail(call, 503, NULL,
                  "The search for allocation candidates took too long. Ask for fewer of "
                  "them with the limit parameter, or for fewer request groups.");
        break;
    default:
        call_fail_outcome(call, outcome);
        break;
    }
}

/* Counts and logs a request that found nothing. */
static void note_dead_end(const struct call *call, const struct dead_end *dead_end)
{
    static const enum counter counters[] = {
#define FILTER(name, ...) COUNTER_CANDIDATES_EMPTY_##name,
#include "placement/explain/filters.def"
#undef FILTER
        COUNTER_CANDIDATES_EMPTY_UNKNOWN,
    };
    const char *label = dead_end->filter < FILTERS ? filter_label(dead_end->filter) : "unknown";
    tally_count(counters[dead_end->filter], 1);
    log_event(LOG_LEVEL_INFO, "no allocation candidates",
              log_identifier("request_id", call->exchange->request_id),
              log_identifier("group", dead_end->suffix), log_text("filter", label),
              log_query("query", call->exchange->query));
}

bool allocation_candidates_request(struct call *call, struct candidate_request *request)
{
    struct query query;
    return call_query(call, call_schema(call, schemas), &query) &&
           query_candidates_read(call->exchange, &query, request);
}

void allocation_candidates_bound(struct call *call)
{
    struct arena *arena = call->exchange->arena;
    if (arena->limit > arena->taken + call->candidates_memory)
        arena->limit = arena->taken + call->candidates_memory;
}

void allocation_candidates_list(struct call *call)
{
    struct candidate_request request;
    if (!allocation_candidates_request(call, &request))
        return;
    struct candidate_writer writer = {
        .call = call,
        .request = &request,
        .by_provider = call_since(call, BY_PROVIDER_SINCE),
        .mappings = call_since(call, MAPPINGS_SINCE),
        .traits = call_since(call, TRAITS_SINCE),
        .all_resources = call_since(call, ALL_RESOURCES_SINCE),
        .trees = call_since(call, TREES_SINCE),
    };
    request.with_traits = writer.traits;
    list_classes(&writer);
    struct candidate_listener listener = {&writer, begin, write_candidate, end_candidates,
                                          write_summary};
    allocation_candidates_bound(call);
    struct candidates_effort effort;
    uint64_t begun = clock_microseconds();
    enum outcome outcome = candidates_find(&call->context, &request, &listener, &effort);
    call->exchange->output->limit = 0;
    if (outcome != OUTCOME_OK) {
        allocation_candidates_fail(call, outcome);
        return;
    }
    writer_end_object(writer.json);
    writer_end_object(writer.json);
    if (effort.found == 0)
        note_dead_end(call, &effort.dead_end);
    tally_observe(DISTRIBUTION_CANDIDATES_MICROSECONDS, clock_microseconds() - begun);
    tally_observe(DISTRIBUTION_CANDIDATES_PROVIDERS, effort.providers);
    tally_observe(DISTRIBUTION_CANDIDATES_FOUND, effort.found);
    tally_observe(DISTRIBUTION_CANDIDATES_BYTES, call->exchange->output->length);
    call_last_modified(call, time(NULL));
    call_answer(call, 200);
}

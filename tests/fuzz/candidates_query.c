/*
 * The query string of GET /allocation_candidates at every microversion: the input is the minor
 * number and, after a blank, the query string.
 */
#include <config.h>

#include "api/body/body.h"
#include "api/call.h"
#include "api/query/candidates.h"
#include "base/json_memory.h"
#include "base/uuid.h"
#include "fuzz.h"

static const struct schema_since schemas[] = {
    {36, SCHEMA_ALLOCATION_CANDIDATES_GET_1_36}, {35, SCHEMA_ALLOCATION_CANDIDATES_GET_1_35},
    {33, SCHEMA_ALLOCATION_CANDIDATES_GET_1_33}, {31, SCHEMA_ALLOCATION_CANDIDATES_GET_1_31},
    {25, SCHEMA_ALLOCATION_CANDIDATES_GET_1_25}, {21, SCHEMA_ALLOCATION_CANDIDATES_GET_1_21},
    {17, SCHEMA_ALLOCATION_CANDIDATES_GET_1_17}, {16, SCHEMA_ALLOCATION_CANDIDATES_GET_1_16},
    {0, SCHEMA_ALLOCATION_CANDIDATES_GET_1_10},
};

static void check_names(const struct name_set *set)
{
    require(set->count > 0);
    for (size_t i = 0; i < set->count; i++) {
        require(*set->names[i] != '\0' && is_utf8(set->names[i]));
        for (size_t j = 0; j < i; j++)
            require(strcmp(set->names[i], set->names[j]) != 0);
    }
}

static void check_membership(const struct membership *membership, bool uuids)
{
    for (size_t i = 0; i < membership->required_count; i++) {
        check_names(&membership->required[i]);
        for (size_t j = 0; uuids && j < membership->required[i].count; j++)
            require(uuid_is_like(membership->required[i].names[j]));
    }
    if (membership->forbidden.count > 0)
        check_names(&membership->forbidden);
}

static void check_group(const struct request_group *group, unsigned minor)
{
    for (size_t i = 0; i < group->resources.count; i++) {
        require(group->resources.items[i].amount >= 1);
        for (size_t j = 0; j < i; j++)
            require(strcmp(group->resources.items[i].class_name,
                           group->resources.items[j].class_name) != 0);
    }
    require(group->resources.count > 0 || minor >= 36);
    require(strlen(group->suffix) <= 64 || minor < 33);
    check_membership(&group->traits, false);
    check_membership(&group->aggregates, true);
    require(group->in_tree == NULL || uuid_is_like(group->in_tree));
}

static bool is_suffix(const struct candidate_request *request, const char *name)
{
    for (size_t i = 0; i < request->group_count; i++)
        if (strcmp(request->groups[i].suffix, name) == 0)
            return true;
    return false;
}

static void check_request(const struct candidate_request *request, unsigned minor)
{
    require(request->group_count > 0 && request->group_count <= 256);
    require(request->limit >= 0);
    require(request->one_of_tree == (minor < 29));
    check_membership(&request->root_traits, false);
    for (size_t i = 0; i < request->group_count; i++) {
        check_group(&request->groups[i], minor);
        for (size_t j = 0; j < i; j++)
            require(strcmp(request->groups[i].suffix, request->groups[j].suffix) != 0);
    }
    for (size_t i = 0; i < request->subtree_count; i++) {
        check_names(&request->subtrees[i]);
        for (size_t j = 0; j < request->subtrees[i].count; j++)
            require(is_suffix(request, request->subtrees[i].names[j]));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct query query;
    struct candidate_request request;
    begin_input();
    schemas_load();
    json_memory_set(&arena);
    char *text = text_of(bytes, size), *rest;
    unsigned minor = (unsigned)(strtoul(text, &rest, 10) % (MICROVERSION_MINOR_MAXIMUM + 1));
    struct exchange exchange = {.arena = &arena,
                                .parameters = (char *[]){NULL},
                                .query = *rest == ' ' ? rest + 1 : rest,
                                .version = {1, (unsigned char)minor}};
    struct call call = {.exchange = &exchange};
    if (call_query(&call, call_schema(&call, schemas), &query) &&
        query_candidates_read(&exchange, &query, &request)) {
        require(exchange.status == 0);
        check_request(&request, minor);
    } else {
        require(exchange.status == 400);
        require(*exchange.error.detail != '\0' && is_utf8(exchange.error.detail));
    }
    free(text);
    return 0;
}

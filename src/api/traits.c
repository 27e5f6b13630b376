/*
 * Shows, creates and deletes traits, and shows and replaces those of a provider.
 */
#include <config.h>

#include "api/traits.h"

#include <string.h>
#include <strings.h>

#include "api/body/body.h"
#include "api/call.h"
#include "api/query/python_text.h"
#include "base/sorted.h"
#include "base/text.h"
#include "placement/trait.h"

/* Writes the names, and adds the time of the latest change. */
static void write_names(struct call *call, const struct traits *traits)
{
    time_t modified = 0;
    writer_key(&call->writer, "traits");
    writer_begin_array(&call->writer);
    for (size_t i = 0; i < traits->count; i++) {
        const struct trait *trait = &traits->list[i];
        writer_text(&call->writer, trait->name);
        if (trait->modified == 0)
            modified = time(NULL);
        else if (trait->modified > modified)
            modified = trait->modified;
    }
    writer_end_array(&call->writer);
    call_last_modified(call, modified != 0 ? modified : time(NULL));
}

/* "in:A,B" or "startswith:CUSTOM_". As upstream, another word before the colon filters
   nothing. */
static bool read_name_filter(struct call *call, const char *text, struct trait_filter *filter)
{
    const char *colon = strchr(text, ':');
    if (colon == NULL) {
        call_fail(call, 400, NULL,
                  "Badly formatted name parameter. Expected name query string parameter in form: "
                  "?name=[in|startswith]:[name1,name2|prefix]. Got: \"%s\"",
                  text);
        return false;
    }
    size_t length = (size_t)(colon - text);
    if (length == 2 && strncmp(text, "in", length) == 0) {
        struct name_set names = query_split(call->exchange->arena, colon + 1);
        filter->names = names.names;
        filter->name_count = names.count;
    } else if (length == 10 && strncmp(text, "startswith", length) == 0) {
        filter->prefix = colon + 1;
    }
    return true;
}

void traits_show(struct call *call)
{
    struct query query;
    struct trait_filter filter = {0};
    struct traits traits;
    if (!call_query(call, SCHEMA_TRAITS_GET, &query))
        return;
    const char *name = query_last(&query, "name");
    const char *associated = query_last(&query, "associated");
    if (name != NULL && !read_name_filter(call, name, &filter))
        return;
    if (associated != NULL) {
        filter.by_association = true;
        filter.associated = strcasecmp(associated, "true") == 0;
        if (!filter.associated && strcasecmp(associated, "false") != 0) {
            call_fail(call, 400, NULL,
                      "The query parameter \"associated\" only accepts \"true\" or "
                      "\"false\"");
            return;
        }
    }
    enum outcome outcome = traits_load(&call->context, &filter, &traits);
    if (!call_succeeded(call, outcome))
        return;
    writer_begin_object(call_json(call));
    write_names(call, &traits);
    writer_end_object(&call->writer);
    call_answer(call, 200);
}

void trait_show(struct call *call)
{
    struct trait trait;
    enum outcome outcome = trait_load(&call->context, call_argument(call, 0), &trait);
    if (!call_succeeded(call, outcome))
        return;
    call_last_modified(call, trait.created != 0 ? trait.created : time(NULL));
    call_answer(call, 204);
}

void trait_put(struct call *call)
{
    const char *name = call_argument(call, 0), *message;
    struct trait trait = {0};
    json_t *text = json_string(name);
    if (text == NULL || !schema_validate(SCHEMA_TRAIT_PUT, text, call->exchange->arena, &message)) {
        call_fail(call, 400, NULL,
                  "The trait is invalid. A valid trait must be no longer than 255 "
                  "characters, start with the prefix \"CUSTOM_\" and use following "
                  "characters: \"A\"-\"Z\", \"0\"-\"9\" and \"_\"");
        return;
    }
    int status = 204;
    enum outcome outcome = trait_load(&call->context, name, &trait);
    if (outcome == OUTCOME_TRAIT_NOT_FOUND) {
        outcome = trait_create(&call->context, name);
        status = outcome == OUTCOME_OK ? 201 : 204;
    }
    if (outcome != OUTCOME_OK && outcome != OUTCOME_DUPLICATE) {
        call_fail_outcome(call, outcome);
        return;
    }
    exchange_add_location(call->exchange, call_url(call, "/traits/%s", name));
    call_last_modified(call, trait.created != 0 ? trait.created : time(NULL));
    call_answer(call, status);
}

void trait_remove(struct call *call)
{
    enum outcome outcome = trait_delete(&call->context, call_argument(call, 0));
    if (outcome == OUTCOME_STANDARD || outcome == OUTCOME_IN_USE) {
        call_fail(call, outcome == OUTCOME_STANDARD ? 400 : 409, NULL, "%s",
                  call->context.failure.detail);
        return;
    }
    if (call_succeeded(call, outcome))
        call_answer(call, 204);
}

/* The traits of a provider. */

static void write_provider_traits(struct call *call, const struct provider *provider,
                                  const struct traits *traits)
{
    writer_begin_object(call_json(call));
    write_names(call, traits);
    writer_member_integer(&call->writer, "resource_provider_generation", provider->generation);
    writer_end_object(&call->writer);
}

void provider_traits_show(struct call *call)
{
    struct provider_reading reading;
    struct traits traits;
    if (!call_provider_read(call, "No resource provider with uuid ", " found: ", &reading))
        return;
    enum outcome outcome = provider_read_traits(&call->context, &reading, &traits);
    if (!call_succeeded(call, outcome))
        return;
    write_provider_traits(call, &reading.provider, &traits);
    call_answer(call, 200);
}

void provider_traits_set(struct call *call)
{
    struct provider provider;
    struct traits traits;
    json_t *data = call_body(call, SCHEMA_PROVIDER_TRAITS_PUT), *item;
    if (data == NULL)
        return;
    enum outcome outcome = provider_load(&call->context, call_argument(call, 0), &provider);
    if (!call_succeeded(call, outcome))
        return;
    if (body_integer(json_object_get(data, "resource_provider_generation")) !=
        provider.generation) {
        call_fail(call, 409, CODE_CONCURRENT_UPDATE,
                  "Resource provider's generation already changed. Please update the "
                  "generation and try again.");
        return;
    }
    json_t *list = json_object_get(data, "traits");
    struct name_set names = {
        .names = arena_array(call->exchange->arena, json_array_size(list), sizeof(*names.names))};
    size_t index;
    json_array_foreach(list, index, item) names.names[names.count++] = json_string_value(item);
    outcome = provider_traits_replace(&call->context, &provider, &names, true, &traits);
    if (outcome == OUTCOME_TRAIT_NOT_FOUND) {
        call_fail(call, 400, NULL, "%s", call->context.failure.detail);
        return;
    }
    if (!call_succeeded(call, outcome))
        return;
    write_provider_traits(call, &provider, &traits);
    call_answer(call, 200);
}

void provider_traits_clear(struct call *call)
{
    struct provider provider;
    struct traits traits;
    if (!call_provider(call, NULL, NULL, &provider))
        return;
    if (call_succeeded(call, provider_traits_replace(&call->context, &provider,
                                                     &(struct name_set){0}, false, &traits)))
        call_answer(call, 204);
}

/*
 * Shows, creates, renames and deletes resource classes.
 */
#include <config.h>

#include "api/resource_classes.h"

#include <string.h>

#include "api/call.h"
#include "http/accept.h"
#include "placement/resource_class.h"

enum { ENSURED_SINCE = 7 };

static void write_class(struct call *call, const char *name)
{
    struct json_writer *writer = &call->writer;
    writer_begin_object(writer);
    writer_member_text(writer, "name", name);
    writer_key(writer, "links");
    writer_begin_array(writer);
    writer_begin_object(writer);
    writer_member_text(writer, "rel", "self");
    writer_member_text(writer, "href", call_url(call, "/resource_classes/%s", name));
    writer_end_object(writer);
    writer_end_array(writer);
    writer_end_object(writer);
}

static void created(struct call *call, const char *name, int status)
{
    exchange_add_location(call->exchange, call_url(call, "/resource_classes/%s", name));
    call_answer(call, status);
}

void resource_classes_show(struct call *call)
{
    struct resource_classes classes;
    time_t modified = 0;
    enum outcome outcome = resource_classes_load(&call->context, &classes);
    if (!call_succeeded(call, outcome))
        return;
    struct json_writer *writer = call_json(call);
    writer_begin_object(writer);
    writer_key(writer, "resource_classes");
    writer_begin_array(writer);
    for (size_t i = 0; i < classes.count; i++) {
        write_class(call, classes.list[i].name);
        if (classes.list[i].modified == 0)
            modified = time(NULL);
        else if (classes.list[i].modified > modified)
            modified = classes.list[i].modified;
    }
    writer_end_array(writer);
    writer_end_object(writer);
    call_last_modified(call, modified != 0 ? modified : time(NULL));
    call_answer(call, 200);
}

void resource_class_show(struct call *call)
{
    struct resource_class class;
    enum outcome outcome = resource_class_load(&call->context, call_argument(call, 0), &class);
    if (!call_succeeded(call, outcome))
        return;
    call_json(call);
    write_class(call, class.name);
    call_last_modified(call, class.modified != 0 ? class.modified : time(NULL));
    call_answer(call, 200);
}

void resource_class_post(struct call *call)
{
    json_t *data = call_body(call, SCHEMA_RESOURCE_CLASS_POST_1_2);
    if (data == NULL)
        return;
    const char *name = json_string_value(json_object_get(data, "name"));
    enum outcome outcome = resource_class_create(&call->context, name);
    if (outcome == OUTCOME_DUPLICATE) {
        call_fail(call, 409, NULL, "Conflicting resource class already exists: %s", name);
        return;
    }
    if (!call_succeeded(call, outcome))
        return;
    created(call, name, 201);
}

/* PUT before 1.7. */
static enum outcome load_and_rename(struct context *context, const char *old_name, const char *name)
{
    struct resource_class class;
    TRY(resource_class_load(context, old_name, &class));
    return resource_class_rename(context, &class, name);
}

static void rename_class(struct call *call)
{
    const char *old_name = call_argument(call, 0);
    if (!content_require_json(call->exchange))
        return;
    json_t *data = call_body(call, SCHEMA_RESOURCE_CLASS_PUT_1_2);
    if (data == NULL)
        return;
    const char *name = json_string_value(json_object_get(data, "name"));
    enum outcome outcome = load_and_rename(&call->context, old_name, name);
    if (outcome == OUTCOME_DUPLICATE) {
        call_fail(call, 409, NULL, "Resource class already exists: %s", name);
        return;
    }
    if (outcome == OUTCOME_STANDARD) {
        call_fail(call, 400, NULL, "Cannot update standard resource class %s", old_name);
        return;
    }
    if (!call_succeeded(call, outcome))
        return;
    call_json(call);
    write_class(call, name);
    call_answer(call, 200);
}

void resource_class_put(struct call *call)
{
    const char *name = call_argument(call, 0), *message;
    struct resource_class class;
    if (!call_since(call, ENSURED_SINCE)) {
        rename_class(call);
        return;
    }
    json_t *data = json_pack("{s:s}", "name", name);
    if (data == NULL ||
        !schema_validate(SCHEMA_RESOURCE_CLASS_PUT_1_2, data, call->exchange->arena, &message)) {
        call_fail(call, 400, NULL, "JSON does not validate: %s",
                  data != NULL ? message : "the name is not UTF-8");
        return;
    }
    enum outcome outcome = resource_class_load(&call->context, name, &class);
    if (outcome == OUTCOME_OK) {
        created(call, name, 204);
        return;
    }
    if (outcome == OUTCOME_CLASS_NOT_FOUND)
        outcome = resource_class_create(&call->context, name);
    if (outcome != OUTCOME_OK && outcome != OUTCOME_DUPLICATE) {
        call_fail_outcome(call, outcome);
        return;
    }
    created(call, name, outcome == OUTCOME_OK ? 201 : 204);
}

void resource_class_remove(struct call *call)
{
    enum outcome outcome = resource_class_delete(&call->context, call_argument(call, 0));
    if (outcome == OUTCOME_STANDARD || outcome == OUTCOME_IN_USE) {
        call_fail(call, outcome == OUTCOME_STANDARD ? 400 : 409, NULL,
                  "Error in delete resource class: %s", call->context.failure.detail);
        return;
    }
    if (call_succeeded(call, outcome))
        call_answer(call, 204);
}

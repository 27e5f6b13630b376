/*
 * Writes an event in the form of CADF (DMTF DSP0262), as keystonemiddleware's audit filter and
 * pycadf write it, with what was changed as an attachment.
 */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "api/trail/event.h"
#include "base/text.h"
#include "base/uuid.h"

#define TYPE_EVENT "http://schemas.dmtf.org/cloud/audit/1.0/event"
#define SERVICE    "service/compute/placement"

/* CADF's words for the ends of the actions. */
static const struct {
    const char *end;
    const char *action;
} actions[] = {
    {".create", "create"}, {".claim", "create"},   {".add", "create"},
    {".delete", "delete"}, {".release", "delete"}, {".clear", "delete"},
};

static const char *const outcomes[] = {
    [TRAIL_PENDING] = "pending", [TRAIL_DONE] = "success",   [TRAIL_UNCHANGED] = "success",
    [TRAIL_REFUSED] = "failure", [TRAIL_FAILED] = "failure", [TRAIL_UNKNOWN] = "unknown",
};

static const char *cadf_action(const char *action)
{
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
        if (text_ends_with(action, actions[i].end))
            return actions[i].action;
    return "update";
}

static void write_initiator(struct json_writer *writer, const struct trail_event *event)
{
    const struct exchange *exchange = event->exchange;
    const struct identity *identity = event->identity;
    writer_key(writer, "initiator");
    writer_begin_object(writer);
    writer_member_text(writer, "typeURI", "service/security/account/user");
    writer_member_text(writer, "id", text_filled_or(identity->user_id, "unknown"));
    writer_member_text(writer, "project_id", text_filled_or(identity->project_id, "unknown"));
    writer_member_text(writer, "request_id", exchange->request_id);
    if (exchange->global_request_id != NULL)
        writer_member_text(writer, "global_request_id", exchange->global_request_id);
    writer_key(writer, "host");
    writer_begin_object(writer);
    writer_member_text(writer, "address", exchange->remote_address);
    writer_end_object(writer);
    writer_end_object(writer);
}

/* The type of the target is the service's with the words of the route. */
static void write_target(struct json_writer *writer, const struct trail_event *event)
{
    char type[256];
    size_t length = (size_t)snprintf(type, sizeof(type), "%s", SERVICE);
    for (const char *from = event->route; *from != '\0' && length + 1 < sizeof(type); from++) {
        if (from[0] == '/' && from[1] == '{')
            from += strcspn(from, "}");
        else
            type[length++] = *from;
    }
    type[length] = '\0';
    writer_key(writer, "target");
    writer_begin_object(writer);
    writer_member_text(writer, "typeURI", type);
    writer_member_text(writer, "id", text_filled_or(event->target, "placement"));
    writer_member_text(writer, "name", "placement");
    writer_end_object(writer);
}

static void write_observer(struct json_writer *writer)
{
    writer_key(writer, "observer");
    writer_begin_object(writer);
    writer_member_text(writer, "typeURI", SERVICE);
    writer_member_text(writer, "id", "target");
    writer_end_object(writer);
}

static void write_reason(struct json_writer *writer, const struct trail_event *event)
{
    char status[16];
    if (event->outcome == TRAIL_PENDING)
        return;
    snprintf(status, sizeof(status), "%d", event->exchange->status);
    writer_key(writer, "reason");
    writer_begin_object(writer);
    writer_member_text(writer, "reasonType", "HTTP");
    writer_member_text(writer, "reasonCode", status);
    writer_end_object(writer);
}

static void write_attachment(struct json_writer *writer, const struct trail_event *event)
{
    writer_key(writer, "attachments");
    writer_begin_array(writer);
    writer_begin_object(writer);
    writer_member_text(writer, "typeURI", "application/json");
    writer_member_text(writer, "name", trail_action(event));
    writer_key(writer, "content");
    trail_write_json(writer, event);
    writer_end_object(writer);
    writer_end_array(writer);
}

void trail_write_cadf(struct json_writer *writer, const struct trail_event *event)
{
    const struct exchange *exchange = event->exchange;
    char path[1024], tag[128];
    struct uuid_text id;
    uuid_new(&id);
    writer_begin_object(writer);
    writer_member_text(writer, "typeURI", TYPE_EVENT);
    writer_member_text(writer, "eventType", "activity");
    writer_member_text(writer, "id", id.text);
    trail_write_time(writer, "eventTime", "+0000");
    writer_member_text(writer, "action", cadf_action(trail_action(event)));
    writer_member_text(writer, "outcome", outcomes[event->outcome]);
    write_reason(writer, event);
    write_initiator(writer, event);
    write_target(writer, event);
    write_observer(writer);
    snprintf(path, sizeof(path), "%s%s", exchange->prefix, exchange->path);
    writer_member_text(writer, "requestPath", path);
    snprintf(tag, sizeof(tag), "correlation_id?value=%s", exchange->request_id);
    writer_key(writer, "tags");
    writer_begin_array(writer);
    writer_text(writer, tag);
    writer_end_array(writer);
    write_attachment(writer, event);
    writer_end_object(writer);
}

/*
 * Writes an event in Berth's form. docs/audit-log.md describes each field.
 */
#include <config.h>

#include "api/trail/event.h"

#include <stdio.h>
#include <time.h>

#include "base/text.h"

static const char *outcome_name(enum trail_outcome outcome)
{
    static const char *const names[] = {"pending", "done",   "unchanged",
                                        "refused", "failed", "unknown"};
    return names[outcome];
}

void trail_write_time(struct json_writer *writer, const char *key, const char *zone)
{
    struct timespec now;
    struct tm parts;
    char date[32], text[64];
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &parts);
    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(text, sizeof(text), "%s.%06ld%s", date, now.tv_nsec / 1000, zone);
    writer_member_text(writer, key, text);
}

static void write_optional(struct json_writer *writer, const char *key, const char *text)
{
    if (text != NULL && *text != '\0')
        writer_member_text(writer, key, text);
}

static void write_caller(struct json_writer *writer, const struct trail_event *event)
{
    const struct identity *identity = event->identity;
    writer_member_text(writer, "address", event->exchange->remote_address);
    writer_member_text(writer, "user_id", identity->user_id);
    writer_member_text(writer, "project_id", identity->project_id);
    write_optional(writer, "user_domain_id", identity->user_domain_id);
    write_optional(writer, "project_domain_id", identity->project_domain_id);
    write_optional(writer, "domain_id", identity->domain_id);
    write_optional(writer, "system_scope", identity->system_scope);
    writer_key(writer, "roles");
    writer_begin_array(writer);
    for (size_t i = 0; i < identity->roles.count; i++)
        writer_text(writer, identity->roles.names[i]);
    writer_end_array(writer);
    write_optional(writer, "service_user_id", identity->service_user_id);
    write_optional(writer, "service_project_id", identity->service_project_id);
}

static void write_outcome(struct json_writer *writer, const struct trail_event *event)
{
    const struct exchange *exchange = event->exchange;
    writer_member_text(writer, "outcome", outcome_name(event->outcome));
    if (event->outcome == TRAIL_PENDING)
        return;
    writer_member_integer(writer, "status", exchange->status);
    if (exchange_failed(exchange))
        writer_member_text(writer, "code",
                           text_or(exchange->error.code, "placement.undefined_code"));
    write_optional(writer, "reason", event->reason);
}

void trail_write_json(struct json_writer *writer, const struct trail_event *event)
{
    const struct exchange *exchange = event->exchange;
    char version[8];
    writer_begin_object(writer);
    trail_write_time(writer, "time", "Z");
    writer_member_text(writer, "request_id", exchange->request_id);
    write_optional(writer, "global_request_id", exchange->global_request_id);
    write_optional(writer, "traceparent", exchange->traceparent);
    writer_member_text(writer, "action", trail_action(event));
    write_outcome(writer, event);
    writer_member_text(writer, "method", exchange->method);
    writer_member_text(writer, "route", event->route);
    write_optional(writer, "target", event->target);
    if (exchange->version.major != 0) {
        snprintf(version, sizeof(version), "%u.%u", exchange->version.major,
                 exchange->version.minor);
        writer_member_text(writer, "microversion", version);
    }
    write_caller(writer, event);
    if (event->cut) {
        writer_key(writer, "cut");
        writer_boolean(writer, true);
    }
    trail_write_changes(writer, event);
    writer_end_object(writer);
}

/*
 * Writes a report as JSON, as audit_report.h describes it.
 */
#include <config.h>

#include "base/json_writer.h"
#include "manage/audit_report.h"

static const char *const table_names[AUDIT_TABLES] = {
    [AUDIT_PROVIDERS] = "resource_providers",
    [AUDIT_INVENTORIES] = "inventories",
    [AUDIT_CONSUMERS] = "consumers",
    [AUDIT_ALLOCATIONS] = "allocations",
    [AUDIT_TRAITS] = "resource_provider_traits",
    [AUDIT_AGGREGATES] = "resource_provider_aggregates",
};

/* The members for what a finding refers to: its name and its id. */
static const struct {
    const char *name, *id;
} thing_keys[] = {
    [AUDIT_THING_CLASS] = {"resource_class", "resource_class_id"},
    [AUDIT_THING_TRAIT] = {"trait", "trait_id"},
    [AUDIT_THING_AGGREGATE] = {"aggregate", "aggregate_id"},
    [AUDIT_THING_PROJECT] = {"project", "project_id"},
    [AUDIT_THING_USER] = {"user", "user_id"},
    [AUDIT_THING_TYPE] = {"consumer_type", "consumer_type_id"},
    [AUDIT_THING_PARENT] = {"parent", "parent_id"},
    [AUDIT_THING_ROOT] = {"root", "root_id"},
};

static void write_boolean(struct json_writer *writer, const char *key, bool value)
{
    writer_key(writer, key);
    writer_boolean(writer, value);
}

/* An id of 0 means none, except for classes, whose ids begin at 0. */
static void write_thing(struct json_writer *writer, const struct audit_finding *finding)
{
    enum audit_thing thing = audit_checks[finding->kind].thing;
    if (thing == AUDIT_THING_NONE)
        return;
    writer_member_text(writer, thing_keys[thing].name, finding->thing);
    writer_key(writer, thing_keys[thing].id);
    if (finding->thing_id == 0 && thing != AUDIT_THING_CLASS)
        writer_null(writer);
    else
        writer_integer(writer, finding->thing_id);
}

static void write_inventory(struct json_writer *writer, const struct audit_finding *finding)
{
    writer_member_integer(writer, "total", finding->total);
    writer_member_integer(writer, "reserved", finding->reserved);
    writer_member_real(writer, "allocation_ratio", finding->allocation_ratio);
    writer_member_real(writer, "capacity", audit_capacity(finding));
}

static void write_finding(struct json_writer *writer, const struct audit_finding *finding)
{
    writer_begin_object(writer);
    writer_member_text(writer, "kind", audit_checks[finding->kind].name);
    write_boolean(writer, "fixable", audit_checks[finding->kind].fix != NULL);
    if (finding->consumer_uuid != NULL)
        writer_member_text(writer, "consumer_uuid", finding->consumer_uuid);
    if (finding->provider_id != 0) {
        writer_member_integer(writer, "provider_id", finding->provider_id);
        writer_member_text(writer, "provider_uuid", finding->provider_uuid);
        writer_member_text(writer, "provider_name", finding->provider_name);
    }
    write_thing(writer, finding);
    if (finding->expected_root != NULL)
        writer_member_text(writer, "expected_root", finding->expected_root);
    if (finding->has_used)
        writer_member_integer(writer, "used", finding->used);
    if (finding->has_inventory)
        write_inventory(writer, finding);
    if (audit_checks[finding->kind].shows_age) {
        writer_key(writer, "age_seconds");
        if (finding->age >= 0)
            writer_integer(writer, finding->age);
        else
            writer_null(writer);
    }
    writer_end_object(writer);
}

static void write_counts(struct json_writer *writer, const char *key,
                         const struct audit_report *report)
{
    writer_key(writer, key);
    writer_begin_object(writer);
    for (unsigned i = 0; i < AUDIT_KINDS; i++)
        writer_member_integer(writer, audit_checks[i].name, (int64_t)report->counts[i]);
    writer_end_object(writer);
}

static void write_repair(struct json_writer *writer, const struct audit_report *report,
                         const struct audit_repair *repair)
{
    writer_begin_object(writer);
    write_boolean(writer, "done", repair->done);
    writer_key(writer, "rows_changed");
    writer_begin_object(writer);
    for (unsigned i = 0; i < AUDIT_KINDS; i++)
        if (audit_checks[i].fix != NULL)
            writer_member_integer(writer, audit_checks[i].name, (int64_t)repair->fixed[i]);
    writer_end_object(writer);
    write_counts(writer, "left", repair->done ? &repair->left : report);
    writer_end_object(writer);
}

void audit_write_json(struct buffer *buffer, const struct audit_report *report,
                      const struct audit_repair *repair)
{
    struct json_writer writer;
    writer_init(&writer, buffer);
    writer_begin_object(&writer);
    writer_key(&writer, "audited");
    writer_begin_object(&writer);
    for (unsigned i = 0; i < AUDIT_TABLES; i++)
        writer_member_integer(&writer, table_names[i], (int64_t)report->rows[i]);
    writer_end_object(&writer);
    write_boolean(&writer, "clean", (repair->done ? repair->left.count : report->count) == 0);
    write_counts(&writer, "counts", report);
    writer_key(&writer, "findings");
    writer_begin_array(&writer);
    for (size_t i = 0; i < report->count; i++)
        write_finding(&writer, &report->findings[i]);
    writer_end_array(&writer);
    writer_key(&writer, "fix");
    if (repair->wanted)
        write_repair(&writer, report, repair);
    else
        writer_null(&writer);
    writer_end_object(&writer);
    buffer_add_text(buffer, "\n");
}

/*
 * The report of an audit, for people (audit_report.c) and for programs (audit_json.c).
 */
#ifndef BERTH_MANAGE_AUDIT_REPORT_H
#define BERTH_MANAGE_AUDIT_REPORT_H

#include "manage/terminal.h"
#include "placement/audit/audit.h"

/* The result of a repair. */
struct audit_repair {
    bool wanted;                 /* --fix was given */
    bool done;                   /* the user did not refuse */
    uint64_t fixed[AUDIT_KINDS]; /* rows changed */
    struct audit_report left;    /* of an audit afterwards */
};

/* Writes the findings by kind, for people; at most shown_most of each kind (0: all). */
void audit_write_text(struct buffer *buffer, const struct terminal *terminal,
                      const struct audit_report *report, size_t shown_most);

/* Writes what a repair has done, and what is left. */
void audit_write_repair(struct buffer *buffer, const struct audit_repair *repair);

/*
 * Writes one JSON document:
 *   "audited"   how many rows of each table were audited
 *   "clean"     whether nothing is wrong; after a repair: nothing is wrong any more
 *   "counts"    the number of findings of every kind
 *   "findings"  a list of objects, see below
 *   "fix"       null without --fix; or "done" (false: nothing was changed), "rows_changed" by kind,
 *               and "left", the counts of an audit afterwards (without a repair: "counts" again)
 * A finding has "kind", "fixable", and those of the following that apply:
 *   "consumer_uuid"
 *   "provider_id", "provider_uuid", "provider_name"  the last two are null if there is no provider
 *   "resource_class", "trait", "aggregate", "project", "user", "consumer_type", "parent" or "root"
 *               its name or uuid; null if it does not exist. The same with "_id": the id in the row
 *   "expected_root"  the uuid of the root that the provider should have
 *   "used"; "total", "reserved", "allocation_ratio" and "capacity"
 *   "age_seconds"    since the consumer was changed; null if not known
 */
void audit_write_json(struct buffer *buffer, const struct audit_report *report,
                      const struct audit_repair *repair);

#endif

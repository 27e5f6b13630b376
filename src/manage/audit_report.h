/*
 * What an audit has found, for people and for programs.
 */
#ifndef BERTH_MANAGE_AUDIT_REPORT_H
#define BERTH_MANAGE_AUDIT_REPORT_H

#include "manage/terminal.h"
#include "placement/audit/audit.h"

/* What became of a repair. */
struct audit_repair {
    bool wanted;                 /* --fix */
    bool done;                   /* it was not refused */
    uint64_t fixed[AUDIT_KINDS]; /* rows changed */
    struct audit_report left;    /* what an audit has found afterwards */
};

/* The findings by kind, for a person; of each kind at most shown_most (0: all). */
void audit_write_text(struct buffer *buffer, const struct terminal *terminal,
                      const struct audit_report *report, size_t shown_most);

/* What a repair has done, and what is left. */
void audit_write_repair(struct buffer *buffer, const struct audit_repair *repair);

/*
 * One JSON document:
 *   "audited"   how many rows of each table were looked at
 *   "clean"     whether nothing is wrong; after a repair: any more
 *   "counts"    of the findings, by kind; every kind is there
 *   "findings"  a list of objects, see below
 *   "fix"       null without --fix; or "done" (false: nothing was changed), "rows_changed" by kind,
 *               and "left", the counts of an audit afterwards (without a repair: "counts" again)
 * A finding has "kind", "fixable", and what it is about:
 *   "consumer_uuid"
 *   "provider_id", "provider_uuid", "provider_name"  the latter two null if there is no provider
 *   "resource_class", "trait", "aggregate", "project", "user", "consumer_type", "parent" or "root"
 *               its name, or its uuid; null if it is gone. The same with "_id": what the row says
 *   "expected_root"  the uuid of the root that it should have
 *   "used"; "total", "reserved", "allocation_ratio" and "capacity"
 *   "age_seconds"    since the consumer was changed; null if that is not known
 */
void audit_write_json(struct buffer *buffer, const struct audit_report *report,
                      const struct audit_repair *repair);

#endif

/*
 * The audit: finds rows that contradict each other, and repairs what is safe to repair.
 *
 * Upstream's schema has few foreign keys. Killed services, restored dumps and manual changes leave
 * rows that refer to nothing, consumers that hold nothing and providers with a wrong root.
 * findings.def has all that the audit looks for.
 *
 * The audit reads one state of the database (a snapshot) and locks nothing. It goes through each
 * table in slices, so that no statement takes long, however large the table is.
 *
 * A repair handles a limited number of findings in one transaction. The transaction locks in the
 * order of a claim (consumers first, then providers) and checks again before it changes anything:
 * an orphaned consumer that a claim now uses stays. A repair may be interrupted at any moment, and
 * may run beside the service, the Python service and another repair.
 *
 *     audit.c     runs the searches
 *     fix.c       runs the repairs, in batches
 *     findings.*  the table of findings: words, search and repair of each
 *     trees.*     searches that walk the provider trees
 *     repairs.*   repairs that take more than a statement
 */
#ifndef BERTH_PLACEMENT_AUDIT_AUDIT_H
#define BERTH_PLACEMENT_AUDIT_AUDIT_H

#include "placement/audit/findings.h"

/* Called now and then with the progress; text says what is being done now. */
typedef void (*audit_progress)(void *subject, const char *text, uint64_t done, uint64_t total);

struct audit_options {
    /* Seconds. A consumer that was changed less long ago does not count as orphaned: the Python
       service creates the consumer of a claim in a transaction before that of its allocations. */
    int64_t grace;
    audit_progress progress; /* NULL: no progress is reported */
    void *subject;           /* of progress */
};

/* Looks for everything. The findings are in the context's arena. */
enum outcome audit_run(struct context *context, const struct audit_options *options,
                       struct audit_report *report);

/* Returns how many of the findings have a repair. */
size_t audit_fixable(const struct audit_report *report);

/* Repairs the findings of a report that still hold. Adds the numbers of changed rows to fixed, by
   kind. What was committed before a failure stays. */
enum outcome audit_fix(struct context *context, const struct audit_options *options,
                       const struct audit_report *report, uint64_t fixed[AUDIT_KINDS]);

#endif

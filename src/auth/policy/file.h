/*
 * The rules that policy files have.
 *
 * A file is YAML, of which JSON is a part: one mapping from names of rules to rules, each a text in
 * the language of auth/policy/check.h or a list of texts and of lists of texts. No content, or an
 * empty one, is no rules. Read as oslo.policy reads it, but for this: what is neither text nor a
 * list is refused, where oslo.policy takes null, false and 0 for "everybody" ("name: !", without
 * quotes, is a null too).
 */
#ifndef BERTH_AUTH_POLICY_FILE_H
#define BERTH_AUTH_POLICY_FILE_H

#include "auth/policy/check.h"
#include "base/error_line.h"

/* A rule as a file has it. */
struct policy_entry {
    const char *name;
    const char *file;
    unsigned line;
    size_t order; /* among all that were read */
    struct policy_check *check;
    const char *problem; /* what of it is not understood; NULL: nothing */
    struct policy_entry *next;
};

/* Rules in the order of reading: of two with the same name the later one counts. */
struct policy_entries {
    struct policy_entry *first, *last;
    size_t count;
};

/* Adds the rules of a file; all memory is the arena's. A file that is not there has none. Gives
   false and an error with path and line when it cannot be read or is not as it should be. */
bool policy_file_read(const char *path, struct arena *arena, struct policy_entries *entries,
                      struct error_line *error);

/* The same for text that is called path. */
bool policy_text_read(const char *path, const char *text, size_t length, struct arena *arena,
                      struct policy_entries *entries, struct error_line *error);

#endif

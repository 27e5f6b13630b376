/*
 * Reads policy files.
 *
 * A file is YAML, of which JSON is a part: one mapping from names of rules to rules, each a text in
 * the language of auth/policy/check.h or a list of texts and of lists of texts. An empty file
 * has no rules. Files are read as oslo.policy reads them, with one exception: a rule that is
 * neither text nor a list is refused, while oslo.policy takes null, false and 0 for "everybody"
 * ("name: !", without quotes, is null too).
 */
#ifndef BERTH_AUTH_POLICY_FILE_H
#define BERTH_AUTH_POLICY_FILE_H

#include "auth/policy/check.h"
#include "base/error_line.h"

/* A rule of a file. */
struct policy_entry {
    const char *name;
    const char *file;
    unsigned line;
    size_t order; /* of reading */
    struct policy_check *check;
    const char *problem; /* what is not understood; NULL: nothing */
    struct policy_entry *next;
};

/* Rules in the order of reading: of two with the same name the later one counts. */
struct policy_entries {
    struct policy_entry *first, *last;
    size_t count;
};

/* Adds the rules of a file, in memory of the arena. A missing file has no rules. Returns false and
   sets error, with path and line, when the file cannot be read or is wrong. */
bool policy_file_read(const char *path, struct arena *arena, struct policy_entries *entries,
                      struct error_line *error);

/* Does the same with text; path is its name in errors. */
bool policy_text_read(const char *path, const char *text, size_t length, struct arena *arena,
                      struct policy_entries *entries, struct error_line *error);

#endif

/*
 * Text files that are part of the program. scripts/embed-text makes these tables during the build.
 */
#ifndef BERTH_BASE_EMBEDDED_H
#define BERTH_BASE_EMBEDDED_H

struct embedded_text {
    const char *name; /* of the file, without folder and suffix; NULL ends a table */
    const char *text;
};

extern const struct embedded_text schema_texts[]; /* src/api/body/schemas */
extern const struct embedded_text sql_texts[];    /* sql */

#endif

/*
 * Values on their way into a prepared statement. Internal: only for the sources of src/db.
 *
 * Everything is allocated in the arena. The binds point at the values, which must outlive them.
 */
#ifndef BERTH_DB_PARAMETERS_H
#define BERTH_DB_PARAMETERS_H

#include <mysql.h>

#include "base/arena.h"
#include "db/value.h"

/* Divides the lists that struct sql marks with "?*" if the statement has too many values for one
   execution. Returns the number of parts, and sets values to those of all parts, one after the
   other, count each: to run the statement with each part has the effect of running it once. Returns
   1 and leaves the values alone if they are few enough, or cannot be divided. */
size_t parameters_divide(struct arena *arena, const char *text, const struct value **values,
                         size_t count);

/* Replaces each list among the values by its elements, and its "?..." or "?*" in the text by
   placeholders (see struct sql). Leaves both alone if there is no list. More than 65535 values
   leave through the arena's escape. */
void parameters_expand(struct arena *arena, const char **text, const struct value **values,
                       size_t *count);

/* Returns the values, which are no lists, as an array in JSON. Only texts outside of ASCII are in
   it; in the place of any other value is a null. */
const char *parameters_as_json(struct arena *arena, const struct value *values, size_t count);

/* Returns count binds for values without lists; NULL if count is 0. */
MYSQL_BIND *parameters_bind(struct arena *arena, const struct value *values, size_t count);

/* Returns width binds, each for a column of count values, for a bulk execution. The values stand
   row by row; those of a column have the same kind or are NULL. */
MYSQL_BIND *parameters_bind_rows(struct arena *arena, const struct value *values, size_t width,
                                 size_t count);

#endif

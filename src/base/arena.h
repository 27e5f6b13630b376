/*
 * Memory that lives as long as one request.
 *
 * Everything a request needs is taken from its arena and dropped at once at its end; nothing is
 * freed piece by piece. An arena keeps its first block between requests, so that a small request
 * takes no memory from the system, and gives the rest back, so that a large one leaves no trace.
 *
 * An arena has a limit. What asks for more leaves through the escape that the owner of the request
 * has set (see arena_set_escape): the functions below therefore never return NULL and their callers
 * have nothing to check. The owner must not hold anything across that escape that is not in the
 * arena or known to it.
 */
#ifndef BERTH_BASE_ARENA_H
#define BERTH_BASE_ARENA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *blocks; /* the newest first, the kept one last */
    size_t taken;               /* bytes in all blocks */
    size_t limit;               /* the most that taken may become; 0: no limit */
    bool starved;               /* the system had no more memory (not: the limit was reached) */
    jmp_buf *escape;
};

/* An empty arena that may grow to limit bytes (0: without limit). Nothing is allocated yet. */
void arena_init(struct arena *arena, size_t limit);

/* Where to continue when memory runs out, with the value 1 as from longjmp(); NULL: abort(). */
void arena_set_escape(struct arena *arena, jmp_buf *escape);

/* Forgets all that was taken, but keeps the first block. */
void arena_reset(struct arena *arena);

/* Gives everything back to the system; the arena is as after arena_init(). */
void arena_free(struct arena *arena);

/* The same, after overwriting all that was taken: for secrets. */
void arena_wipe(struct arena *arena);

/* size zeroed bytes, aligned for any type. */
void *arena_alloc(struct arena *arena, size_t size) __attribute__((malloc, returns_nonnull));

/* count zeroed elements of size bytes; the product may not overflow (then it is out of memory). */
void *arena_array(struct arena *arena, size_t count, size_t size)
    __attribute__((malloc, returns_nonnull));

/* Returns list, which has room for *room elements of size bytes, with room for one more than count;
   a larger copy, and a larger *room, if it was full. The new elements are zeroed. Begin with NULL
   and a *room of 0:

       list = arena_grow(arena, list, count, &room, sizeof(*list));
       list[count++] = element; */
void *arena_grow(struct arena *arena, void *list, size_t count, size_t *room, size_t size)
    __attribute__((returns_nonnull));

/* A copy of text (NULL stays NULL), of its first length bytes, of any bytes with a NUL after. */
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t length);

/* Formatted text. */
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3), returns_nonnull));
char *arena_vprintf(struct arena *arena, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0), returns_nonnull));

/* Leaves through the escape as if the limit had been reached. */
void arena_exhausted(struct arena *arena) __attribute__((noreturn));

/* The same, because the system had no more memory: arena->starved says so until arena_reset(). For
   those who take memory elsewhere for the work on the same request, too. */
void arena_starve(struct arena *arena) __attribute__((noreturn));

#endif

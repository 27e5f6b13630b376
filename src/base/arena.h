/*
 * Memory that lives as long as one request.
 *
 * A request takes all its memory from its arena, which drops it at once when the request ends;
 * nothing is freed piece by piece. The arena keeps its first block between requests, so that a
 * small request needs no memory from the system, and returns the other blocks, so that a large
 * request leaves no trace.
 *
 * An arena has a limit. A call that would exceed it does not return: it jumps to the escape that
 * the owner of the request has set (arena_set_escape()). Therefore the functions below never return
 * NULL and callers have nothing to check. Across such a call, hold nothing that must be given back
 * (a lock, a descriptor, heap memory), unless the owner of the escape knows of it.
 */
#ifndef BERTH_BASE_ARENA_H
#define BERTH_BASE_ARENA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *blocks; /* newest first, the kept one last */
    size_t taken;               /* bytes in all blocks */
    size_t limit;               /* maximum of taken; 0: no limit */
    bool starved;               /* malloc() failed, as opposed to: the limit was reached */
    jmp_buf *escape;
};

/* Makes an empty arena that may grow to limit bytes (0: without limit). Allocates nothing yet. */
void arena_init(struct arena *arena, size_t limit);

/* Sets where to continue when memory runs out, with the value 1 from setjmp(). NULL, as after
   arena_init(): abort(). */
void arena_set_escape(struct arena *arena, jmp_buf *escape);

/* A moment in the life of an arena. arena_rewind() drops all that was taken since: for work that is
   done many times in one request, with a result that is not in the arena. */
struct arena_mark {
    struct arena_block *block;
    size_t used;
};
struct arena_mark arena_mark(const struct arena *arena);
void arena_rewind(struct arena *arena, const struct arena_mark *mark);

/* Drops everything, but keeps the first block. */
void arena_reset(struct arena *arena);

/* Drops everything, and returns all memory to the system. */
void arena_free(struct arena *arena);

/* The same, after overwriting it: for secrets. */
void arena_wipe(struct arena *arena);

/* Returns size zeroed bytes, aligned for any type. */
void *arena_alloc(struct arena *arena, size_t size) __attribute__((malloc, returns_nonnull));

/* Returns count zeroed elements of size bytes. If the product overflows, memory has run out. */
void *arena_array(struct arena *arena, size_t count, size_t size)
    __attribute__((malloc, returns_nonnull));

/* Returns list with room for one more element than count: list itself if count < *room, otherwise a
   larger copy, with *room doubled. The added elements are zeroed. Begin with NULL and a *room of 0:

       list = arena_grow(arena, list, count, &room, sizeof(*list));
       list[count++] = element; */
void *arena_grow(struct arena *arena, void *list, size_t count, size_t *room, size_t size)
    __attribute__((returns_nonnull));

/* Return a copy of text (NULL if text is NULL), or of length bytes with a NUL behind them. */
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t length);

/* Return formatted text. To build text piece by piece, see base/text.h. */
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3), returns_nonnull));
char *arena_vprintf(struct arena *arena, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0), returns_nonnull));

/* Jumps to the escape, as if the limit had been reached. */
void arena_exhausted(struct arena *arena) __attribute__((noreturn));

/* Jumps to the escape because malloc() failed: also for code that takes memory elsewhere for the
   same request. Sets arena->starved until arena_reset(). */
void arena_starve(struct arena *arena) __attribute__((noreturn));

#endif

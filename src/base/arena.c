/*
 * Takes memory from the newest block of a list, and adds blocks as needed.
 */
#include <config.h>

#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BLOCK = 64 * 1024, LATER_BLOCK = 256 * 1024, ROOM_FIRST = 16 };

struct arena_block {
    struct arena_block *next;
    size_t size; /* of data */
    size_t used;
    alignas(max_align_t) unsigned char data[];
};

void arena_init(struct arena *arena, size_t limit)
{
    *arena = (struct arena){.limit = limit};
}

void arena_set_escape(struct arena *arena, jmp_buf *escape)
{
    arena->escape = escape;
}

void arena_exhausted(struct arena *arena)
{
    if (arena->escape != NULL)
        longjmp(*arena->escape, 1);
    fputs("berth: out of memory\n", stderr);
    abort();
}

void arena_starve(struct arena *arena)
{
    arena->starved = true;
    arena_exhausted(arena);
}

/* Frees the newest block. */
static void block_drop(struct arena *arena)
{
    struct arena_block *next = arena->blocks->next;
    arena->taken -= arena->blocks->size;
    free(arena->blocks);
    arena->blocks = next;
}

struct arena_mark arena_mark(const struct arena *arena)
{
    return (struct arena_mark){arena->blocks, arena->blocks != NULL ? arena->blocks->used : 0};
}

void arena_rewind(struct arena *arena, const struct arena_mark *mark)
{
    while (arena->blocks != mark->block)
        block_drop(arena);
    if (arena->blocks != NULL)
        arena->blocks->used = mark->used;
}

void arena_reset(struct arena *arena)
{
    while (arena->blocks != NULL && arena->blocks->next != NULL)
        block_drop(arena);
    if (arena->blocks != NULL)
        arena->blocks->used = 0;
    arena->starved = false;
}

void arena_free(struct arena *arena)
{
    arena_reset(arena);
    free(arena->blocks);
    arena->blocks = NULL;
    arena->taken = 0;
}

void arena_wipe(struct arena *arena)
{
    for (struct arena_block *block = arena->blocks; block != NULL; block = block->next)
        explicit_bzero(block->data, block->used);
    arena_free(arena);
}

static struct arena_block *block_add(struct arena *arena, size_t size)
{
    size_t usual = arena->blocks == NULL ? FIRST_BLOCK : LATER_BLOCK;
    size_t room = size > usual ? size : usual;
    if (arena->limit != 0 && (room > arena->limit || arena->taken > arena->limit - room))
        arena_exhausted(arena);
    struct arena_block *block = malloc(sizeof(*block) + room);
    if (block == NULL)
        arena_starve(arena);
    *block = (struct arena_block){.next = arena->blocks, .size = room};
    arena->blocks = block;
    arena->taken += room;
    return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    struct arena_block *block = arena->blocks;
    if (size > SIZE_MAX / 2)
        arena_exhausted(arena);
    size_t rounded = size == 0
                         ? alignof(max_align_t)
                         : (size + alignof(max_align_t) - 1) & ~(size_t)(alignof(max_align_t) - 1);
    if (block == NULL || block->size - block->used < rounded)
        block = block_add(arena, rounded);
    void *memory = block->data + block->used;
    block->used += rounded;
    return memset(memory, 0, rounded);
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        arena_exhausted(arena);
    return arena_alloc(arena, bytes);
}

void *arena_grow(struct arena *arena, void *list, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return list;
    size_t wanted = *room == 0 ? ROOM_FIRST : *room * 2;
    void *grown = arena_array(arena, wanted, size);
    if (count > 0)
        memcpy(grown, list, count * size);
    *room = wanted;
    return grown;
}

char *arena_strndup(struct arena *arena, const char *text, size_t length)
{
    char *copy = arena_alloc(arena, length + 1);
    memcpy(copy, text, length);
    return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return text == NULL ? NULL : arena_strndup(arena, text, strlen(text));
}

char *arena_vprintf(struct arena *arena, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length < 0)
        arena_exhausted(arena);
    char *text = arena_alloc(arena, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    return text;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = arena_vprintf(arena, format, arguments);
    va_end(arguments);
    return text;
}

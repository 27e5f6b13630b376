/*
 * The memory that jansson uses.
 */
#include <config.h>

#include <jansson.h>

#include "base/json_memory.h"
#include "suite.h"

START_TEST(arena_and_heap)
{
    struct arena arena;
    arena_init(&arena, 0);
    ck_assert_ptr_null(json_memory_set(&arena));
    json_t *lives_in_arena = json_pack("{s:i}", "one", 1);
    size_t taken = arena.taken;
    ck_assert_uint_gt(taken, 0);

    struct arena *before = json_memory_set(NULL);
    ck_assert_ptr_eq(before, &arena);
    json_t *lives_on_heap = json_object();
    for (int i = 0; i < 10000; i++)
        json_object_set_new(lives_on_heap, "key", json_integer(i));
    ck_assert_uint_eq(arena.taken, taken);
    json_decref(lives_on_heap);
    json_memory_set(before);

    ck_assert_int_eq(json_integer_value(json_object_get(lives_in_arena, "one")), 1);
    json_memory_set(NULL);
    arena_free(&arena);
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("json memory");
    tcase_add_test(test, arena_and_heap);
    return suite_run("json memory", test);
}

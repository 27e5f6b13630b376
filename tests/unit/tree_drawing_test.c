/*
 * Corner cases of drawn trees: bars, percentages and notes of inventories, lines that do not fit.
 */
#include <config.h>

#include <locale.h>
#include <stdio.h>

#include "manage/tree_drawing.h"
#include "suite.h"

#define UUID "11111111-2222-4333-8444-555555555555"

static struct buffer buffer;
static struct terminal terminal;

static void setup(void)
{
    ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C.UTF-8"));
    buffer_init(&buffer, 0);
    terminal = (struct terminal){.utf8 = true, .columns = 80};
}

static void teardown(void)
{
    buffer_free(&buffer);
}

static const char *draw(const struct tree_provider *providers, size_t count, size_t member)
{
    const struct provider_trees trees = {providers, count, member};
    tree_draw(&buffer, &terminal, &trees);
    buffer_add(&buffer, "", 1);
    ck_assert(!buffer.failed);
    return buffer.data;
}

static const struct {
    int64_t used, total, reserved;
    double ratio;
    int64_t least, most, step;
    const char *line;
} inventories[] = {
    {0, 8, 0, 1, 1, 8, 1, "░░░░░░░░░░░░░░░░░░░░  0 / 8    0%"},
    {1, 1000, 0, 1, 1, 1000, 1, "█░░░░░░░░░░░░░░░░░░░  1 / 1,000   <1%"},
    {999, 1000, 0, 1, 1, 1000, 1, "███████████████████░  999 / 1,000   99%"},
    {1000, 1000, 0, 1, 1, 1000, 1, "████████████████████  1,000 / 1,000  100%"},
    {9, 8, 0, 1, 1, 8, 1, "████████████████████  9 / 8  112%  over capacity"},
    {0, 8, 8, 1, 1, 8, 1, "░░░░░░░░░░░░░░░░░░░░  0 / 0     -  = 8 - 8"},
    {1, 8, 8, 1, 1, 8, 1, "████████████████████  1 / 0     -  over capacity  = 8 - 8"},
    {8, 3, 0, 2.5, 1, 8, 1, "████████████████████  8 / 7  114%  over capacity  = 3 × 2.5"},
    {4, 10, 2, 0.5, 2, 5, 2,
     "████████████████████  4 / 4  100%\n               = (10 - 2) × 0.5  min 2  max 5  step 2"},
    {0, 2147483647, 0, 1000, 1, 2147483647, 1,
     "░░░░░░░░░░░░░░░░░  0 / 2,147,483,647,000    0%\n               = 2,147,483,647 × 1000"},
};

START_TEST(each_inventory)
{
    const struct tree_inventory inventory = {
        "VGPU",
        inventories[_i].total,
        inventories[_i].reserved,
        inventories[_i].least,
        inventories[_i].most,
        inventories[_i].step,
        inventories[_i].ratio,
        inventories[_i].used,
    };
    const struct tree_provider provider = {
        .uuid = UUID, .name = "gpu", .inventories = &inventory, .inventory_count = 1};
    char expected[512];
    if (inventories[_i].total == 2147483647)
        terminal.columns = 61; /* a shorter bar, and the note below it */
    snprintf(expected, sizeof(expected), "gpu  " UUID "  generation 0\n   VGPU        %s\n",
             inventories[_i].line);
    ck_assert_str_eq(draw(&provider, 1, TREE_PROVIDER_NONE), expected);
}
END_TEST

START_TEST(lines_continue_beside_descendants)
{
    static const struct tree_provider providers[] = {
        {.uuid = UUID, .name = "a", .depth = 0, .has_child = true},
        {.uuid = UUID, .name = "b", .depth = 1, .has_child = true, .has_sibling = true},
        {.uuid = UUID, .name = "c", .depth = 2, .has_child = true},
        {.uuid = UUID, .name = "d", .depth = 3},
        {.uuid = UUID, .name = "e", .depth = 1, .generation = 7},
        {.uuid = UUID, .name = "f", .depth = 0, .shares = true},
    };
    ck_assert_str_eq(draw(providers, 6, 4), "a  " UUID "  generation 0\n"
                                            "│\n"
                                            "├─ b  " UUID "  generation 0\n"
                                            "│  │\n"
                                            "│  └─ c  " UUID "  generation 0\n"
                                            "│     │\n"
                                            "│     └─ d  " UUID "  generation 0\n"
                                            "│\n"
                                            "└─ e  " UUID "  generation 7  ◀\n"
                                            "\n"
                                            "f  " UUID "  generation 0  sharing\n");
}
END_TEST

static const struct {
    const char *name;
    const char *drawn;
} titles[] = {
    {"1234567890123456789012345678", "1234567890123456789012345678  " UUID "  generation 0\n"},
    {"12345678901234567890123456789", "12345678901234567890123456789\n   " UUID "  generation 0\n"},
    {"計算機計算機計算機計算機計算", "計算機計算機計算機計算機計算  " UUID "  generation 0\n"},
    {"計算機計算機計算機計算機計算1", "計算機計算機計算機計算機計算1\n   " UUID "  generation 0\n"},
    {UUID, UUID "  generation 0\n"}, /* no name */
    {"12345678901234567890123456789012345678901234567890123456789012345678901234567890-",
     "1234567890123456789012345678901234567890123456789012345678901234567890123456789…\n   " UUID
     "  generation 0\n"},
};

START_TEST(each_title)
{
    const struct tree_provider provider = {.uuid = UUID, .name = titles[_i].name};
    ck_assert_str_eq(draw(&provider, 1, TREE_PROVIDER_NONE), titles[_i].drawn);
}
END_TEST

START_TEST(traits_are_wrapped_and_never_cut)
{
    const char *traits[] = {"AAAAAAAAAA", "BBBBBBBBBB", "CCC",
                            "CUSTOM_LONGER_THAN_THE_LINE_IS_IN_THIS_TERMINAL", "D"};
    const struct tree_provider provider = {
        .uuid = UUID, .name = "a", .traits = traits, .trait_count = 5};
    terminal.columns = 40; /* 25 of them for the traits */
    ck_assert_str_eq(draw(&provider, 1, TREE_PROVIDER_NONE),
                     "a\n   " UUID "  generation 0\n"
                     "   traits      AAAAAAAAAA  BBBBBBBBBB\n"
                     "               CCC\n"
                     "               CUSTOM_LONGER_THAN_THE_LINE_IS_IN_THIS_TERMINAL\n"
                     "               D\n");
}
END_TEST

START_TEST(aggregates_name_sharing_providers)
{
    static const struct tree_aggregate aggregates[] = {{UUID, NULL}, {UUID, "nfs, ceph"}};
    static const struct tree_provider provider = {
        .uuid = UUID, .name = "a", .aggregates = aggregates, .aggregate_count = 2, .circle = true};
    ck_assert_str_eq(draw(&provider, 1, TREE_PROVIDER_NONE),
                     "a  its parents go in a circle\n   " UUID "  generation 0\n"
                     "   aggregates  " UUID "\n"
                     "               " UUID "  shared by nfs, ceph\n");
}
END_TEST

#define LENGTH(table) (int)(sizeof(table) / sizeof((table)[0]))

int main(void)
{
    TCase *test = tcase_create("drawing");
    tcase_add_checked_fixture(test, setup, teardown);
    tcase_add_loop_test(test, each_inventory, 0, LENGTH(inventories));
    tcase_add_test(test, lines_continue_beside_descendants);
    tcase_add_loop_test(test, each_title, 0, LENGTH(titles));
    tcase_add_test(test, traits_are_wrapped_and_never_cut);
    tcase_add_test(test, aggregates_name_sharing_providers);
    return suite_run("tree drawing", test);
}

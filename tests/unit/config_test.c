/*
 * Reading configuration files as oslo.config does.
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "settings/config.h"
#include "suite.h"

static char directory[32];
static struct config *config;
static struct error_line error;

static void set_up(void)
{
    snprintf(directory, sizeof(directory), "config_test.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(directory));
    config = config_new();
    error.text[0] = '\0';
}

static void tear_down(void)
{
    char command[128];
    config_free(config);
    snprintf(command, sizeof(command), "rm -rf %s", directory);
    ck_assert_int_eq(system(command), 0);
}

static const char *path_of(const char *name)
{
    static char path[4][256];
    static unsigned turn;
    char *made = path[turn++ % 4];
    snprintf(made, sizeof(path[0]), "%s/%s", directory, name);
    return made;
}

static const char *write_file(const char *name, const char *text)
{
    const char *path = path_of(name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
    return path;
}

static void read_text(const char *text)
{
    ck_assert_msg(config_read_file(config, write_file("a.conf", text), &error), "%s", error.text);
}

/* Returns the value of an option, or "(none)". */
static const char *get(const char *group, const char *name)
{
    struct config_name full = {.group = group, .name = name};
    struct config_value value;
    return config_get(config, &full, NULL, 0, &value) ? value.text : "(none)";
}

/* The text of a file, and the value of [db] s in it. */
static const struct {
    const char *text;
    const char *value;
} forms[] = {
    {"[db]\ns=1\n", "1"},
    {"[db]\ns=1", "1"},
    {"[db]\ns  =   1  \n", "1"},
    {"[db]\r\ns=1\r\n", "1"},
    {"[db]\ns : a=b\n", "a=b"},
    {"[db]\ns = a:b\n", "a:b"},
    {"[db]\ns = a # b ; c\n", "a # b ; c"},
    {"# c\n; c\n\n[db]\n# s=2\ns=1\n;s=3\n", "1"},
    {"[db]\ns=\n", ""},
    {"[db]\ns=1\ns=2\n", "2"},
    {"[db]\ns=1\n[x]\ns=3\n[db]\ns=2\n", "2"},
    {"[DB]\ns=1\n[Db]\nS=3\n", "1"},
    {"[db]\ns=\"a b\"\n", "a b"},
    {"[db]\ns='a b'\n", "a b"},
    {"[db]\ns=\"a b'\n", "\"a b'"},
    {"[db]\ns=\"\"x\"\"\n", "\"x\""},
    {"[db]\ns=\"\n", ""},
    {"[db]\ns=\" a \"\n", " a "},
    {"[db]\ns = a\n  b\n\tc\n", "a\nb\nc"},
    {"[db]\ns =\n  b\n", "\nb"},
    {"[db]\ns = \"x\"\n  y\n", "x\ny"},
    {"[db]\ns = \"x\n  y\"\n", "\"x\ny\""},
    {"[db]\ns = x\n  # y\n", "x\n# y"},
    {"[db]\ns = x\n  y = 1\n", "x\ny = 1"},
    {"[ db ]\ns=1\n", "(none)"},
    {"[db]\nss=1\n", "(none)"},
};

START_TEST(values_are_read_as_by_oslo)
{
    read_text(forms[_i].text);
    ck_assert_str_eq(get("db", "s"), forms[_i].value);
}
END_TEST

/* The text of a file, and the error without the path. */
static const struct {
    const char *text;
    const char *error;
} mistakes[] = {
    {"s=1\n", ":1: Section must be started before assignment"},
    {"[db]\njunk secret\n", ":2: No ':' or '=' found in assignment"},
    {"[db]\n= v\n", ":2: Key cannot be empty"},
    {"[db]\n : v\n", ":2: Unexpected continuation line"},
    {"[db]\ns=\n\n x\n", ":4: Unexpected continuation line"},
    {"[db]\ns = x\n# c\n z\n", ":4: Unexpected continuation line"},
    {"[]\n", ":1: Empty section name"},
    {"[db] # c\n", ":1: Invalid section (must end with ])"},
    {"[\n", ":1: Invalid section (must end with ])"},
    {"\xef\xbb\xbf[db]\n", ":1: No ':' or '=' found in assignment"},
};

START_TEST(errors_name_file_and_line_only)
{
    const char *path = write_file("a.conf", mistakes[_i].text);
    char expected[512];
    ck_assert(!config_read_file(config, path, &error));
    snprintf(expected, sizeof(expected), "%s%s", path, mistakes[_i].error);
    ck_assert_str_eq(error.text, expected);
}
END_TEST

START_TEST(default_must_be_in_upper_case)
{
    read_text("[default]\ndebug=1\n");
    ck_assert_str_eq(get("DEFAULT", "debug"), "(none)");
    read_text("[DEFAULT]\ndebug=2\n");
    ck_assert_str_eq(get("DEFAULT", "debug"), "2");
}
END_TEST

START_TEST(later_files_override_earlier_ones)
{
    ck_assert(config_read_file(config, write_file("a.conf", "[g]\na=1\nb=1\n"), &error));
    ck_assert(config_read_file(config, write_file("b.conf", "[g]\na=2\n"), &error));
    ck_assert_str_eq(get("g", "a"), "2");
    ck_assert_str_eq(get("g", "b"), "1");
    ck_assert_uint_eq(config_file_count(config), 2);
    ck_assert_str_eq(config_file(config, 1), path_of("b.conf"));
}
END_TEST

START_TEST(directories_are_read_in_the_order_of_names)
{
    write_file("20.conf", "[g]\na=20\n");
    write_file("10.conf", "[g]\na=10\nb=10\n");
    write_file(".hidden.conf", "[g]\na=hidden\n");
    write_file("30.conf.bak", "[g]\na=bak\n");
    ck_assert_msg(config_read_directory(config, directory, &error), "%s", error.text);
    ck_assert_str_eq(get("g", "a"), "20");
    ck_assert_str_eq(get("g", "b"), "10");
}
END_TEST

START_TEST(search_directories)
{
    char inside[64], within[64], beside[64];
    struct arena arena;
    arena_init(&arena, 0);
    snprintf(inside, sizeof(inside), "%s/d", directory);
    ck_assert_int_eq(mkdir(inside, 0700), 0);
    write_file("d/c.conf", "");
    ck_assert(config_read_file(config, write_file("a.conf", ""), &error));
    ck_assert(config_read_file(config, write_file("d/b.conf", ""), &error));
    ck_assert(config_read_directory(config, inside, &error));
    setenv("HOME", "/home/ann", 1);
    const char *const *found = config_search_directories(config, &arena);
    ck_assert_str_eq(found[0], inside);
    snprintf(within, sizeof(within), "%s/d/", directory);
    ck_assert_str_eq(found[1], within);
    snprintf(beside, sizeof(beside), "%s/", directory);
    ck_assert_str_eq(found[2], beside);
    ck_assert_str_eq(found[3], "/home/ann/.placement");
    ck_assert_str_eq(found[4], "/home/ann");
    ck_assert_str_eq(found[5], "/etc/placement");
    ck_assert_str_eq(found[6], "/etc");
    ck_assert_ptr_null(found[7]);
    arena_free(&arena);
}
END_TEST

START_TEST(errors_name_a_missing_file_or_directory)
{
    char expected[512];
    ck_assert(!config_read_file(config, path_of("none"), &error));
    snprintf(expected, sizeof(expected),
             "cannot read configuration file %s: No such file or directory", path_of("none"));
    ck_assert_str_eq(error.text, expected);
    ck_assert(!config_read_directory(config, path_of("none"), &error));
    ck_assert_ptr_nonnull(strstr(error.text, "cannot read configuration directory"));
}
END_TEST

START_TEST(values_know_their_line)
{
    struct config_name name = {.group = "g", .name = "a"};
    struct config_value value;
    read_text("[g]\n\na = 1\n  2\n");
    ck_assert(config_get(config, &name, NULL, 0, &value));
    ck_assert_str_eq(value.origin.file, path_of("a.conf"));
    ck_assert_uint_eq(value.origin.line, 3);
}
END_TEST

START_TEST(environment_overrides_files)
{
    read_text("[placement_database]\nconnection=file\n");
    setenv("OS_PLACEMENT_DATABASE__CONNECTION", "environment", 1);
    ck_assert_str_eq(get("placement_database", "connection"), "environment");
    unsetenv("OS_PLACEMENT_DATABASE__CONNECTION");
    setenv("OS_DEFAULT__DEBUG", "yes", 1);
    ck_assert_str_eq(get("DEFAULT", "debug"), "yes");
    unsetenv("OS_DEFAULT__DEBUG");
}
END_TEST

START_TEST(old_names_count_less_in_the_same_file_but_more_than_earlier_files)
{
    struct config_name name = {"api", "auth_strategy"}, old = {"DEFAULT", "auth_strategy"};
    struct config_value value;
    read_text("[DEFAULT]\nauth_strategy=old\n[api]\nauth_strategy=new\n");
    ck_assert(config_get(config, &name, &old, 1, &value));
    ck_assert_str_eq(value.text, "new");
    ck_assert(
        config_read_file(config, write_file("b.conf", "[DEFAULT]\nauth_strategy=later\n"), &error));
    ck_assert(config_get(config, &name, &old, 1, &value));
    ck_assert_str_eq(value.text, "later");
}
END_TEST

START_TEST(multi_valued_options_have_the_values_of_all_files)
{
    struct config_name name = {"g", "a"};
    struct config_value values[3];
    ck_assert(config_read_file(config, write_file("a.conf", "[g]\na=1\na=2\n"), &error));
    ck_assert(config_read_file(config, write_file("b.conf", "[g]\na=3\n"), &error));
    ck_assert_uint_eq(config_get_all(config, &name, NULL, 0, values, 3), 3);
    ck_assert_str_eq(values[0].text, "1");
    ck_assert_str_eq(values[1].text, "2");
    ck_assert_str_eq(values[2].text, "3");
}
END_TEST

START_TEST(default_files_are_found_as_by_upstream)
{
    write_file("placement.conf", "[g]\na=by variable\n");
    setenv("OS_PLACEMENT_CONFIG_DIR", directory, 1);
    ck_assert_msg(config_load(config, NULL, 0, &error), "%s", error.text);
    ck_assert_str_eq(get("g", "a"), "by variable");
    setenv("OS_PLACEMENT_CONFIG_DIR", "/nonexistent", 1);
    ck_assert(!config_load(config, NULL, 0, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "/nonexistent/placement.conf"));

    struct config_place place = {.path = write_file("b.conf", "[g]\na=by name\n")};
    ck_assert_msg(config_load(config, &place, 1, &error), "%s", error.text);
    ck_assert_str_eq(get("g", "a"), "by name");

    unsetenv("OS_PLACEMENT_CONFIG_DIR");
    setenv("HOME", directory, 1);
    ck_assert_int_eq(mkdir(path_of(".placement"), 0700), 0);
    write_file(".placement/placement.conf", "[g]\na=at home\n");
    ck_assert_int_eq(mkdir(path_of("placement.conf.d"), 0700), 0);
    write_file("placement.conf.d/x.conf", "[g]\nb=in the directory\n");
    ck_assert_msg(config_load(config, NULL, 0, &error), "%s", error.text);
    ck_assert_str_eq(get("g", "a"), "at home");
    ck_assert_str_eq(get("g", "b"), "in the directory");
}
END_TEST

START_TEST(command_line_order_counts)
{
    const char *first = write_file("1.conf", "[g]\na=1\n");
    const char *last = write_file("2.conf", "[g]\na=2\n");
    struct config_place places[] = {{.path = last}, {.path = first}};
    ck_assert(config_load(config, places, 2, &error));
    ck_assert_str_eq(get("g", "a"), "1");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("config");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, values_are_read_as_by_oslo, 0, sizeof(forms) / sizeof(forms[0]));
    tcase_add_loop_test(tests, errors_name_file_and_line_only, 0,
                        sizeof(mistakes) / sizeof(mistakes[0]));
    tcase_add_test(tests, default_must_be_in_upper_case);
    tcase_add_test(tests, later_files_override_earlier_ones);
    tcase_add_test(tests, directories_are_read_in_the_order_of_names);
    tcase_add_test(tests, search_directories);
    tcase_add_test(tests, errors_name_a_missing_file_or_directory);
    tcase_add_test(tests, values_know_their_line);
    tcase_add_test(tests, environment_overrides_files);
    tcase_add_test(tests, old_names_count_less_in_the_same_file_but_more_than_earlier_files);
    tcase_add_test(tests, multi_valued_options_have_the_values_of_all_files);
    tcase_add_test(tests, default_files_are_found_as_by_upstream);
    tcase_add_test(tests, command_line_order_counts);
    return suite_run("config", tests);
}

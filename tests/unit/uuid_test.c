/*
 * Tests uuids: the texts that OpenStack takes for one, and that new ones are random and new, also
 * in processes that were forked in between.
 */
#include <config.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/uuid.h"
#include "suite.h"

enum { MANY = 100, PROCESSES = 4, ALL = PROCESSES * MANY };

static int compare_texts(const void *a, const void *b)
{
    return strcmp(((const struct uuid_text *)a)->text, ((const struct uuid_text *)b)->text);
}

static void check_different(struct uuid_text *uuids, size_t count)
{
    qsort(uuids, count, sizeof(*uuids), compare_texts);
    for (size_t i = 1; i < count; i++)
        ck_assert_str_ne(uuids[i - 1].text, uuids[i].text);
}

START_TEST(new_ones_are_of_version_four)
{
    struct uuid_text uuids[MANY];
    for (size_t i = 0; i < MANY; i++) {
        uuid_new(&uuids[i]);
        ck_assert_uint_eq(strlen(uuids[i].text), UUID_TEXT);
        ck_assert(uuid_is_like(uuids[i].text) && uuid_has_dashes(uuids[i].text));
        ck_assert_int_eq(uuids[i].text[14], '4');
        ck_assert_ptr_nonnull(strchr("89ab", uuids[i].text[19]));
    }
    check_different(uuids, MANY);
}
END_TEST

START_TEST(processes_make_different_ones)
{
    struct uuid_text uuids[ALL];
    int ends[2];
    uuid_new(&uuids[0]); /* what is left of the random bytes is the same in all children */
    ck_assert_int_eq(pipe(ends), 0);
    for (int i = 0; i < PROCESSES; i++) {
        pid_t child = fork();
        ck_assert_int_ge(child, 0);
        if (child > 0) {
            ck_assert_int_eq(waitpid(child, NULL, 0), child);
            continue;
        }
        for (int j = 0; j < MANY; j++) {
            struct uuid_text uuid;
            uuid_new(&uuid);
            if (write(ends[1], &uuid, sizeof(uuid)) != sizeof(uuid))
                _exit(1);
        }
        _exit(0);
    }
    for (size_t i = 0; i < ALL; i++)
        ck_assert_int_eq(read(ends[0], &uuids[i], sizeof(uuids[i])), sizeof(uuids[i]));
    check_different(uuids, ALL);
    close(ends[0]);
    close(ends[1]);
}
END_TEST

START_TEST(texts_are_taken_as_by_python)
{
    struct uuid_text canonical;
    ck_assert(uuid_canonical("{URN:", &canonical) == false);
    ck_assert(uuid_canonical("urn:uuid:0123456789ABCDEF0123456789abcdef", &canonical));
    ck_assert_str_eq(canonical.text, "01234567-89ab-cdef-0123-456789abcdef");
    ck_assert(uuid_canonical("{01234567-89abcdef0123456789abcd-ef}", &canonical));
    ck_assert_str_eq(canonical.text, "01234567-89ab-cdef-0123-456789abcdef");
    ck_assert(!uuid_is_like("0123456789abcdef0123456789abcde"));
    ck_assert(!uuid_is_like("0123456789abcdef0123456789abcdef0"));
    ck_assert(!uuid_is_like("0123456789abcdef0123456789abcdeg"));
    ck_assert(!uuid_is_like(NULL));
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("uuid");
    tcase_add_test(test, new_ones_are_of_version_four);
    tcase_add_test(test, processes_make_different_ones);
    tcase_add_test(test, texts_are_taken_as_by_python);
    return suite_run("uuid", test);
}

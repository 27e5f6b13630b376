/*
 * Tests which part of the machine a pool takes, with files as the kernel shows them.
 */
#include <config.h>

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pool/machine_share.h"
#include "suite.h"

static char top[64], own[96];

static void put(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", top, name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

static void make_directory(const char *name)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", top, name);
    ck_assert_int_eq(mkdir(path, 0700), 0);
}

static void setup(void)
{
    snprintf(top, sizeof(top), "/tmp/berth-share-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(top));
    snprintf(own, sizeof(own), "%s/own", top);
    put("own", "0::/pods/berth\n");
    make_directory("pods");
    make_directory("pods/berth");
}

static void teardown(void)
{
    char command[128];
    snprintf(command, sizeof(command), "rm -rf %s", top);
    ck_assert_int_eq(system(command), 0);
}

/* The affinity of this process. */
static unsigned all(void)
{
    return machine_share_read("/nowhere", "/nowhere").processors;
}

START_TEST(without_groups_affinity_counts)
{
    cpu_set_t set;
    struct machine_share share = machine_share_read("/nowhere", "/nowhere");
    ck_assert_int_eq(sched_getaffinity(0, sizeof(set), &set), 0);
    ck_assert_uint_eq(share.processors, (unsigned)CPU_COUNT(&set));
    ck_assert_uint_eq(share.memory, UINT64_MAX);
    unsigned first = 0;
    while (!CPU_ISSET(first, &set))
        first++;
    CPU_ZERO(&set);
    CPU_SET(first, &set);
    ck_assert_int_eq(sched_setaffinity(0, sizeof(set), &set), 0);
    ck_assert_uint_eq(all(), 1);
}
END_TEST

static const struct {
    const char *above, *quota; /* cpu.max of the parent and of the group; NULL: no file */
    double processors;         /* 0: all */
} quotas[] = {
    {NULL, NULL, 0},          {"max 100000", "max 100000", 0},         {NULL, "50000 100000", 1},
    {NULL, "1000 100000", 1}, {"10000 100000", "max 100000", 1},       {NULL, "nonsense", 0},
    {NULL, "100000 0", 0},    {"90000000 100000", "100000 100000", 1},
};

START_TEST(a_quota_limits_processors)
{
    unsigned expected = quotas[_i].processors > 0 ? (unsigned)quotas[_i].processors : all();
    if (quotas[_i].above != NULL)
        put("pods/cpu.max", quotas[_i].above);
    if (quotas[_i].quota != NULL)
        put("pods/berth/cpu.max", quotas[_i].quota);
    ck_assert_uint_eq(machine_share_read(top, own).processors, expected);
}
END_TEST

START_TEST(a_part_of_a_processor_is_one_more)
{
    if (all() < 2)
        return; /* nothing to see: one processor is all there is */
    put("pods/berth/cpu.max", "100001 100000");
    ck_assert_uint_eq(machine_share_read(top, own).processors, 2);
}
END_TEST

START_TEST(the_smallest_memory_counts)
{
    put("memory.max", "max\n");
    put("pods/memory.max", "1073741824\n");
    ck_assert_uint_eq(machine_share_read(top, own).memory, 1073741824);
    put("pods/berth/memory.max", "536870912\n");
    ck_assert_uint_eq(machine_share_read(top, own).memory, 536870912);
    put("pods/memory.max", "1000\n");
    ck_assert_uint_eq(machine_share_read(top, own).memory, 1000);
}
END_TEST

START_TEST(in_a_container_the_mount_is_the_group)
{
    put("memory.max", "4096\n");
    put("own", "0::/\n");
    ck_assert_uint_eq(machine_share_read(top, own).memory, 4096);
    put("own", "0::/../../host/pods\n");
    ck_assert_uint_eq(machine_share_read(top, own).memory, 4096);
    put("own", "3:cpu:/of/version/1\n0::/not/here\n");
    ck_assert_uint_eq(machine_share_read(top, own).memory, 4096);
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("machine_share");
    tcase_add_checked_fixture(test, setup, teardown);
    tcase_add_test(test, without_groups_affinity_counts);
    tcase_add_loop_test(test, a_quota_limits_processors, 0, sizeof(quotas) / sizeof(quotas[0]));
    tcase_add_test(test, a_part_of_a_processor_is_one_more);
    tcase_add_test(test, the_smallest_memory_counts);
    tcase_add_test(test, in_a_container_the_mount_is_the_group);
    return suite_run("machine_share", test);
}

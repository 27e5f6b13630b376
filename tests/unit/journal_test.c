/*
 * The journal and the image: an image that has read changes is equal to one that has read a base,
 * whatever happened to the processes.
 */
#include <config.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "placement/world/keep.h"
#include "suite.h"

enum { HALF = 64 << 20, PROVIDERS = 60, CLASSES = 5, TRAITS = 9, AGGREGATES = 7, BIG = 40000 };

/* A world that is changed at random, and knows which records make sense. */
struct script {
    const struct world_sink *sink;
    unsigned seed;
    uint64_t sequence;
    bool providers[PROVIDERS + 1];
};

static unsigned random_below(struct script *script, unsigned end)
{
    script->seed = script->seed * 1103515245 + 12345;
    return (script->seed >> 8) % end;
}

static int32_t random_id(struct script *script, unsigned count)
{
    return 1 + (int32_t)random_below(script, count);
}

/* Says nothing to Check while all is well: a writer that is killed while it does would tear the
   message, and Check gives up. */
static void require(bool holds)
{
    if (!holds)
        ck_abort_msg("the sink refuses");
}

static void add(const struct script *script, const struct world_record *record)
{
    require(script->sink->add(script->sink->subject, record));
}

static void commit(struct script *script)
{
    const struct gtid_position position = {1, {{0, 1, ++script->sequence}}};
    require(script->sink->commit(script->sink->subject, &position));
}

static void set_provider(struct script *script, int32_t id)
{
    char uuid[WORLD_UUID], name[32];
    snprintf(uuid, sizeof(uuid), "00000000-0000-0000-0000-%012d", (int)id);
    snprintf(name, sizeof(name), "host %d.%u", (int)id, random_below(script, 3));
    int32_t parent = random_below(script, 3) == 0 ? random_id(script, PROVIDERS) : 0;
    struct world_record record = {.kind = WORLD_PROVIDER_SET, .id = id};
    record.modified = random_below(script, 1000);
    record.provider.uuid = uuid;
    record.provider.name = random_below(script, 9) > 0 ? name : NULL;
    record.provider.generation = (int32_t)random_below(script, 1000);
    record.provider.root_id = parent != 0 ? parent : id;
    record.provider.parent_id = parent;
    add(script, &record);
    script->providers[id] = true;
}

static void set_name(struct script *script, enum world_record_kind kind, int32_t id)
{
    char name[32];
    snprintf(name, sizeof(name), "NAME_%d", (int)id);
    if (kind == WORLD_TRAIT_SET && id == 1)
        snprintf(name, sizeof(name), "MISC_SHARES_VIA_AGGREGATE");
    const struct world_record record = {
        .kind = kind, .id = id, .modified = random_below(script, 1000), .name = name};
    add(script, &record);
}

static void set_inventory(struct script *script, int32_t id, int32_t class_id)
{
    struct world_record record = {.kind = WORLD_INVENTORY_SET, .id = id, .other = class_id};
    record.modified = random_below(script, 1000);
    record.inventory.total = (int32_t)random_below(script, 1000);
    record.inventory.reserved = (int32_t)random_below(script, 10);
    record.inventory.min_unit = record.inventory.step_size = 1;
    record.inventory.max_unit = 100;
    record.inventory.allocation_ratio = random_below(script, 2) == 0 ? 16.0F : 1.1F;
    add(script, &record);
}

static void change(struct script *script)
{
    static const enum world_record_kind pairs[] = {
        WORLD_INVENTORY_GONE, WORLD_PROVIDER_TRAIT_SET, WORLD_PROVIDER_TRAIT_GONE,
        WORLD_MEMBER_SET,     WORLD_MEMBER_GONE,
    };
    int32_t id = random_id(script, PROVIDERS);
    unsigned choice = random_below(script, 20);
    struct world_record record = {.id = id};
    if (choice < 4) {
        set_provider(script, id);
    } else if (choice < 5) {
        record.kind = WORLD_PROVIDER_GONE;
        add(script, &record);
    } else if (choice < 8) {
        set_inventory(script, id, random_id(script, CLASSES));
    } else if (choice < 14) {
        record.kind = WORLD_USAGE_ADD;
        record.other = random_id(script, CLASSES);
        record.used = (int64_t)random_below(script, 21) - 10;
        add(script, &record);
    } else if (choice < 19) {
        record.kind = pairs[choice - 14];
        record.other = random_id(script, CLASSES);
        add(script, &record);
    } else {
        record.kind = WORLD_TRAIT_GONE;
        record.id = random_id(script, TRAITS);
        if (random_below(script, 2) == 0)
            add(script, &record);
        else
            set_name(script, WORLD_TRAIT_SET, record.id);
    }
}

static void begin(struct script *script, const struct world_sink *sink, unsigned seed)
{
    *script = (struct script){.sink = sink, .seed = seed, .sequence = script->sequence};
    require(sink->begin(sink->subject, "lock", 7));
    for (int32_t i = CLASSES; i > 0; i--)
        set_name(script, WORLD_CLASS_SET, i);
    for (int32_t i = TRAITS; i > 0; i--)
        set_name(script, WORLD_TRAIT_SET, i);
    for (int32_t i = AGGREGATES; i > 0; i--)
        set_name(script, WORLD_AGGREGATE_SET, i);
    for (int32_t i = PROVIDERS; i > 0; i -= 2) {
        set_provider(script, i);
        set_inventory(script, i, 1);
    }
    commit(script);
}

/* Equality. */

static void assert_rows_equal(struct keyed *left, struct keyed *right, size_t compared)
{
    ck_assert_uint_eq(left->count, right->count);
    for (size_t i = 0; i < left->count; i++)
        ck_assert_mem_eq(keyed_at(left, i), keyed_at(right, i), compared);
}

static void assert_providers_equal(const struct keyed *left, const struct keyed *right)
{
    ck_assert_uint_eq(left->count, right->count);
    for (size_t i = 0; i < left->count; i++) {
        const struct image_provider *a = keyed_at(left, i), *b = keyed_at(right, i);
        ck_assert_uint_eq(a->key, b->key);
        ck_assert_int_eq(a->generation, b->generation);
        ck_assert_int_eq(a->root_id, b->root_id);
        ck_assert_int_eq(a->parent_id, b->parent_id);
        ck_assert_int_eq(a->modified, b->modified);
        ck_assert_str_eq(a->uuid, b->uuid);
        ck_assert_int_eq(a->name == NULL, b->name == NULL);
        if (a->name != NULL)
            ck_assert_str_eq(a->name, b->name);
    }
}

static void assert_worlds_equal(const struct world *left, const struct world *right)
{
    ck_assert_uint_eq(left->provider_count, right->provider_count);
    ck_assert_uint_eq(left->inventory_count, right->inventory_count);
    ck_assert_uint_eq(left->member_count, right->member_count);
    ck_assert_uint_eq(left->link_count, right->link_count);
    ck_assert_uint_eq(left->sharing_count, right->sharing_count);
    for (uint32_t i = 0; i < left->provider_count; i++) {
        const struct world_provider *a = &left->providers[i], *b = &right->providers[i];
        ck_assert_int_eq(a->id, b->id);
        ck_assert_uint_eq(a->root, b->root);
        ck_assert_uint_eq(a->parent, b->parent);
        ck_assert_uint_eq(a->first_below, b->first_below);
        ck_assert_mem_eq(world_traits(left, i), world_traits(right, i),
                         left->trait_words * sizeof(uint64_t));
        ck_assert_mem_eq(world_aggregates(left, i), world_aggregates(right, i),
                         left->aggregate_words * sizeof(uint64_t));
    }
    for (uint32_t i = 0; i < left->inventory_count; i++) {
        const struct world_inventory *a = &left->inventories[i], *b = &right->inventories[i];
        ck_assert_int_eq(a->class_id, b->class_id);
        ck_assert_int_eq(a->used, b->used);
        ck_assert_int_eq(a->capacity, b->capacity);
        ck_assert_int_eq(a->total, b->total);
    }
}

static void assert_traits_equal(const struct keyed *left, const struct keyed *right)
{
    ck_assert_uint_eq(left->count, right->count);
    for (size_t i = 0; i < left->count; i++) {
        const struct image_name *a = keyed_at(left, i), *b = keyed_at(right, i);
        ck_assert_uint_eq(a->key, b->key);
        ck_assert_int_eq(a->modified, b->modified);
        ck_assert_str_eq(a->text, b->text);
    }
}

static void assert_images_equal(struct image *left, struct image *right)
{
    assert_providers_equal(&left->providers, &right->providers);
    assert_rows_equal(&left->inventories, &right->inventories, sizeof(struct image_inventory));
    assert_rows_equal(&left->usages, &right->usages, sizeof(struct image_usage));
    assert_rows_equal(&left->provider_traits, &right->provider_traits, sizeof(struct image_pair));
    assert_rows_equal(&left->members, &right->members, sizeof(struct image_pair));
    assert_traits_equal(&left->traits, &right->traits);
    assert_worlds_equal(image_world(left), image_world(right));
}

/* An image made from the base that another one tells is equal to it. */
static void assert_equal_from_nothing(struct image *image)
{
    struct journal *journal = journal_new(HALF);
    struct keeper keeper;
    struct image made;
    keeper_begin(&keeper, journal);
    image_begin(&made);
    const struct world_sink sink = keeper_sink(&keeper);
    ck_assert(sink.begin(sink.subject, "lock", 7));
    ck_assert(image_tell(image, &sink));
    ck_assert(sink.commit(sink.subject, &image->position));
    ck_assert(image_read(&made, journal));
    assert_images_equal(image, &made);
    image_end(&made);
    keeper_end(&keeper);
    journal_free(journal);
}

START_TEST(changes_are_as_a_base)
{
    for (unsigned seed = 1; seed < 40; seed++) {
        struct journal *journal = journal_new(HALF);
        struct keeper keeper;
        struct image image;
        struct script script = {0};
        keeper_begin(&keeper, journal);
        image_begin(&image);
        ck_assert(!image_read(&image, journal));
        const struct world_sink sink = keeper_sink(&keeper);
        begin(&script, &sink, seed);
        for (int i = 0; i < 30; i++) {
            ck_assert(image_read(&image, journal));
            ck_assert_uint_eq(image.position.last[0].sequence, script.sequence);
            ck_assert_ptr_nonnull(image_world(&image));
            assert_equal_from_nothing(&image);
            for (unsigned j = random_below(&script, 12); j > 0; j--)
                change(&script);
            commit(&script);
        }
        image_end(&image);
        keeper_end(&keeper);
        journal_free(journal);
    }
}
END_TEST

/* A reader that follows each turn, one that is a turn behind, and one that lags by several. */
START_TEST(halves_take_turns)
{
    struct journal *journal = journal_new(HALF);
    struct keeper keeper;
    struct image each, behind, lagging;
    struct script script = {0};
    keeper_begin(&keeper, journal);
    image_begin(&each);
    image_begin(&behind);
    image_begin(&lagging);
    const struct world_sink sink = keeper_sink(&keeper);
    begin(&script, &sink, 1);
    ck_assert(image_read(&each, journal) && image_read(&behind, journal));
    ck_assert(image_read(&lagging, journal));
    uint64_t first = each.place.base, turns = 0;
    for (int i = 0; i < 4 * BIG; i++) {
        change(&script);
        if (i % 4 == 0)
            commit(&script);
        if (i % 100 != 0)
            continue;
        uint64_t base = each.place.base;
        ck_assert(image_read(&each, journal));
        turns += each.place.base != base;
        if (each.place.base != base)
            ck_assert(image_read(&behind, journal));
    }
    commit(&script);
    ck_assert_uint_ge(turns, 3);
    ck_assert_uint_eq(each.place.base, first + turns);
    ck_assert(image_read(&each, journal) && image_read(&behind, journal));
    ck_assert(image_read(&lagging, journal));
    ck_assert_uint_eq(lagging.position.last[0].sequence, script.sequence);
    assert_images_equal(&each, &behind);
    assert_images_equal(&each, &lagging);
    image_end(&each);
    image_end(&behind);
    image_end(&lagging);
    keeper_end(&keeper);
    journal_free(journal);
}
END_TEST

START_TEST(names)
{
    struct journal *journal = journal_new(HALF);
    struct image image;
    struct keeper keeper;
    struct script script = {0};
    keeper_begin(&keeper, journal);
    image_begin(&image);
    const struct world_sink sink = keeper_sink(&keeper);
    begin(&script, &sink, 1);
    ck_assert(image_read(&image, journal));
    const struct world *world = image_world(&image);
    ck_assert_int_eq(image_trait(&image, "NAME_3")->id, 3);
    ck_assert_uint_eq(image_trait(&image, "NAME_3")->number, 2);
    ck_assert_uint_eq(image_trait(&image, "MISC_SHARES_VIA_AGGREGATE")->number,
                      world->sharing_trait);
    ck_assert_ptr_null(image_trait(&image, "name_3"));
    ck_assert_int_eq(image_aggregate(&image, "NAME_7")->id, 7);
    ck_assert_ptr_null(image_aggregate(&image, "NAME_8"));
    image_end(&image);
    keeper_end(&keeper);
    journal_free(journal);
}
END_TEST

/* The last id that the database has, and a uuid that upstream never makes. */
START_TEST(odd_providers)
{
    struct journal *journal = journal_new(HALF);
    struct image image;
    struct keeper keeper;
    struct script script = {0};
    keeper_begin(&keeper, journal);
    image_begin(&image);
    const struct world_sink sink = keeper_sink(&keeper);
    begin(&script, &sink, 1);
    ck_assert(image_read(&image, journal));
    const struct world *world = image_world(&image);
    struct world_record record = {.kind = WORLD_PROVIDER_SET, .provider = {.uuid = ""}};
    const int32_t ids[] = {1, INT32_MAX};
    size_t row;
    for (size_t i = 0; i < 2; i++) {
        record.id = ids[i];
        add(&script, &record);
        commit(&script);
        ck_assert(image_read(&image, journal));
        ck_assert_ptr_eq(image_world(&image), world);
        ck_assert_uint_eq(world->provider_count, image.providers.count);
        ck_assert_int_eq(world->providers[world->provider_count - 1].id,
                         i == 0 ? PROVIDERS : INT32_MAX);
        ck_assert(image_find_provider(&image, "", &row));
    }
    for (int32_t i = 1; i < 4; i++) {
        record.provider.generation = i;
        add(&script, &record);
        commit(&script);
    }
    ck_assert(image_read(&image, journal));
    ck_assert(image_find_provider(&image, "", &row));
    ck_assert_uint_eq(image.uuids.count, image.providers.count);
    image_end(&image);
    keeper_end(&keeper);
    journal_free(journal);
}
END_TEST

START_TEST(full)
{
    struct journal *journal = journal_new(8192);
    struct image image;
    struct keeper keeper;
    struct script script = {0};
    keeper_begin(&keeper, journal);
    image_begin(&image);
    const struct world_sink sink = keeper_sink(&keeper);
    script.sink = &sink;
    ck_assert(sink.begin(sink.subject, "lock", 7));
    set_provider(&script, 1);
    commit(&script);
    ck_assert(image_read(&image, journal));
    const struct world_record record = {.kind = WORLD_USAGE_ADD, .id = 1, .other = 1, .used = 1};
    int added = 0;
    while (sink.add(sink.subject, &record))
        added++;
    ck_assert_int_gt(added, 100);
    sink.give_up(sink.subject, WORLD_NO_ROOM);
    ck_assert(!image_read(&image, journal));
    ck_assert_uint_eq(image.providers.count, 0);
    ck_assert_int_eq(journal_reason(journal), WORLD_NO_ROOM);
    begin(&script, &sink, 3);
    ck_assert(image_read(&image, journal));
    ck_assert_int_eq(journal_reason(journal), WORLD_KEPT);
    image_end(&image);
    keeper_end(&keeper);
    journal_free(journal);
}
END_TEST

START_TEST(another_world_needs_another_proof)
{
    struct journal *journal = journal_new(HALF);
    struct journal_proof proof;
    struct image image;
    struct keeper keeper;
    struct script script = {0};
    keeper_begin(&keeper, journal);
    image_begin(&image);
    const struct world_sink sink = keeper_sink(&keeper);
    ck_assert(!journal_prove(journal, &image.place, &proof));
    begin(&script, &sink, 1);
    ck_assert(image_read(&image, journal));
    ck_assert(journal_prove(journal, &image.place, &proof));
    ck_assert_str_eq(proof.lock, "lock");
    ck_assert_uint_eq(proof.connection, 7);
    ck_assert(sink.begin(sink.subject, "another", 8));
    ck_assert(!image_read(&image, journal));
    set_provider(&script, 1);
    commit(&script);
    ck_assert(image_read(&image, journal));
    ck_assert_uint_eq(image.providers.count, 1);
    ck_assert(journal_prove(journal, &image.place, &proof));
    ck_assert_str_eq(proof.lock, "another");
    ck_assert_uint_eq(proof.connection, 8);
    image_end(&image);
    keeper_end(&keeper);
    journal_free(journal);
}
END_TEST

START_TEST(a_doubted_world_is_for_nobody)
{
    struct journal *journal = journal_new(HALF);
    struct image image, other;
    struct keeper keeper;
    struct script script = {0};
    keeper_begin(&keeper, journal);
    image_begin(&image);
    image_begin(&other);
    const struct world_sink sink = keeper_sink(&keeper);
    begin(&script, &sink, 1);
    ck_assert(image_read(&image, journal) && image_read(&other, journal));
    ck_assert(!sink.doubted(sink.subject));
    journal_doubt(journal);
    ck_assert(sink.doubted(sink.subject));
    commit(&script);
    ck_assert(!image_read(&image, journal) && !image_read(&other, journal));
    begin(&script, &sink, 2);
    ck_assert(!sink.doubted(sink.subject));
    ck_assert(image_read(&image, journal) && image_read(&other, journal));
    image_end(&image);
    image_end(&other);
    keeper_end(&keeper);
    journal_free(journal);
}
END_TEST

/* Each transaction adds as much to one provider as it takes from another, so that a reader that
   sees a part of one finds another sum. */
static void write_transfers(struct journal *journal)
{
    struct keeper keeper;
    struct script script = {0};
    keeper_begin(&keeper, journal);
    const struct world_sink sink = keeper_sink(&keeper);
    begin(&script, &sink, 1);
    for (;;) {
        struct world_record record = {.kind = WORLD_USAGE_ADD, .other = 1};
        int32_t from = random_id(&script, PROVIDERS), to = random_id(&script, PROVIDERS);
        int64_t amount = 1 + random_below(&script, 100);
        record.id = from;
        record.used = -amount;
        add(&script, &record);
        record.id = to;
        record.used = amount;
        add(&script, &record);
        commit(&script);
    }
}

static int64_t sum_of(const struct image *image)
{
    int64_t sum = 0;
    for (size_t i = 0; i < image->usages.count; i++)
        sum += ((const struct image_usage *)keyed_at(&image->usages, i))->used;
    return sum;
}

START_TEST(writer_killed)
{
    struct journal *journal = journal_new(HALF);
    struct image image;
    image_begin(&image);
    for (uint64_t kill_at = 0; kill_at < 20; kill_at++) {
        pid_t writer = fork();
        ck_assert_int_ge(writer, 0);
        if (writer == 0) {
            write_transfers(journal);
            _exit(1);
        }
        /* Reads until the writer has come some way, which is another one each time. */
        uint64_t base = 0;
        uint64_t wanted = 1 + kill_at * kill_at * 20;
        for (uint64_t reads = 0; reads < 10 || image.position.last[0].sequence < wanted;) {
            uint32_t changes = journal_changes(journal);
            if (!image_read(&image, journal)) {
                journal_wait(journal, changes, 10000);
                continue;
            }
            ck_assert_int_eq(sum_of(&image), 0);
            base = image.place.base;
            reads++;
        }
        ck_assert_uint_gt(base, 0);
        kill(writer, SIGKILL);
        ck_assert_int_eq(waitpid(writer, NULL, 0), writer);
        if (image_read(&image, journal))
            ck_assert_int_eq(sum_of(&image), 0);
        image_end(&image);
        image_begin(&image);
    }
    image_end(&image);
    journal_free(journal);
}
END_TEST

START_TEST(commit_wakes)
{
    struct journal *journal = journal_new(HALF);
    uint32_t changes = journal_changes(journal);
    pid_t writer = fork();
    ck_assert_int_ge(writer, 0);
    if (writer == 0) {
        journal_give_up(journal, WORLD_GAP);
        _exit(0);
    }
    journal_wait(journal, changes, INT64_C(600) * 1000000);
    ck_assert_int_eq(waitpid(writer, NULL, 0), writer);
    ck_assert_uint_ne(journal_changes(journal), changes);
    ck_assert_int_eq(journal_reason(journal), WORLD_GAP);
    journal_free(journal);
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("journal");
    tcase_add_test(test, changes_are_as_a_base);
    tcase_add_test(test, halves_take_turns);
    tcase_add_test(test, names);
    tcase_add_test(test, odd_providers);
    tcase_add_test(test, full);
    tcase_add_test(test, another_world_needs_another_proof);
    tcase_add_test(test, a_doubted_world_is_for_nobody);
    tcase_add_test(test, writer_killed);
    tcase_add_test(test, commit_wakes);
    return suite_run("journal", test);
}

/*
 * Finds policy files, reads them, and notices when they change.
 */
#include <config.h>

#include "auth/policy/store.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/directory.h"
#include "base/log.h"
#include "settings/config_find.h"

enum { PAUSE = 1000 }; /* milliseconds between two looks at the files */

struct policy_store {
    const struct settings *settings;
    struct policy *policy;
    uint64_t state;  /* of the files when they were last read, even if that failed */
    uint64_t looked; /* clock_milliseconds() */
};

/* Finding. */

/* Returns the path of a file or directory, in the arena, or NULL if it is not found. */
static const char *find_path(const struct settings *settings, const char *name, struct arena *arena)
{
    char path[PATH_MAX];
    if (name == NULL || *name == '\0' || !config_find_file(settings, name, path, sizeof(path)))
        return NULL;
    return arena_strdup(arena, path);
}

/* Called for each path. Returns false to stop. */
typedef bool (*visitor)(void *subject, const char *path, const struct stat *status,
                        struct error_line *error);

static bool visit_directory(const char *path, struct arena *arena, visitor visit, void *subject,
                            struct error_line *error)
{
    struct dirent **entries = NULL;
    struct stat status;
    int count = directory_list(path, "", &entries);
    bool good = count >= 0 || errno == ENOENT;
    if (!good)
        error_line_set(error, "%s: %s", path, strerror(errno));
    for (int i = 0; i < count; i++) {
        const char *inside = arena_printf(arena, "%s/%s", path, entries[i]->d_name);
        if (good && stat(inside, &status) == 0 && !S_ISDIR(status.st_mode))
            good = visit(subject, inside, &status, error);
        free(entries[i]);
    }
    free(entries);
    return good;
}

/* Visits policy_file, then the files in each of policy_dirs. */
static bool visit_all(const struct settings *settings, struct arena *arena, visitor visit,
                      void *subject, struct error_line *error)
{
    struct stat status;
    const char *path = find_path(settings, settings->oslo_policy_policy_file, arena);
    if (path != NULL && stat(path, &status) == 0 && !visit(subject, path, &status, error))
        return false;
    for (size_t i = 0; i < settings->oslo_policy_policy_dirs.count; i++) {
        path = find_path(settings, settings->oslo_policy_policy_dirs.items[i], arena);
        if (path != NULL && !visit_directory(path, arena, visit, subject, error))
            return false;
    }
    return true;
}

/* Noticing. */

static void mix(uint64_t *state, const void *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        *state = (*state ^ ((const unsigned char *)bytes)[i]) * UINT64_C(0x100000001b3);
}

/* Adds what changes when a file changes. */
static bool mix_status(void *subject, const char *path, const struct stat *status,
                       struct error_line *error)
{
    uint64_t *state = subject;
    (void)error;
    mix(state, path, strlen(path) + 1);
    mix(state, &status->st_dev, sizeof(status->st_dev));
    mix(state, &status->st_ino, sizeof(status->st_ino));
    mix(state, &status->st_size, sizeof(status->st_size));
    mix(state, &status->st_mtim.tv_sec, sizeof(status->st_mtim.tv_sec));
    mix(state, &status->st_mtim.tv_nsec, sizeof(status->st_mtim.tv_nsec));
    mix(state, &status->st_ctim.tv_sec, sizeof(status->st_ctim.tv_sec));
    mix(state, &status->st_ctim.tv_nsec, sizeof(status->st_ctim.tv_nsec));
    return true;
}

/* Returns a number that differs when the files differ. */
static uint64_t state_of_files(const struct settings *settings)
{
    struct arena arena;
    struct error_line error;
    uint64_t state = UINT64_C(0xcbf29ce484222325);
    arena_init(&arena, 0);
    if (!visit_all(settings, &arena, mix_status, &state, &error))
        mix(&state, error.text, strlen(error.text));
    arena_free(&arena);
    return state;
}

/* Reading. */

struct reading {
    struct arena *memory;
    struct policy_entries entries;
};

static bool read_path(void *subject, const char *path, const struct stat *status,
                      struct error_line *error)
{
    struct reading *reading = subject;
    (void)status;
    return policy_file_read(path, reading->memory, &reading->entries, error);
}

static struct policy *read_files(const struct settings *settings, struct error_line *error)
{
    struct policy_options options = policy_options(settings);
    struct arena memory;
    struct reading reading = {.memory = &memory};
    arena_init(&memory, 0);
    if (visit_all(settings, &memory, read_path, &reading, error))
        return policy_new(&options, &memory, &reading.entries, error);
    arena_free(&memory);
    return NULL;
}

void policy_store_report(const struct policy_store *store)
{
    size_t count;
    struct arena arena;
    const char *file = store->settings->oslo_policy_policy_file;
    const struct policy_rule *rules = policy_rules(store->policy, &count);
    for (size_t i = 0; i < count; i++)
        if (rules[i].problem != NULL)
            log_event(LOG_LEVEL_WARNING, "a policy rule is not understood",
                      log_text("rule", rules[i].name), log_path("file", rules[i].file),
                      log_integer("line", rules[i].line), log_text("reason", rules[i].problem));
    arena_init(&arena, 0);
    if (file != NULL && strcmp(file, "policy.yaml") == 0 &&
        find_path(store->settings, file, &arena) == NULL) {
        const char *old = find_path(store->settings, "policy.json", &arena);
        if (old != NULL)
            log_event(LOG_LEVEL_WARNING,
                      "this policy file is not read: [oslo_policy] policy_file does not name it",
                      log_path("file", old));
    }
    arena_free(&arena);
}

struct policy_store *policy_store_new(const struct settings *settings, struct error_line *error)
{
    struct policy_store *store = calloc(1, sizeof(*store));
    if (store == NULL)
        abort();
    store->settings = settings;
    store->looked = clock_milliseconds();
    store->state = state_of_files(settings);
    store->policy = read_files(settings, error);
    if (store->policy == NULL) {
        free(store);
        return NULL;
    }
    return store;
}

void policy_store_free(struct policy_store *store)
{
    if (store == NULL)
        return;
    policy_free(store->policy);
    free(store);
}

void policy_store_refresh(struct policy_store *store, enum policy_store_voice voice)
{
    struct error_line error;
    uint64_t now = clock_milliseconds();
    if (now - store->looked < PAUSE)
        return;
    store->looked = now;
    uint64_t state = state_of_files(store->settings);
    if (state == store->state)
        return;
    store->state = state;
    struct policy *policy = read_files(store->settings, &error);
    if (policy == NULL) {
        if (voice == POLICY_STORE_LOGS)
            log_event(LOG_LEVEL_ERROR, "the new policy is wrong, going on with the old one",
                      log_text("reason", error.text));
        return;
    }
    policy_free(store->policy);
    store->policy = policy;
    if (voice == POLICY_STORE_LOGS) {
        log_event(LOG_LEVEL_INFO, "policy read again");
        policy_store_report(store);
    }
}

const struct policy *policy_store_policy(const struct policy_store *store)
{
    return store->policy;
}

/*
 * Checks database, schema and Keystone, and shows what was found.
 */
#include <config.h>

#include "api/monitoring/health.h"

#include "auth/authentication.h"
#include "base/clock.h"
#include "base/json_writer.h"
#include "base/log.h"
#include "db/schema_version.h"

enum { HURRY = 2 }; /* seconds to wait for an answer */

static const char *const check_names[HEALTH_CHECKS] = {"database", "schema", "keystone"};
static const char *const state_names[] = {"unknown", "ok", "failing", "not used"};

/* Uses a separate connection: the worker's own has a much longer timeout. */
static void look_at_database(const struct database *database, struct arena *arena,
                             enum health_state states[HEALTH_CHECKS])
{
    const char *revision, *obstacle = NULL;
    struct database *twin = database_twin(database, HURRY);
    database_begin_request(twin, arena);
    enum outcome outcome = schema_version_load(twin, &revision);
    bool answers = outcome == OUTCOME_OK || outcome == OUTCOME_ACTION_INVALID;
    if (answers)
        answers = database_find_obstacle(twin, &obstacle) == OUTCOME_OK;
    if (obstacle != NULL)
        log_event(LOG_LEVEL_ERROR, "the database refuses writes", log_text("reason", obstacle));
    database_free(twin);
    states[HEALTH_DATABASE] = answers && obstacle == NULL ? HEALTH_GOOD : HEALTH_BAD;
    states[HEALTH_SCHEMA] = HEALTH_UNKNOWN;
    if (answers)
        states[HEALTH_SCHEMA] =
            outcome == OUTCOME_OK && schema_version_serves(revision) ? HEALTH_GOOD : HEALTH_BAD;
}

/* Returns in states what this worker or another one found last. */
static void look(const struct monitoring_sources *sources, struct arena *arena,
                 enum health_state states[HEALTH_CHECKS])
{
    struct health *health = &sources->scoreboard->health;
    if (health_is_due(health, clock_milliseconds())) {
        enum health_state found[HEALTH_CHECKS] = {[HEALTH_KEYSTONE] = HEALTH_UNUSED};
        look_at_database(sources->database, arena, found);
        if (sources->keystone != NULL)
            found[HEALTH_KEYSTONE] =
                keystone_answers(sources->keystone, HURRY * 1000) ? HEALTH_GOOD : HEALTH_BAD;
        health_set(health, clock_milliseconds(), found);
    }
    health_get(health, clock_milliseconds(), states);
}

/* Warnings do not make the service unready: it does what it was told. */
static void write_warnings(const struct settings *settings, struct json_writer *writer)
{
    writer_key(writer, "warnings");
    writer_begin_array(writer);
    if (authentication_is_open(settings))
        writer_text(writer, AUTHENTICATION_OPEN_WARNING);
    writer_end_array(writer);
}

/* The service is ready without the world, too: it reads the database then. */
static void write_world(const struct scoreboard *scoreboard, struct json_writer *writer)
{
    enum world_reason reason = (enum world_reason)atomic_load(&scoreboard->world.reason);
    writer_key(writer, "world");
    writer_begin_object(writer);
    writer_key(writer, "kept");
    writer_boolean(writer, reason == WORLD_KEPT);
    writer_member_text(writer, "reason", reason == WORLD_KEPT ? NULL : world_reason_label(reason));
    writer_end_object(writer);
}

static void write_ready(const struct monitoring_sources *sources, struct exchange *exchange,
                        struct json_writer *writer)
{
    enum health_state states[HEALTH_CHECKS];
    bool stopping = atomic_load(&sources->scoreboard->state) == POOL_STOPPING, ready = !stopping;
    look(sources, exchange->arena, states);
    for (unsigned i = 0; i < HEALTH_CHECKS; i++)
        ready = ready && (states[i] == HEALTH_GOOD || states[i] == HEALTH_UNUSED);
    exchange->status = ready ? 200 : 503;
    writer_key(writer, "ready");
    writer_boolean(writer, ready);
    writer_key(writer, "checks");
    writer_begin_object(writer);
    writer_member_text(writer, "pool", stopping ? "stopping" : "ok");
    for (unsigned i = 0; i < HEALTH_CHECKS; i++)
        writer_member_text(writer, check_names[i], state_names[states[i]]);
    writer_end_object(writer);
    write_world(sources->scoreboard, writer);
    write_warnings(sources->settings, writer);
}

static void write_live(struct json_writer *writer)
{
    writer_key(writer, "live");
    writer_boolean(writer, true);
}

static void show(const struct monitoring_sources *sources, struct exchange *exchange, bool live,
                 bool ready)
{
    struct json_writer writer;
    exchange->status = 200;
    exchange->content_type = "application/json";
    writer_init(&writer, exchange->output);
    writer_begin_object(&writer);
    if (live)
        write_live(&writer);
    if (ready)
        write_ready(sources, exchange, &writer);
    writer_end_object(&writer);
}

void health_show(const struct monitoring_sources *sources, struct exchange *exchange)
{
    show(sources, exchange, true, true);
}

void health_show_live(const struct monitoring_sources *sources, struct exchange *exchange)
{
    show(sources, exchange, true, false);
}

void health_show_ready(const struct monitoring_sources *sources, struct exchange *exchange)
{
    show(sources, exchange, false, true);
}

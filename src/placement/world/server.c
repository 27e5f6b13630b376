/*
 * Asks the server about its binary log.
 */
#include <config.h>

#include "placement/world/server.h"

#include <string.h>
#include <strings.h>

/* Some servers lack some of these. */
static const struct sql select_variables = {
    "SELECT VARIABLE_NAME, VARIABLE_VALUE FROM information_schema.GLOBAL_VARIABLES "
    "WHERE VARIABLE_NAME IN ('log_bin', 'binlog_format', 'binlog_row_image', "
    "'log_bin_compress')",
    "ss"};
/* Of the account itself, or of its role, or of all. */
static const struct sql select_privileges = {
    "SELECT COUNT(DISTINCT PRIVILEGE_TYPE) FROM information_schema.USER_PRIVILEGES "
    "WHERE PRIVILEGE_TYPE IN ('REPLICATION SLAVE', 'BINLOG MONITOR') AND "
    "(CURRENT_ROLE() IS NOT NULL OR GRANTEE LIKE '%PUBLIC%' OR "
    "GRANTEE = CONCAT(QUOTE(SUBSTRING_INDEX(CURRENT_USER(), '@', 1)), '@', "
    "QUOTE(SUBSTRING_INDEX(CURRENT_USER(), '@', -1))))",
    "i"};
static const struct sql show_log = {"SHOW MASTER STATUS", "siss"};
/* What others write, and the log may lack. */
static const struct sql select_sources = {
    "SELECT @@global.log_slave_updates, "
    "(SELECT COALESCE(SUM(CAST(VARIABLE_VALUE AS SIGNED)), 0) FROM "
    "information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'slaves_running'), "
    "(SELECT COUNT(*) FROM information_schema.GLOBAL_VARIABLES "
    "WHERE VARIABLE_NAME = 'wsrep_on' AND VARIABLE_VALUE = 'ON')",
    "iii"};

/* A name in a GRANT is quoted as SQL quotes it. */
#define ACCOUNT                                                                                    \
    "QUOTE(SUBSTRING_INDEX(CURRENT_USER(), '@', 1)), '@', "                                        \
    "QUOTE(SUBSTRING_INDEX(CURRENT_USER(), '@', -1)), ';'"
static const struct sql select_grants = {
    "SELECT CONCAT('GRANT ALL PRIVILEGES ON `', REPLACE(REPLACE(REPLACE(DATABASE(), '`', '``'), "
    "'_', '\\\\_'), '%', '\\\\%'), '`.* TO ', " ACCOUNT "), "
    "CONCAT('GRANT REPLICATION SLAVE, BINLOG MONITOR ON *.* TO ', " ACCOUNT ")",
    "ss"};

enum { PRIVILEGES = 2 };

/* What each variable must be; a server that lacks it is as good. */
static const struct {
    const char *name, *value;
    enum world_reason reason;
} wanted[] = {
    {"log_bin", "ON", WORLD_NO_LOG},
    {"binlog_format", "ROW", WORLD_FORMAT},
    {"binlog_row_image", "FULL", WORLD_ROW_IMAGE},
    {"log_bin_compress", "OFF", WORLD_COMPRESSED},
};

static const char *find_variable(const struct rows *variables, const char *name)
{
    for (size_t i = 0; i < variables->count; i++)
        if (strcasecmp(row_value(variables, i, 0)->text, name) == 0)
            return row_value(variables, i, 1)->text;
    return NULL;
}

static enum world_reason check_variables(const struct rows *variables)
{
    for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
        const char *value = find_variable(variables, wanted[i].name);
        if (value != NULL && strcasecmp(value, wanted[i].value) != 0)
            return wanted[i].reason;
    }
    return WORLD_KEPT;
}

enum world_reason world_server_check_again(struct database *database)
{
    struct rows rows;
    if (database_select(database, &select_sources, NO_VALUES, &rows) != OUTCOME_OK)
        return WORLD_UNREACHABLE;
    const struct value *logged = row_value(&rows, 0, 0);
    if (logged[0].integer != 0)
        return WORLD_KEPT;
    return logged[2].integer > 0   ? WORLD_NODE_NOT_LOGGED
           : logged[1].integer > 0 ? WORLD_NOT_LOGGED
                                   : WORLD_KEPT;
}

enum world_reason world_server_check(struct database *database)
{
    struct rows rows;
    if (database_select(database, &select_variables, NO_VALUES, &rows) != OUTCOME_OK)
        return WORLD_UNREACHABLE;
    enum world_reason reason = check_variables(&rows);
    if (reason != WORLD_KEPT)
        return reason;
    if (database_select(database, &select_privileges, NO_VALUES, &rows) != OUTCOME_OK)
        return WORLD_UNREACHABLE;
    if (row_value(&rows, 0, 0)->integer < PRIVILEGES)
        return WORLD_PRIVILEGE;
    if (database_select(database, &show_log, NO_VALUES, &rows) != OUTCOME_OK)
        return WORLD_UNREACHABLE;
    if (rows.count == 0)
        return WORLD_NO_LOG;
    if (row_value(&rows, 0, 2)->length > 0 || row_value(&rows, 0, 3)->length > 0)
        return WORLD_FILTERED;
    return world_server_check_again(database);
}

enum outcome world_grants_load(struct database *database, const char **service, const char **world)
{
    struct rows rows;
    TRY(database_select(database, &select_grants, NO_VALUES, &rows));
    *service = row_value(&rows, 0, 0)->text;
    *world = row_value(&rows, 0, 1)->text;
    return OUTCOME_OK;
}

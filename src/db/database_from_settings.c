/*
 * Translates options and the database URL into struct database_settings.
 */
#include <config.h>

#include "db/database_from_settings.h"

#include "base/text.h"

/* Returns the URL's number of seconds, or the option's if the URL has none. */
static unsigned seconds(unsigned in_url, long option)
{
    return in_url != 0 ? in_url : (unsigned)option;
}

/* How often to run a transaction again after a conflict: as often as upstream tries an allocation,
   or as [berth] says, whichever is more. */
static unsigned retries(const struct settings *settings)
{
    long upstream = settings->placement_allocation_conflict_retry_count;
    long own = settings->berth_transaction_retries;
    return (unsigned)(upstream > own ? upstream : own);
}

static struct database *from_settings(const struct settings *settings, bool maintenance,
                                      struct error_line *error)
{
    struct database_url url;
    if (!settings_database_url(settings, &url, error))
        return NULL;
    long sync_wait = settings->placement_database_mysql_wsrep_sync_wait;
    unsigned statement_timeout = maintenance ? 0 : (unsigned)settings->berth_statement_timeout;
    /* Longer than the statement timeout: let the server give up first and say why. */
    long patience = statement_timeout == 0 ? 3600 : (long)statement_timeout + 10;
    struct database_settings database = {
        .host = url.host,
        .port = url.port,
        .unix_socket = url.unix_socket,
        .bind_address = url.bind_address,
        .user = url.user,
        .password = url.password,
        .name = url.name,
        .ssl = url.ssl,
        .ssl_ca = url.ssl_ca,
        .ssl_capath = url.ssl_capath,
        .ssl_cert = url.ssl_cert,
        .ssl_key = url.ssl_key,
        .ssl_cipher = url.ssl_cipher,
        .ssl_verify_certificate = url.ssl_verify_certificate,
        .ssl_verify_hostname = url.ssl_verify_hostname,
        /* as oslo.db sets its mode after the driver has set the URL's */
        .sql_mode = text_filled_or(settings->placement_database_mysql_sql_mode, url.sql_mode),
        .init_command = url.init_command,
        .wsrep_sync_wait = sync_wait == SETTINGS_UNSET ? -1 : (int)sync_wait,
        .connect_timeout = seconds(url.connect_timeout, settings->berth_connect_timeout),
        .read_timeout = maintenance ? 0 : seconds(url.read_timeout, patience),
        .write_timeout = maintenance ? 0 : seconds(url.write_timeout, patience),
        .lock_wait_timeout = (unsigned)settings->berth_lock_wait_timeout,
        .statement_timeout = statement_timeout,
        .recycle_seconds = maintenance ? -1 : settings->placement_database_connection_recycle_time,
        .transaction_retries = retries(settings),
    };
    struct database *result = database_new(&database);
    database_url_free(&url);
    return result;
}

struct database *database_from_settings(const struct settings *settings, struct error_line *error)
{
    return from_settings(settings, false, error);
}

struct database *database_for_maintenance(const struct settings *settings, struct error_line *error)
{
    return from_settings(settings, true, error);
}

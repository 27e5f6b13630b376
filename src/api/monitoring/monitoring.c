/*
 * Finds and answers the pages below /_berth that are not among the routes.
 */
#include <config.h>

#include "api/monitoring/monitoring.h"

#include <string.h>

#include "api/monitoring/capacity.h"
#include "api/monitoring/health.h"
#include "watch/metrics.h"

static void show_metrics(const struct monitoring_sources *sources, struct exchange *exchange)
{
    struct tally *sum = arena_alloc(exchange->arena, sizeof(*sum));
    exchange->status = 200;
    exchange->content_type = METRICS_CONTENT_TYPE;
    metrics_write(exchange->output, sources->scoreboard, sum);
}

const struct monitoring_page monitoring_pages[] = {
    {"/_berth/health", health_show},
    {"/_berth/health/live", health_show_live},
    {"/_berth/health/ready", health_show_ready},
    {"/_berth/metrics", show_metrics},
    {"/_berth/metrics/capacity", capacity_show_metrics},
};

const size_t monitoring_page_count = sizeof(monitoring_pages) / sizeof(monitoring_pages[0]);

const struct monitoring_page *monitoring_find(const char *path)
{
    for (size_t i = 0; i < monitoring_page_count; i++)
        if (strcmp(monitoring_pages[i].path, path) == 0)
            return &monitoring_pages[i];
    return NULL;
}

void monitoring_answer(const struct monitoring_page *page, const struct monitoring_sources *sources,
                       struct exchange *exchange)
{
    if (strcmp(exchange->method, "GET") != 0 && strcmp(exchange->method, "HEAD") != 0) {
        exchange_add_header(exchange, "allow", "GET, HEAD");
        exchange_fail(exchange, 405, NULL,
                      "The method specified is not allowed for this resource.");
        return;
    }
    exchange_add_header(exchange, "cache-control", "no-store");
    page->show(sources, exchange);
    if (exchange->output->failed)
        exchange_fail(exchange, 500, NULL, "The answer is too large.");
}

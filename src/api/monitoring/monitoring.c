/*
 * Finding and answering the paths of operation.
 */
#include <config.h>

#include "api/monitoring/monitoring.h"

#include <string.h>

#include "api/monitoring/health.h"
#include "watch/metrics.h"

static void show_metrics(const struct operation_sources *sources, struct exchange *exchange)
{
    struct tally *sum = arena_alloc(exchange->arena, sizeof(*sum));
    exchange->status = 200;
    exchange->content_type = METRICS_CONTENT_TYPE;
    metrics_write(exchange->output, sources->scoreboard, sum);
}

const struct operation operations[] = {
    {"/_berth/health", health_show},
    {"/_berth/health/live", health_show_live},
    {"/_berth/health/ready", health_show_ready},
    {"/_berth/metrics", show_metrics},
};

const size_t operation_count = sizeof(operations) / sizeof(operations[0]);

const struct operation *operation_find(const char *path)
{
    for (size_t i = 0; i < operation_count; i++)
        if (strcmp(operations[i].path, path) == 0)
            return &operations[i];
    return NULL;
}

void operation_answer(const struct operation *operation, const struct operation_sources *sources,
                      struct exchange *exchange)
{
    if (strcmp(exchange->method, "GET") != 0 && strcmp(exchange->method, "HEAD") != 0) {
        exchange_add_header(exchange, "allow", "GET, HEAD");
        exchange_fail(exchange, 405, NULL,
                      "The method specified is not allowed for this resource.");
        return;
    }
    exchange_add_header(exchange, "cache-control", "no-store");
    operation->show(sources, exchange);
    if (exchange->output->failed)
        exchange_fail(exchange, 500, NULL, "The answer is too large.");
}

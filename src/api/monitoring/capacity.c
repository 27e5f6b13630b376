/*
 * Reads all inventories and usages, and writes them metric by metric.
 */
#include <config.h>

#include "api/monitoring/capacity.h"

#include <string.h>

#include "base/clock.h"
#include "base/sorted.h"
#include "placement/provider_tree.h"
#include "watch/metrics.h"
#include "watch/shared_page.h"

/* One inventory and its provider. */
struct sample {
    const struct tree_provider *provider;
    const struct tree_inventory *inventory;
};

static double total_of(const struct sample *sample)
{
    return (double)sample->inventory->total;
}

static double reserved_of(const struct sample *sample)
{
    return (double)sample->inventory->reserved;
}

static double ratio_of(const struct sample *sample)
{
    return sample->inventory->allocation_ratio;
}

static double used_of(const struct sample *sample)
{
    return (double)sample->inventory->used;
}

static double capacity_of(const struct sample *sample)
{
    return (total_of(sample) - reserved_of(sample)) * ratio_of(sample);
}

static double generation_of(const struct sample *sample)
{
    return (double)sample->provider->generation;
}

static double one_of(const struct sample *sample)
{
    (void)sample;
    return 1;
}

struct capacity_metric {
    const char *name, *help;
    double (*value)(const struct sample *sample);
};

/* A value of each provider and class. */
static const struct capacity_metric of_inventory[] = {
    {"openstack_placement_resource_total", "Total of an inventory.", total_of},
    {"openstack_placement_resource_reserved", "Reserved part of an inventory.", reserved_of},
    {"openstack_placement_resource_allocation_ratio", "Allocation ratio of an inventory.",
     ratio_of},
    {"openstack_placement_resource_usage", "What is allocated of an inventory.", used_of},
    {"openstack_placement_resource_generation", "Generation of the resource provider.",
     generation_of},
};

/* Sums of a class over all providers. */
static const struct capacity_metric of_class[] = {
    {"berth_resource_capacity", "(total - reserved) * allocation_ratio of all providers.",
     capacity_of},
    {"berth_resource_used", "What is allocated of all providers.", used_of},
    {"berth_resource_providers", "Providers with an inventory of the class.", one_of},
};

struct capacity_page {
    struct buffer *buffer;
    const struct sample *samples;  /* in the order of trees */
    const struct sample *by_class; /* the same, by class */
    size_t count;
};

static int class_compare(const void *left, const void *right)
{
    const struct sample *a = left, *b = right;
    return strcmp(a->inventory->class_name, b->inventory->class_name);
}

static struct capacity_page gather(struct arena *arena, const struct provider_trees *trees)
{
    size_t count = 0;
    for (size_t i = 0; i < trees->count; i++)
        count += trees->providers[i].inventory_count;
    struct sample *samples = arena_array(arena, count, sizeof(*samples));
    struct sample *by_class = arena_array(arena, count, sizeof(*by_class));
    count = 0;
    for (size_t i = 0; i < trees->count; i++)
        for (size_t j = 0; j < trees->providers[i].inventory_count; j++)
            samples[count++] =
                (struct sample){&trees->providers[i], &trees->providers[i].inventories[j]};
    if (count > 0)
        memcpy(by_class, samples, count * sizeof(*samples));
    sort(by_class, count, sizeof(*by_class), class_compare);
    return (struct capacity_page){.samples = samples, .by_class = by_class, .count = count};
}

static void write_inventories(const struct capacity_page *page,
                              const struct capacity_metric *metric)
{
    metrics_begin(page->buffer, metric->name, "gauge", metric->help);
    for (size_t i = 0; i < page->count; i++) {
        const struct sample *sample = &page->samples[i];
        buffer_add_text(page->buffer, metric->name);
        buffer_add_text(page->buffer, "{hostname=\"");
        metrics_add_label(page->buffer, sample->provider->name);
        buffer_add_text(page->buffer, "\",resourcetype=\"");
        metrics_add_label(page->buffer, sample->inventory->class_name);
        buffer_printf(page->buffer, "\"} %.15g\n", metric->value(sample));
    }
}

static void write_classes(const struct capacity_page *page, const struct capacity_metric *metric)
{
    metrics_begin(page->buffer, metric->name, "gauge", metric->help);
    for (size_t i = 0, end; i < page->count; i = end) {
        double sum = 0;
        for (end = i;
             end < page->count && class_compare(&page->by_class[end], &page->by_class[i]) == 0;
             end++)
            sum += metric->value(&page->by_class[end]);
        buffer_printf(page->buffer, "%s{resourcetype=\"", metric->name);
        metrics_add_label(page->buffer, page->by_class[i].inventory->class_name);
        buffer_printf(page->buffer, "\"} %.15g\n", sum);
    }
}

static enum outcome make_page(const struct monitoring_sources *sources, struct exchange *exchange)
{
    struct provider_trees trees;
    struct context context = {.arena = exchange->arena, .database = sources->database};
    TRY(provider_trees_load(&context, NULL, &trees));
    struct capacity_page page = gather(exchange->arena, &trees);
    page.buffer = exchange->output;
    for (size_t i = 0; i < sizeof(of_inventory) / sizeof(of_inventory[0]); i++)
        write_inventories(&page, &of_inventory[i]);
    for (size_t i = 0; i < sizeof(of_class) / sizeof(of_class[0]); i++)
        write_classes(&page, &of_class[i]);
    return OUTCOME_OK;
}

void capacity_show_metrics(const struct monitoring_sources *sources, struct exchange *exchange)
{
    long interval = sources->settings->berth_capacity_metrics_interval;
    struct shared_page *page = sources->capacity;
    struct buffer *output = exchange->output;
    uint64_t now = clock_milliseconds();
    if (interval == 0) {
        exchange_fail(exchange, 404, NULL, "The resource could not be found.");
        return;
    }
    exchange->status = 200;
    exchange->content_type = METRICS_CONTENT_TYPE;
    if (shared_page_read(page, now, (uint64_t)interval * 1000, output) ||
        shared_page_is_made(page, now, output))
        return;
    if (make_page(sources, exchange) != OUTCOME_OK)
        exchange_fail(exchange, 503, NULL, "The database does not answer.");
    if (exchange_failed(exchange) || output->failed)
        shared_page_give_up(page);
    else
        shared_page_write(page, now, output->data, output->length);
}

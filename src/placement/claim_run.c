/*
 * Gathers the providers and the classes that the claims name, each once.
 */
#include <config.h>

#include "placement/claim_run.h"

#include <strings.h>

#include "base/sorted.h"

static int provider_compare(const void *left, const void *right)
{
    const struct claimed_provider *a = left, *b = right;
    return strcasecmp(a->uuid, b->uuid);
}

static int class_compare(const void *left, const void *right)
{
    const struct claimed_class *a = left, *b = right;
    return strcmp(a->name, b->name);
}

struct claimed_provider *claim_run_provider(const struct claim_run *run, const char *uuid)
{
    const struct claimed_provider key = {.uuid = uuid};
    return sorted_find(&key, run->providers, run->provider_count, sizeof(key), provider_compare);
}

const struct claimed_class *claim_run_class(const struct claim_run *run, const char *name)
{
    const struct claimed_class key = {.name = name};
    return sorted_find(&key, run->classes, run->class_count, sizeof(key), class_compare);
}

void claim_run_begin(struct claim_run *run)
{
    run->providers = arena_array(run->context->arena, run->amount_count, sizeof(*run->providers));
    size_t count = 0;
    for (size_t i = 0; i < run->claim_count; i++)
        for (size_t j = 0; j < run->claims[i].amount_count; j++)
            run->providers[count++].uuid = run->claims[i].amounts[j].provider_uuid;
    run->provider_count =
        sort_unique(run->providers, count, sizeof(*run->providers), provider_compare);
    run->emptied_count = 0;
}

static void gather_classes(struct claim_run *run)
{
    run->classes = arena_array(run->context->arena, run->amount_count, sizeof(*run->classes));
    size_t count = 0;
    for (size_t i = 0; i < run->claim_count; i++)
        for (size_t j = 0; j < run->claims[i].amount_count; j++)
            run->classes[count++].name = run->claims[i].amounts[j].class_name;
    run->class_count = sort_unique(run->classes, count, sizeof(*run->classes), class_compare);
}

struct claim_run *claim_run_new(struct context *context, const struct claim *claims, size_t count)
{
    struct claim_run *run = arena_alloc(context->arena, sizeof(*run));
    *run = (struct claim_run){.context = context, .claims = claims, .claim_count = count};
    for (size_t i = 0; i < count; i++)
        run->amount_count += claims[i].amount_count;
    gather_classes(run);
    return run;
}

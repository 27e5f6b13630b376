/*
 * Counts, with atomic additions that need no order.
 */
#include <config.h>

#include "watch/tally.h"

#include <string.h>

static const char *const methods[TALLY_METHODS] = {"GET",  "PUT",     "POST", "DELETE",
                                                   "HEAD", "OPTIONS", "other"};

/* The statuses that Berth answers with; the last stands for all others. */
static const struct {
    int status;
    const char *name;
} statuses[TALLY_STATUSES] = {
    {200, "200"}, {201, "201"}, {204, "204"}, {300, "300"}, {400, "400"},
    {401, "401"}, {403, "403"}, {404, "404"}, {405, "405"}, {406, "406"},
    {409, "409"}, {411, "411"}, {413, "413"}, {414, "414"}, {415, "415"},
    {429, "429"}, {500, "500"}, {501, "501"}, {503, "503"}, {0, "other"},
};

/* microseconds */
static const uint64_t time_bounds[] = {500,    1000,   2500,   5000,    10000,   25000,   50000,
                                       100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000};
static const uint64_t count_bounds[] = {0, 1, 10, 100, 1000, 10000, 100000};
static const uint64_t size_bounds[] = {1 << 10, 1 << 13, 1 << 16, 1 << 19, 1 << 22, 1 << 25};

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
    const uint64_t *bounds;
    size_t count;
} distributions[DISTRIBUTIONS] = {
#define DISTRIBUTION(name, metric, bounds, ...) {bounds, LENGTH(bounds)},
#include "watch/distributions.def"
#undef DISTRIBUTION
};

_Static_assert(LENGTH(time_bounds) < TALLY_BUCKETS, "a bucket for sizes above all bounds");
_Static_assert(sizeof(struct measured) == (TALLY_BUCKETS + 1) * sizeof(uint64_t), "only numbers");

static struct tally own, *used = &own;

void tally_use(struct tally *tally)
{
    used = tally != NULL ? tally : &own;
}

static void add(_Atomic uint64_t *number, uint64_t more)
{
    atomic_fetch_add_explicit(number, more, memory_order_relaxed);
}

static uint64_t get(const _Atomic uint64_t *number)
{
    return atomic_load_explicit(number, memory_order_relaxed);
}

static void measure(struct measured *measured, uint64_t size, const uint64_t *bounds, size_t count)
{
    size_t bucket = 0;
    while (bucket < count && size > bounds[bucket])
        bucket++;
    add(&measured->buckets[bucket], 1);
    add(&measured->sum, size);
}

void tally_count(enum counter counter, uint64_t more)
{
    if (more > 0)
        add(&used->counters[counter], more);
}

void tally_observe(enum distribution distribution, uint64_t size)
{
    measure(&used->distributions[distribution], size, distributions[distribution].bounds,
            distributions[distribution].count);
}

static unsigned find_method(const char *method)
{
    unsigned number = 0;
    while (number < TALLY_METHODS - 1 && strcmp(methods[number], method) != 0)
        number++;
    return number;
}

static unsigned find_status(int status)
{
    unsigned number = 0;
    while (number < TALLY_STATUSES - 1 && statuses[number].status != status)
        number++;
    return number;
}

void tally_request(unsigned route, const char *method, int status, uint64_t microseconds)
{
    unsigned column = find_method(method);
    if (route >= TALLY_ROUTES)
        route = TALLY_ROUTES - 1;
    add(&used->requests[route][column][find_status(status)], 1);
    measure(&used->durations[route][column], microseconds, time_bounds, LENGTH(time_bounds));
}

void tally_add(struct tally *sum, const struct tally *tally)
{
    const _Atomic uint64_t *from = (const void *)tally;
    _Atomic uint64_t *to = (void *)sum;
    for (size_t i = 0; i < sizeof(*tally) / sizeof(*from); i++)
        atomic_store_explicit(&to[i], get(&to[i]) + get(&from[i]), memory_order_relaxed);
}

void tally_subtract(struct tally *from, const struct tally *less)
{
    const _Atomic uint64_t *less_number = (const void *)less;
    _Atomic uint64_t *number = (void *)from;
    for (size_t i = 0; i < sizeof(*from) / sizeof(*number); i++)
        atomic_store_explicit(&number[i], get(&number[i]) - get(&less_number[i]),
                              memory_order_relaxed);
}

const char *tally_method_name(unsigned method)
{
    return methods[method];
}

const char *tally_status_name(unsigned status)
{
    return statuses[status].name;
}

size_t tally_duration_bounds(const uint64_t **bounds)
{
    *bounds = time_bounds;
    return LENGTH(time_bounds);
}

size_t tally_distribution_bounds(enum distribution distribution, const uint64_t **bounds)
{
    *bounds = distributions[distribution].bounds;
    return distributions[distribution].count;
}

uint64_t measured_count(const struct measured *measured)
{
    uint64_t count = 0;
    for (size_t i = 0; i < TALLY_BUCKETS; i++)
        count += get(&measured->buckets[i]);
    return count;
}

void measured_add(struct measured *sum, const struct measured *measured)
{
    sum->sum += get(&measured->sum);
    for (size_t i = 0; i < TALLY_BUCKETS; i++)
        sum->buckets[i] += get(&measured->buckets[i]);
}

double measured_quantile(const struct measured *measured, const uint64_t *bounds, size_t count,
                         double part)
{
    double wanted = part * (double)measured_count(measured), below = 0;
    for (size_t i = 0; i < count; i++) {
        double inside = (double)get(&measured->buckets[i]);
        if (inside > 0 && below + inside >= wanted) {
            double lower = i > 0 ? (double)bounds[i - 1] : 0;
            return lower + ((double)bounds[i] - lower) * (wanted - below) / inside;
        }
        below += inside;
    }
    return wanted > 0 ? (double)bounds[count - 1] : 0;
}

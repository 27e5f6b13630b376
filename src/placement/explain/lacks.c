/*
 * Compares what trees lack.
 */
#include <config.h>

#include "placement/explain/lacks.h"

/* Returns what a tree lacks of a group: of the one that is told of, what is not told. */
static uint64_t bits_of(const struct lacks *lacks, const struct lack_rest *rest, size_t group)
{
    return group == rest->group ? rest->bits : lacks->groups[group][rest->root].bits;
}

bool lacks_within(const struct lacks *lacks, const struct lack_rest *one,
                  const struct lack_rest *other)
{
    if (lacks == NULL)
        return true;
    if ((lacks->roots[one->root] & ~lacks->roots[other->root]) != 0)
        return false;
    for (size_t i = 0; i < lacks->group_count; i++)
        if ((bits_of(lacks, one, i) & ~bits_of(lacks, other, i)) != 0)
            return false;
    return true;
}

/* Returns what the provider of a class lacks itself, without what it lacks for a class of the part:
   that is told. */
static uint64_t own_beside(const struct slot_lacks *slots, const struct slot_lack *of_tree,
                           size_t class, uint64_t part)
{
    uint64_t own = of_tree[class].own;
    for (size_t i = 0; i < slots->count; i++)
        if ((slots->classes[i] & part) != 0 && of_tree[i].provider == of_tree[class].provider)
            own &= ~of_tree[i].own;
    return own;
}

uint64_t lacks_beside(const struct lacks *lacks, size_t group, uint32_t root, uint64_t part)
{
    const struct slot_lacks *slots = &lacks->slots[group];
    uint64_t roots = 0, rest = lacks->groups[group][root].bits & ~part;
    bool told = false;
    if (slots->count == 0)
        return rest;
    const struct slot_lack *of_tree = &slots->items[root * slots->count];
    for (size_t i = 0; i < slots->count; i++)
        if ((slots->classes[i] & part) != 0) {
            told = true;
            roots |= of_tree[i].roots;
        }
    for (size_t i = 0; i < slots->count && told; i++)
        if ((slots->classes[i] & part) == 0)
            rest |= own_beside(slots, of_tree, i, part) | (of_tree[i].roots & ~roots);
    return rest;
}

static uint32_t count_bits(uint64_t bits)
{
    return (uint32_t)__builtin_popcountll(bits);
}

uint32_t lacks_count(const struct lacks *lacks, const struct lack_rest *rest)
{
    if (lacks == NULL)
        return 0;
    uint32_t count = count_bits(lacks->roots[rest->root]);
    for (size_t i = 0; i < lacks->group_count; i++)
        count += count_bits(bits_of(lacks, rest, i));
    return count;
}

/* Returns the groups, but one, that a tree has nothing for, as bits; of very many some share one.
 */
static uint64_t bits_of_groups(const struct lacks *lacks, uint32_t root, size_t but)
{
    uint64_t groups = 0;
    for (size_t i = 0; i < lacks->group_count; i++)
        if (i != but && lacks->groups[i][root].bits != 0)
            groups |= UINT64_C(1) << i % 64;
    return groups;
}

size_t lacks_only_group(const struct lacks *lacks, uint32_t root, size_t but)
{
    size_t only = SIZE_MAX;
    for (size_t i = 0; i < lacks->group_count; i++) {
        if (i == but || lacks->groups[i][root].bits == 0)
            continue;
        if (only != SIZE_MAX)
            return SIZE_MAX;
        only = i;
    }
    return only;
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

uint64_t lacks_kind(const struct lacks *lacks, uint32_t root, size_t but)
{
    size_t only = lacks_only_group(lacks, root, but);
    uint64_t kind = mix(mix(0, lacks->roots[root]), bits_of_groups(lacks, root, but));
    return only == SIZE_MAX ? kind : mix(kind, lacks->groups[only][root].bits);
}

bool lacks_class(const struct lacks *lacks, uint32_t root, size_t but)
{
    for (size_t i = 0; lacks != NULL && i < lacks->group_count; i++)
        if (i != but && lacks->groups[i][root].classless)
            return true;
    return false;
}

/* Returns all that a tree lacks. */
static struct lack_rest rest_of_tree(uint32_t root)
{
    return (struct lack_rest){.group = SIZE_MAX, .root = root};
}

uint32_t lacks_count_alike(const struct lacks *lacks, const bool *trees, uint32_t provider_count,
                           uint32_t root)
{
    const struct lack_rest named = rest_of_tree(root);
    uint32_t count = 0;
    for (uint32_t i = 0; i < provider_count; i++) {
        const struct lack_rest rest = rest_of_tree(i);
        count += trees[i] && i != root && lacks_within(lacks, &rest, &named);
    }
    return count;
}

uint32_t lacks_choose(const struct lacks *lacks, const bool *trees, uint32_t provider_count,
                      uint32_t *best)
{
    uint32_t fewest = 0;
    *best = UINT32_MAX;
    for (uint32_t i = 0; i < provider_count; i++) {
        if (!trees[i])
            continue;
        const struct lack_rest rest = rest_of_tree(i);
        uint32_t count = lacks_count(lacks, &rest);
        if (*best != UINT32_MAX && count >= fewest)
            continue;
        *best = i;
        fewest = count;
    }
    return *best == UINT32_MAX ? 0 : lacks_count_alike(lacks, trees, provider_count, *best);
}

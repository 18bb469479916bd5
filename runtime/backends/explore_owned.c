/* explore_owned.c - which values of resource types have to be released, and in
 * which order (chain_explore.h).
 *
 * The rules fix the order within a strand, of values that stay where they were
 * bound: last first (rule 42a). Such values stand in a list, in the order in
 * which they came. Values that are moved, and values of branches, which run at
 * the same time, have no such order: only their release is checked. */
#include "explore.h"

#include <string.h>

#include "chain/private/gen.h"

/* Numbers that are neither a count nor a descriptor. */
#define FIRST_NUMBER ((uintptr_t)0x5a000000)

static struct explore *current;
static struct chain_explore_resource *resources;
static unsigned char zeroes[16 * CHAIN_EXPLORE_VALUES];

struct kept {
    const struct chain_explore_resource *resource;
    unsigned index;
    const struct chain_op *strand; /* its header */
    const char *step;              /* that gave it */
    int line;
};
/* one for each start at most, and for each parameter */
static struct kept kept[2 * EXPLORE_STARTS];
static unsigned kept_count;

void explore__own_nothing(struct explore *e)
{
    current = e;
    for (struct chain_explore_resource *r = resources; r != NULL; r = r->next) {
        r->count = 0;
        memset(r->owned, 0, sizeof r->owned);
    }
    memset(zeroes, 0, sizeof zeroes);
    kept_count = 0;
}

static uintptr_t first_of(const struct chain_explore_resource *resource)
{
    return resource->is_pointer ? (uintptr_t)zeroes : FIRST_NUMBER;
}

static unsigned step_of(const struct chain_explore_resource *resource)
{
    return resource->is_pointer ? 16 : 1;
}

uintptr_t chain_explore_fresh(struct chain_explore_resource *resource)
{
    if (!resource->is_known) {
        resource->is_known = true;
        resource->next = resources;
        resources = resource;
    }
    if (resource->count < CHAIN_EXPLORE_VALUES)
        resource->count++;
    else
        explore__complain(&current->run, "there are more than %u values of %s",
                          (unsigned)CHAIN_EXPLORE_VALUES, resource->name);
    return first_of(resource) + (resource->count - 1) * (uintptr_t)step_of(resource);
}

/* ---- the order ----------------------------------------------------------- */

static void keep(const struct chain_explore_resource *resource, const struct chain_op *strand,
                 const char *step, int line)
{
    struct kept *last = &kept[kept_count];

    if (kept_count == sizeof kept / sizeof *kept)
        return;
    last->resource = resource;
    last->index = resource->count - 1;
    last->strand = strand;
    last->step = step;
    last->line = line;
    kept_count++;
}

/* A branch that is one operation binds in the strand that waits for it. */
static void keep_started(const struct chain_explore_resource *resource, struct chain_deferred end)
{
    const struct explore_start *start = explore__start_of(current, end);

    if (start != NULL && start->point != NULL && (start->point->events & CHAIN_EXPLORE_KEPT) != 0)
        keep(resource, (end.tag & CHAIN__BRANCH) != 0 ? chain__parent_of(end.op) : end.op,
             start->point->step, start->point->line);
}

static void complain_of_order(const struct kept *first, const struct kept *later)
{
    explore__complain(
        &current->run,
        "%s %u (%s, line %d) was released before %s %u (%s, line %d), which came later",
        first->resource->name, first->index + 1, first->step, first->line, later->resource->name,
        later->index + 1, later->step, later->line);
}

static void take_out(const struct chain_explore_resource *resource, unsigned index)
{
    unsigned at = 0;

    while (at < kept_count && (kept[at].resource != resource || kept[at].index != index))
        at++;
    if (at == kept_count)
        return;
    for (unsigned i = kept_count - 1; i > at; i--)
        if (kept[i].strand == kept[at].strand)
            complain_of_order(&kept[at], &kept[i]);
    kept_count--;
    memmove(&kept[at], &kept[at + 1], (kept_count - at) * sizeof *kept);
}

/* ---- owning and releasing ------------------------------------------------ */

enum chain_settled chain_explore_own(struct chain_explore_resource *resource,
                                     struct chain_deferred end, enum chain_settled settled)
{
    if (settled != CHAIN_OK)
        return settled;
    resource->owned[resource->count - 1] = 1;
    keep_started(resource, end);
    return settled;
}

uintptr_t chain_explore_given(struct chain_explore_resource *resource, int line)
{
    uintptr_t value = chain_explore_fresh(resource);

    resource->owned[resource->count - 1] = 1;
    if (line != 0)
        keep(resource, &current->run.root->strand.op, "given", line);
    return value;
}

void chain_explore_release(struct chain_explore_resource *resource, uintptr_t value)
{
    uintptr_t index = (value - first_of(resource)) / step_of(resource);

    if (value < first_of(resource) || index >= resource->count)
        return;
    if (resource->owned[index] == 0)
        explore__complain(&current->run, "%s %u was released twice", resource->name,
                          (unsigned)index + 1);
    resource->owned[index] = 0;
    take_out(resource, (unsigned)index);
}

void explore__check_owned(struct explore *e)
{
    for (struct chain_explore_resource *r = resources; r != NULL; r = r->next)
        for (unsigned i = 0; i < r->count; i++)
            if (r->owned[i] != 0)
                explore__complain(&e->run, "%s %u was never released", r->name, i + 1);
}

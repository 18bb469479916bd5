/* explore_owned.c - which values of resource types have to be released (chain_explore.h). */
#include <string.h>

#include "explore.h"

/* Numbers that are neither a count nor a descriptor. */
#define FIRST_NUMBER ((uintptr_t)0x5a000000)

static struct explore *current;
static struct chain_explore_resource *resources;
static unsigned char zeroes[16 * CHAIN_EXPLORE_VALUES];

void explore__own_nothing(struct explore *e)
{
    current = e;
    for (struct chain_explore_resource *r = resources; r != NULL; r = r->next) {
        r->count = 0;
        memset(r->owned, 0, sizeof r->owned);
    }
    memset(zeroes, 0, sizeof zeroes);
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
    return first_of(resource) + (resource->count - 1) * (uintptr_t)step_of(resource);
}

/* Those beyond the bound are not told apart, and not counted. */
enum chain_settled chain_explore_own(struct chain_explore_resource *resource, enum chain_settled settled)
{
    if (settled == CHAIN_OK && resource->count < CHAIN_EXPLORE_VALUES)
        resource->owned[resource->count - 1] = 1;
    return settled;
}

uintptr_t chain_explore_given(struct chain_explore_resource *resource)
{
    uintptr_t value = chain_explore_fresh(resource);

    chain_explore_own(resource, CHAIN_OK);
    return value;
}

void chain_explore_release(struct chain_explore_resource *resource, uintptr_t value)
{
    uintptr_t index = (value - first_of(resource)) / step_of(resource);

    if (value < first_of(resource) || index + 1 >= CHAIN_EXPLORE_VALUES || index >= resource->count)
        return;
    if (resource->owned[index] == 0)
        explore__complain(&current->run, "%s %u was released twice", resource->name, (unsigned)index + 1);
    resource->owned[index] = 0;
}

void explore__check_owned(struct explore *e)
{
    for (struct chain_explore_resource *r = resources; r != NULL; r = r->next)
        for (unsigned i = 0; i < r->count; i++)
            if (r->owned[i] != 0)
                explore__complain(&e->run, "%s %u was never released", r->name, i + 1);
}

/* handle.c - handles of spawned chains, and the steps that wait for the end of
 * one (rules 148-150).
 *
 * A handle has the number of one use of an instance. The numbers of a loop
 * differ for 2^48 uses, and after its end the instance says that it has no
 * handle, so one that was kept does not fit what uses the memory by then. */
#include "handle.h"

#include "cancel.h"
#include "core.h"
#include "trace.h"

static struct chain_loop *loop_of(struct chain_handle handle)
{
    return handle.handled == 0 ? NULL : chain__loops[handle.handled - 1];
}

bool chain_handle_alive(struct chain_handle handle)
{
    const struct chain__instance *instance = handle.instance;

    return instance != NULL && chain__handled(instance) == handle.handled
           && instance->number_low == handle.number_low
           && instance->number_high == handle.number_high;
}

void chain_handle_cancel(struct chain_handle handle)
{
    struct chain_loop *loop = loop_of(handle);

    if (loop != NULL && chain_handle_alive(handle))
        chain__cancel_top(&handle.instance->strand, loop);
}

/* ---- the steps that wait: a list in the instance, whose end is its pool ---- */

static void *mark(struct chain__handle_wait *wait)
{
    return (char *)wait + 1;
}

/* NULL: it is a pool. */
static struct chain__handle_wait *marked(void *next)
{
    return ((uintptr_t)next & 1) == 0 ? NULL : (void *)((char *)next - 1);
}

static struct chain__pool *pool_of(const struct chain__instance *instance)
{
    const struct chain__handle_wait *first = marked(instance->pool);

    return first == NULL ? instance->pool : first->pool;
}

/* Before what stands in `list`. */
static void put(void **list, struct chain__handle_wait *wait)
{
    struct chain__handle_wait *next = marked(*list);

    wait->next = *list;
    wait->link = list;
    if (next != NULL)
        next->link = &wait->next;
    *list = mark(wait);
}

static void take_out(struct chain__handle_wait *wait)
{
    struct chain__handle_wait *next = marked(wait->next);

    *wait->link = wait->next;
    if (next != NULL)
        next->link = wait->link;
}

/* In the order in which they began to wait; the instance has its pool again. */
static void tell_all(struct chain__instance *instance)
{
    void *in_order = NULL;
    struct chain__handle_wait *wait;

    while ((wait = marked(instance->pool)) != NULL) {
        take_out(wait);
        put(&in_order, wait);
    }
    while ((wait = marked(in_order)) != NULL) {
        take_out(wait);
        chain__settle(chain__deferred(wait), 0);
    }
}

/* From here on its handles are stale. */
static struct chain_strand *end_handled(struct chain_strand *strand, struct chain_loop *loop)
{
    char *start = (char *)strand - offsetof(struct chain__instance, strand);
    struct chain__instance *instance = (struct chain__instance *)(void *)start;

    chain__set_handled(instance, 0);
    tell_all(instance);
    return chain__instance_caller.type->resume(strand, loop);
}

static const struct chain_type handled_type = { .resume = end_handled, .name = "instance" };
const struct chain_caller chain__handled_caller = { &handled_type, 0 };

/* ---- spawn … as ---------------------------------------------------------- */

struct chain_handle chain__spawned_as(struct chain_strand *strand, struct chain_loop *loop,
                                      struct chain__spawn *op, struct chain__nursery *nursery,
                                      const struct chain_type *type)
{
    struct chain__instance *instance = op->instance;
    struct chain_handle handle = { .instance = instance, .handled = (uint16_t)(loop->id + 1) };

    chain__spawned(strand, loop, op, nursery, type);
#ifndef CHAIN_TRACE /* else it has its number */
    chain__number_instance(instance, ++loop->numbers);
#endif
    chain__set_handled(instance, handle.handled);
    handle.number_high = instance->number_high;
    handle.number_low = instance->number_low;
    return handle;
}

/* ---- await, cancel ------------------------------------------------------- */

/* Frame and branches of an instance follow it, so what waits there is its own. */
static bool is_inside(const struct chain__instance *instance, const void *operation)
{
    return (uintptr_t)operation - (uintptr_t)instance < pool_of(instance)->size;
}

/* True: it waits. */
static bool begin(struct chain__handle_wait *op, struct chain_handle handle)
{
    struct chain_deferred done = chain__deferred(op);

    if (handle.instance != NULL && handle.handled != chain__id_of_tag(done.tag) + 1u)
        chain__reject(done, EINVAL, "the handle belongs to another loop", 0);
    else if (!chain_handle_alive(handle))
        chain__settle(done, 0);
    else if (is_inside(handle.instance, op))
        chain__reject(done, EDEADLK, "an instance cannot wait for its own end", 0);
    else {
        op->pool = pool_of(handle.instance);
        put(&handle.instance->pool, op);
        return true;
    }
    return false;
}

void chain__handle_await(struct chain__handle_wait *op, struct chain_handle handle)
{
    begin(op, handle);
}

void chain__handle_end(struct chain__handle_wait *op, struct chain_handle handle)
{
    if (begin(op, handle))
        chain_handle_cancel(handle);
}

void chain__handle_wait_cancel(struct chain__handle_wait *op)
{
    take_out(op);
    chain__acknowledge(chain__deferred(op));
}

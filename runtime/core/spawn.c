/* spawn.c - the instances that a chain owns: their beginning, their end, and
 * the steps that wait for it (rules 77, 78). */
#include "cancel.h"
#include "core.h"
#include "handle.h"
#include "pool.h"
#include "trace.h"

/* A rejection disturbs neither the owner nor the others (rule 78). The code is
 * taken, as the hook may cancel whom it likes. */
static void report(struct chain_strand *strand, struct chain_loop *loop)
{
    struct chain_error error = chain__error(&strand->op, chain__failure(&strand->op));

    strand->op.code = 0;
    if (error.code > 0 && loop->on_unhandled != NULL)
        loop->on_unhandled(loop, &error);
}

static void leave(struct chain__nursery *nursery, struct chain__instance *instance)
{
    *instance->link = instance->next;
    if (instance->next != NULL)
        instance->next->link = instance->link;
    else
        nursery->last = instance->link;
}

/* Those who wait go on in the order in which they began to. */
static void end_joins(struct chain__nursery *nursery)
{
    while (nursery->joins.first != NULL) {
        struct chain__wait *wait = nursery->joins.first;
        chain__wait_no_more(&nursery->joins, wait);
        chain__settle(chain__deferred(wait), 0);
    }
}

/* The chain of an instance has ended. Its memory may be used by another thread
 * as soon as it is given back. */
static struct chain_strand *end_instance(struct chain_strand *strand, struct chain_loop *loop)
{
    char *start = (char *)strand - offsetof(struct chain__instance, strand);
    struct chain__instance *instance = (struct chain__instance *)(void *)start;
    struct chain__nursery *nursery = instance->owner;

    chain__top_ended(strand, loop);
    CHAIN__TRACE(chain__trace_instance_done(instance));
    report(strand, loop);
    leave(nursery, instance);
    loop->instances--;
    chain__give_back(instance);
    if (nursery->first == NULL)
        end_joins(nursery);
    return chain__suspend(loop);
}

static const struct chain_type instance_type = { .resume = end_instance, .name = "instance" };
const struct chain_caller chain__instance_caller = { &instance_type, 0 };

void chain__spawned(struct chain_strand *strand, struct chain_loop *loop, struct chain__spawn *op,
                    struct chain__nursery *nursery, const struct chain_type *type)
{
    struct chain__instance *instance = op->instance;

    chain__prepare(&instance->strand, loop, type);
    instance->is_reached = false; /* these three are one word: one store */
    chain__set_handled(instance, 0);
    instance->number_high = 0;
    CHAIN__TRACE(chain__trace_spawn(instance, strand));
    instance->owner = nursery;
    instance->next = NULL;
    instance->link = nursery->last;
    *nursery->last = instance;
    nursery->last = &instance->next;
    loop->instances++;
    chain__ready(loop, &instance->strand);
    if (strand->op.code != 0)
        chain__cancel_top(&instance->strand, loop);
}

/* ---- join ---------------------------------------------------------------- */

void chain__join_start(struct chain__wait *op, struct chain__nursery *nursery)
{
    op->link = NULL;
    if (nursery->first == NULL)
        chain__settle(chain__deferred(op), 0);
    else
        chain__wait_in(&nursery->joins, op);
}

void chain__join_cancel(struct chain__wait *op, struct chain__nursery *nursery)
{
    chain__wait_no_more(&nursery->joins, op);
    chain__acknowledge(chain__deferred(op));
}

void chain__close_retried(struct chain__close *op, struct chain__nursery *nursery)
{
    const struct chain_op *header = chain__op_of(op);

    if (header->code > 0)
        op->attempt = (uint32_t)chain__attempt(header, &op->wait.failure);
    chain__close_start(&op->wait, nursery);
}

void chain__close_start(struct chain__wait *op, struct chain__nursery *nursery)
{
    struct chain_loop *loop = chain_loop_of(op);

    chain__join_start(op, nursery);
    if (op->link != NULL)
        chain__cancel_instances(nursery, loop);
}

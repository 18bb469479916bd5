/* strand.c - resuming strands. */
#include "strand.h"

#include "cancel.h"
#include "core.h"

/* A resume function returns the strand to continue with at once, so that no
 * build lets the stack grow (rule 13). */
static inline void resume(struct chain_strand *strand, struct chain_loop *loop)
{
    do
        strand = strand->type->resume(strand, loop);
    while (strand != NULL);
    if (loop->interrupted != NULL)
        chain__ask_interrupted(loop);
}

void chain__drain(struct chain_loop *loop)
{
    while (loop->budget > 0 && loop->ready.first != NULL) {
        struct chain_strand *strand = chain__take(loop);
        loop->budget--;
        resume(strand, loop);
    }
}

static void begin_branch(struct chain_strand *parent, struct chain_strand *branch,
                         struct chain_loop *loop, unsigned at)
{
    branch->type = parent->type;
    branch->op.at = (uint16_t)at;
    branch->op.code = 0;
    branch->op.flags = CHAIN__UNENDED;
    branch->op.mark = 0;
    chain__set_tag(&branch->op, (chain__tag(&branch->op) & ~CHAIN__LOW) | (uint64_t)loop->id << 8);
    CHAIN__TRACE(chain__trace_begin(CHAIN_EVENT_BRANCH, &branch->op, &parent->op));
}

bool chain__may_still_go_on(struct chain_loop *loop)
{
    loop->budget = 0; /* not less, however often it is asked */
    if (loop->spared <= 0)
        return false;
    loop->spared--;
    return true;
}

/* Sets the budget aside, so that the branch comes back as soon as it waits,
 * instead of jumping to the next ready strand: its siblings have to be started
 * first (rule 18). Its loops still go round on what was set aside (rule 57). */
static void run_alone(struct chain_strand *branch, struct chain_loop *loop)
{
    struct chain_strand *interrupted = loop->interrupted;
    const struct chain_type *interrupted_in = loop->interrupted_in;
    int32_t budget = loop->budget;

    chain__set_budget_aside(loop);
    loop->interrupted = NULL; /* it belongs to the caller of the parent */
    resume(branch, loop);
    loop->interrupted = interrupted;
    loop->interrupted_in = interrupted_in;
    chain__set_budget_aside(loop);
    if (budget > 0)
        chain__restore_budget(loop);
}

void chain__strand_start(struct chain_strand *parent, struct chain_strand *branch,
                         struct chain_loop *loop, unsigned at)
{
    if (parent->op.code == CHAIN_CODE_CANCELLED) { /* nothing new is started (rule 67) */
        branch->op.code = CHAIN_CODE_CANCELLED;
        parent->op.branches--;
        return;
    }
    begin_branch(parent, branch, loop, at);
    /* in no queue now: says that a cancel need not wait for the start of a single operation */
    parent->next = parent;
    run_alone(branch, loop);
    parent->next = NULL;
}

/* ---- each ---------------------------------------------------------------- */

void chain__slot_again(struct chain_strand *parent, struct chain_strand *slot,
                       struct chain_loop *loop, unsigned at)
{
    if ((slot->op.flags & CHAIN__UNENDED) != 0 || parent->op.code != 0
        || (parent->op.flags & CHAIN__DECIDED) != 0)
        return;
    parent->op.branches++;
    chain__strand_start(parent, slot, loop, at);
}

/* Alive slots are counted, so that the search is made only if it finds something. */
struct chain_strand *chain__free_slot(const struct chain_strand *parent, struct chain_strand *first,
                                      size_t size, unsigned limit)
{
    /* of chain__fork(), not yet taken away by chain__join() */
    unsigned guard = (parent->op.flags & CHAIN__FORKING) != 0;
    char *slot = (char *)first;

    if (parent->op.branches - guard >= limit)
        return NULL;
    while ((((struct chain_strand *)(void *)slot)->op.flags & CHAIN__UNENDED) != 0)
        slot += size;
    return (struct chain_strand *)(void *)slot;
}

void chain__strand_queue(struct chain_strand *parent, struct chain_strand *branch,
                         struct chain_loop *loop, unsigned at)
{
    begin_branch(parent, branch, loop, at);
    parent->op.branches++;
    chain__ready(loop, branch);
}

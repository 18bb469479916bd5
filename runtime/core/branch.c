/* branch.c - what the end of a branch means to the strand that waits for it (rules 44-57).
 *
 * The inline part, for a value that decides nothing, is in chain/private/gen.h. */
#include "cancel.h"
#include "core.h"
#include "suppress.h"
#include "trace.h"

const char chain__nobody_won[] = "no branch gave a value";

static bool decides(const struct chain_op *parent, int code)
{
    switch ((enum chain__kind)(parent->flags & CHAIN__KIND)) {
    case CHAIN__ALL: return code != 0;
    case CHAIN__ANY: return code == 0;
    case CHAIN__RACE: return true;
    case CHAIN__SETTLE: return false;
    }
    return false;
}

/* Takes over the first settlement that decides. The parent cancels the rest
 * when it is resumed, and not here, inside the call that settles. */
static void decide(struct chain_op *parent, const struct chain_op *branch, int code,
                   const struct chain_failure *failure, struct chain_loop *loop)
{
    struct chain__decision *join = chain__storage(parent);

    parent->flags |= CHAIN__DECIDED;
    join->winner = branch;
    parent->code = code;
    if (code > 0) {
        join->failure = *failure;
        join->attempt = (uint32_t)chain__attempt(branch, failure);
    }
    if ((parent->flags & CHAIN__FORKING) == 0 && parent->branches > 1) {
        parent->flags |= CHAIN__DECIDING;
        chain__ready(loop, chain__strand_of(parent));
    }
}

/* Later rejections are only reported (rules 46, 53). */
static void branch_outcome(struct chain_op *parent, const struct chain_op *branch,
                           const struct chain_failure *failure, struct chain_loop *loop)
{
    bool decided = parent->code != 0 || (parent->flags & CHAIN__DECIDED) != 0;

    if (!decided && decides(parent, branch->code))
        decide(parent, branch, branch->code, failure, loop);
    else if (decided && branch->code > 0 && (parent->flags & CHAIN__KIND) != CHAIN__SETTLE)
        chain__suppress(loop, branch->code, failure);
}

/* A cancel that came later has taken the code, but the value is there. */
static bool has_winner(struct chain_op *parent)
{
    const struct chain__decision *join = chain__storage(parent);

    return (parent->flags & CHAIN__DECIDED) != 0 && join->winner != NULL && join->winner->code == 0;
}

static int attempt_of_decision(struct chain_op *parent)
{
    return (int)((struct chain__decision *)chain__storage(parent))->attempt;
}

/* All branches have ended. */
static void complete(struct chain_op *parent)
{
    if ((parent->flags & (CHAIN__KIND | CHAIN__DECIDED)) == CHAIN__ANY && parent->code == 0)
        chain__raise(parent, CHAIN_EALL, chain__nobody_won, 0); /* rule 47 */
    if (parent->code > 0)
        chain__set_attempt(parent,
                           (parent->flags & CHAIN__DECIDED) != 0 ? attempt_of_decision(parent) : 0);
    else if (parent->code < 0 && !has_winner(parent))
        parent->mark = CHAIN__EMPTY;
    parent->flags &= (uint8_t) ~(CHAIN__DECIDED | CHAIN__DECIDING | CHAIN__FORKING | CHAIN__KIND);
    CHAIN__TRACE(chain__trace_settled(chain__tag(parent), parent, parent->code));
    chain__set_tag(parent, chain__tag(parent) + CHAIN__GENERATION);
}

/* The last branch to end settles what the parent waits for (rules 44, 55, S3). */
static void branch_counted(struct chain_op *parent, struct chain_loop *loop)
{
    bool queued = (parent->flags & CHAIN__DECIDING) != 0;

    CHAIN__CHECK(parent->branches != 0);
    if (--parent->branches != 0)
        return;
    complete(parent);
    if (!queued)
        chain__ready(loop, chain__strand_of(parent));
}

bool chain__join_decided(struct chain_strand *strand, struct chain_loop *loop)
{
    struct chain_op *op = &strand->op;

    op->flags &= (uint8_t)~CHAIN__FORKING;
    if (op->branches != 1)
        return chain__decide(strand, loop);
    op->branches = 0;
    complete(op);
    return true;
}

/* The guard in `branches` keeps the strand out of the queue while its branches are being asked. */
bool chain__decide(struct chain_strand *strand, struct chain_loop *loop)
{
    struct chain_op *op = &strand->op;

    if ((op->flags & CHAIN__DECIDING) != 0) {
        op->flags &= (uint8_t)~CHAIN__DECIDING;
        op->branches++;
    }
    chain__ask_strand(strand, loop);
    if (--op->branches != 0)
        return false;
    complete(op);
    return true;
}

void chain__branch_jumped(struct chain_strand *parent, struct chain_strand *branch,
                          struct chain_loop *loop)
{
    decide(&parent->op, &branch->op, 0, NULL, loop);
}

void chain__branch_settled(struct chain_op *op)
{
    struct chain_op *parent = chain__parent_of(op);
    struct chain_loop *loop = chain__loop_of_tag(chain__tag(op));

    if (loop == NULL)
        return;
    if (op->code > 0)
        chain__originates(op, chain__site_of(op));
    if (op->code != 0 || (parent->flags & CHAIN__BY_VALUE) != 0) /* else it decides nothing */
        branch_outcome(parent, op, chain__failure(op), loop);
    branch_counted(parent, loop);
}

void chain__branch_ended(struct chain_strand *parent, struct chain_strand *branch,
                         struct chain_loop *loop)
{
    branch->op.flags &= (uint8_t)~CHAIN__UNENDED;
    branch_outcome(&parent->op, &branch->op, chain__failure(&branch->op), loop);
    branch_counted(&parent->op, loop);
}

void chain__branch_left(struct chain_strand *parent, struct chain_strand *branch,
                        struct chain_loop *loop)
{
    branch->op.flags &= (uint8_t)~CHAIN__UNENDED;
    branch_counted(&parent->op, loop);
}

void chain__source_ended(struct chain_strand *parent, struct chain_strand *branch,
                         struct chain_loop *loop)
{
    const struct chain_failure *failure = chain__failure(&branch->op);

    if (branch->op.code > 0 && chain__undecided(parent))
        decide(&parent->op, &branch->op, branch->op.code, failure, loop);
    else
        branch_outcome(&parent->op, &branch->op, failure, loop);
    chain__branch_left(parent, branch, loop);
}

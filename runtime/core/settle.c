/* settle.c - how operations end, and what the end of a branch means to the strand that waits for it.
 *
 * The inline part, for values, is in chain_gen.h; what is here is the rare part. */
#include "core.h"

#include <errno.h>

int chain__rejection_code(int code)
{
    return code > 0 ? code : EINVAL;
}

enum chain_settled chain__late(struct chain_deferred done)
{
    chain__count_late(done.tag);
    return CHAIN_LATE;
}

/* A waiting strand's state is the step that it waits for. */
const struct chain_site *chain__site_of(struct chain_op *op)
{
    const struct chain_type *type = chain__strand_of(op)->type;

    if (type == NULL || type->sites == NULL || op->at >= type->states)
        return NULL;
    return &type->sites[op->at];
}

void chain__suppressed(struct chain_loop *loop, const struct chain_error *error)
{
    loop->suppressed++;
    if (loop->on_suppressed != NULL)
        loop->on_suppressed(loop, error);
}

/* ---- rejections ---- */

/* The outcome was decided while the operation was pending; this rejection goes nowhere else (rule 106). */
static void suppress_rejection(struct chain_op *op, struct chain_loop *loop, int code, const char *message, intptr_t info)
{
    struct chain_error error = { 0 };

    error.code = code;
    error.message = message;
    error.info = info;
    error.origin = (chain__tag(op) & CHAIN__BRANCH) != 0 ? NULL : chain__site_of(op);
    chain__suppressed(loop, &error);
}

void chain__settle_rejected(struct chain_deferred done, int code, const char *message, intptr_t info)
{
    struct chain_loop *loop = chain__loop_of_tag(done.tag);

    code = chain__rejection_code(code);
    if (done.op->code != 0 && loop != NULL)
        suppress_rejection(done.op, loop, code, message, info);
    else
        chain__raise(done.op, code, message, info);
    chain__settle(done, code);
}

enum chain_settled chain__reject(struct chain_deferred done, int code, const char *message, intptr_t info)
{
    if (chain__claim(done) == NULL)
        return chain__late(done);
    chain__settle_rejected(done, code, message, info);
    return CHAIN_OK;
}

enum chain_settled chain__cancelled(struct chain_deferred done)
{
    if (chain__claim(done) == NULL)
        return chain__late(done);
    chain__settle(done, CHAIN_CANCELLED);
    return CHAIN_OK;
}

enum chain_settled chain__shared_reject(struct chain_deferred done, int code, const char *message, intptr_t info)
{
    if (chain__shared_claim(done) == NULL)
        return chain__late(done);
    chain__settle_rejected(done, code, message, info);
    return CHAIN_OK;
}

enum chain_settled chain__shared_cancelled(struct chain_deferred done)
{
    if (chain__shared_claim(done) == NULL)
        return chain__late(done);
    chain__settle(done, CHAIN_CANCELLED);
    return CHAIN_OK;
}

/* Rule 5. Whether the operation is a posted one is not known here, so it is claimed as if it were. */
enum chain_settled chain_abandon(struct chain_deferred done)
{
    return chain__shared_reject(done, CHAIN_EABANDONED, "the deferred was given up", 0);
}

/* ---- branches ---- */

static void suppress_failure(struct chain_loop *loop, int code, const struct chain_failure *failure)
{
    struct chain_error error = { 0 };

    error.code = code;
    error.message = failure->message;
    error.info = failure->info;
    error.origin = failure->origin;
    chain__suppressed(loop, &error);
}

/* The first rejection that is processed decides; later ones are only reported (rules 46, 53). A branch that was cancelled
 * without its parent having asked for it is passed on in the same way. */
static void branch_outcome(struct chain_op *parent, int code, const struct chain_failure *failure, struct chain_loop *loop)
{
    if (code == 0)
        return;
    if (parent->code == 0) {
        parent->code = code;
        if (code > 0)
            *chain__failure(parent) = *failure;
    } else if (code > 0) {
        suppress_failure(loop, code, failure);
    }
}

/* The last branch to end settles what the parent waits for (rules 44, 55, S3). */
static void branch_counted(struct chain_op *parent, struct chain_loop *loop)
{
    CHAIN__CHECK(parent->alive != 0);
    if (--parent->alive != 0)
        return;
    chain__set_tag(parent, chain__tag(parent) + CHAIN__GENERATION);
    chain__ready(loop, chain__strand_of(parent));
}

static const struct chain_site *branch_site(struct chain_op *parent, const struct chain_op *op)
{
    const struct chain_type *type = chain__strand_of(parent)->type;
    size_t site = (size_t)op->flags | (size_t)op->alive << 8;

    if (site == 0 || type->sites == NULL || site > type->states)
        return NULL;
    return &type->sites[site - 1];
}

void chain__branch_settled(struct chain_op *op)
{
    struct chain_loop *loop = chain__loop_of_tag(chain__tag(op));
    struct chain_op *parent = (struct chain_op *)(void *)((char *)op - (size_t)op->at * 8);

    if (loop == NULL)
        return;
    if (op->code > 0)
        chain__originates(op, branch_site(parent, op));
    branch_outcome(parent, op->code, chain__failure(op), loop);
    branch_counted(parent, loop);
}

void chain__branch_ended(struct chain_strand *parent, struct chain_strand *branch, struct chain_loop *loop)
{
    branch_outcome(&parent->op, branch->op.code, chain__failure(&branch->op), loop);
    branch_counted(&parent->op, loop);
}

void chain__replaced(struct chain_loop *loop, const struct chain_kept *kept)
{
    if (kept->code > 0)
        suppress_failure(loop, kept->code, &kept->failure);
}

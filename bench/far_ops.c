/* far_ops.c - the operations of far.chain. */
#include "far.h"
#include "work.h"

/* Settled now, but the chain goes on only through the ready queue. */
void far_hop_start(struct far_hop *op, long v)
{
    far_hop_resolve_soon(far_hop_done(op), work_step(v));
}

void far_now_start(struct far_now *op, long v)
{
    far_now_resolve(far_now_done(op), work_step(v));
}

/* Settled by what the loop waits for. */
static struct far_late *first, **last = &first;

void far_late_start(struct far_late *op, long v)
{
    op->v = v;
    op->next = NULL;
    *last = op;
    last = &op->next;
}

void far_settle(void)
{
    struct far_late *op, *next;

    for (op = first, first = NULL, last = &first; op != NULL; op = next) {
        next = op->next;
        far_late_resolve(far_late_done(op), work_step(op->v));
    }
}

void far_bad_start(struct far_bad *op, long v)
{
    far_bad_reject(far_bad_done(op), EIO, "bad", v);
}

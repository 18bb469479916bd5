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

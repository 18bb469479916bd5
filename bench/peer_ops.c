/* peer_ops.c - the operations. */
#include "peer.h"
#include "work.h"

PEER void hop_start(struct op *op, long v)
{
    op->value = work_step(v);
    op->error = 0;
    queue_push(op->waiter);
}

PEER bool now_start(struct op *op, long v)
{
    op->value = work_step(v);
    op->error = 0;
    return true;
}

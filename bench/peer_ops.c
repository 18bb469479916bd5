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

PEER bool bad_start(struct op *op, long v)
{
    op->value = v;
    op->error = EIO;
    return true;
}

static struct late *late_first, **late_last = &late_first;

PEER void late_start(struct late *late, long v)
{
    late->value = v;
    late->next = NULL;
    *late_last = late;
    late_last = &late->next;
}

PEER bool late_settle(void)
{
    struct late *late = late_first, *next;
    bool any = late != NULL;

    late_first = NULL;
    late_last = &late_first;
    for (; late != NULL; late = next) {
        next = late->next;
        late->value = work_step(late->value);
        late->error = 0;
        if (--late->joiner->pending == 0)
            queue_push(&late->joiner->machine.task);
    }
    return any;
}

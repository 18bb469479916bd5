/* peer_queue.c - the tasks that are ready. */
#include "peer.h"

static struct task *first, **last = &first;

PEER void queue_push(struct task *task)
{
    task->next = NULL;
    *last = task;
    last = &task->next;
}

PEER struct task *queue_pop(void)
{
    struct task *task = first;

    if (task != NULL) {
        first = task->next;
        if (first == NULL)
            last = &first;
    }
    return task;
}

/* peer.c - the machines. Compiled twice: as it is, and with PEER_NEAR. */
#include "peer.h"
#include "work.h"

#ifdef PEER_NEAR
#include "peer_queue.c"
#include "peer_ops.c"
#define RUN(name) name##_peer_near
#else
#define RUN(name) name##_peer_far
#endif

static void hop5_resume(struct task *task)
{
    struct machine *m = machine_of(task);

    switch (m->state) {
    case 0:
        m->state = 1;
        hop_start(&m->op, m->op.value);
        return;
    case 1:
        if (m->op.error != 0)
            break;
        m->state = 2;
        hop_start(&m->op, m->op.value);
        return;
    case 2:
        if (m->op.error != 0)
            break;
        m->state = 3;
        hop_start(&m->op, m->op.value);
        return;
    case 3:
        if (m->op.error != 0)
            break;
        m->state = 4;
        hop_start(&m->op, m->op.value);
        return;
    case 4:
        if (m->op.error != 0)
            break;
        m->state = 5;
        hop_start(&m->op, m->op.value);
        return;
    }
    m->ended(m);
}

static void hop10_resume(struct task *task)
{
    struct machine *m = machine_of(task);

    switch (m->state) {
    case 0:
        m->state = 1;
        hop_start(&m->op, m->op.value);
        return;
    case 1:
        if (m->op.error != 0)
            break;
        m->state = 2;
        hop_start(&m->op, m->op.value);
        return;
    case 2:
        if (m->op.error != 0)
            break;
        m->state = 3;
        hop_start(&m->op, m->op.value);
        return;
    case 3:
        if (m->op.error != 0)
            break;
        m->state = 4;
        hop_start(&m->op, m->op.value);
        return;
    case 4:
        if (m->op.error != 0)
            break;
        m->state = 5;
        hop_start(&m->op, m->op.value);
        return;
    case 5:
        if (m->op.error != 0)
            break;
        m->state = 6;
        hop_start(&m->op, m->op.value);
        return;
    case 6:
        if (m->op.error != 0)
            break;
        m->state = 7;
        hop_start(&m->op, m->op.value);
        return;
    case 7:
        if (m->op.error != 0)
            break;
        m->state = 8;
        hop_start(&m->op, m->op.value);
        return;
    case 8:
        if (m->op.error != 0)
            break;
        m->state = 9;
        hop_start(&m->op, m->op.value);
        return;
    case 9:
        if (m->op.error != 0)
            break;
        m->state = 10;
        hop_start(&m->op, m->op.value);
        return;
    }
    m->ended(m);
}

static void now5_resume(struct task *task)
{
    struct machine *m = machine_of(task);

    switch (m->state) {
    case 0:
        m->state = 1;
        if (!now_start(&m->op, m->op.value))
            return;
        /* fall through */
    case 1:
        if (m->op.error != 0)
            break;
        m->state = 2;
        if (!now_start(&m->op, m->op.value))
            return;
        /* fall through */
    case 2:
        if (m->op.error != 0)
            break;
        m->state = 3;
        if (!now_start(&m->op, m->op.value))
            return;
        /* fall through */
    case 3:
        if (m->op.error != 0)
            break;
        m->state = 4;
        if (!now_start(&m->op, m->op.value))
            return;
        /* fall through */
    case 4:
        if (m->op.error != 0)
            break;
        m->state = 5;
        if (!now_start(&m->op, m->op.value))
            return;
    }
    m->ended(m);
}

static void now10_resume(struct task *task)
{
    struct machine *m = machine_of(task);

    switch (m->state) {
    case 0:
        m->state = 1;
        if (!now_start(&m->op, m->op.value))
            return;
        /* fall through */
    case 1:
        if (m->op.error != 0)
            break;
        m->state = 2;
        if (!now_start(&m->op, m->op.value))
            return;
        /* fall through */
    case 2:
        if (m->op.error != 0)
            break;
        m->state = 3;
        if (!now_start(&m->op, m->op.value))
            return;
        /* fall through */
    case 3:
        if (m->op.error != 0)
            break;
        m->state = 4;
        if (!now_start(&m->op, m->op.value))
            return;
        /* fall through */
    case 4:
        if (m->op.error != 0)
            break;
        m->state = 5;
        if (!now_start(&m->op, m->op.value))
            return;
        /* fall through */
    case 5:
        if (m->op.error != 0)
            break;
        m->state = 6;
        if (!now_start(&m->op, m->op.value))
            return;
        /* fall through */
    case 6:
        if (m->op.error != 0)
            break;
        m->state = 7;
        if (!now_start(&m->op, m->op.value))
            return;
        /* fall through */
    case 7:
        if (m->op.error != 0)
            break;
        m->state = 8;
        if (!now_start(&m->op, m->op.value))
            return;
        /* fall through */
    case 8:
        if (m->op.error != 0)
            break;
        m->state = 9;
        if (!now_start(&m->op, m->op.value))
            return;
        /* fall through */
    case 9:
        if (m->op.error != 0)
            break;
        m->state = 10;
        if (!now_start(&m->op, m->op.value))
            return;
    }
    m->ended(m);
}

static struct work work;
static struct machine machines[WORK_K_MAX];

static void start(struct machine *machine, long v)
{
    machine->op.value = v;
    machine->state = 0;
    queue_push(&machine->task);
}

static void ended(struct machine *machine)
{
    long v;

    work_ended(&work, machine->op.error == 0 ? machine->op.value : -1);
    if (work_next(&work, &v))
        start(machine, v);
}

static unsigned long run(size_t k, size_t chains, void (*resume)(struct task *task))
{
    struct task *task;
    long v;

    work.left = chains;
    work.sum = 0;
    for (size_t i = 0; i < k && work_next(&work, &v); i++) {
        machines[i].task.resume = resume;
        machines[i].op.waiter = &machines[i].task;
        machines[i].ended = ended;
        start(&machines[i], v);
    }
    while ((task = queue_pop()) != NULL)
        task->resume(task);
    return work.sum;
}

unsigned long RUN(hop5)(size_t k, size_t chains)
{
    return run(k, chains, hop5_resume);
}

unsigned long RUN(hop10)(size_t k, size_t chains)
{
    return run(k, chains, hop10_resume);
}

unsigned long RUN(now5)(size_t k, size_t chains)
{
    return run(k, chains, now5_resume);
}

unsigned long RUN(now10)(size_t k, size_t chains)
{
    return run(k, chains, now10_resume);
}


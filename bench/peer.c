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

static void join_resume(struct task *task)
{
    struct machine *m = machine_of(task);
    struct joiner *j = (struct joiner *)(void *)m;

    switch (m->state) {
    case 0:
        m->state = 1;
        j->pending = 3;
        hop_start(&j->parts[0].op, m->op.value);
        hop_start(&j->parts[1].op, m->op.value + 1);
        hop_start(&j->parts[2].op, m->op.value + 2);
        return;
    case 1:
        m->op.error = j->parts[0].op.error | j->parts[1].op.error | j->parts[2].op.error;
        m->op.value = j->parts[0].op.value + j->parts[1].op.value + j->parts[2].op.value;
    }
    m->ended(m);
}

static void part_resume(struct task *task)
{
    struct part *part = (struct part *)(void *)task;

    if (--part->joiner->pending == 0)
        join_resume(&part->joiner->machine.task);
}

static void join_late_resume(struct task *task)
{
    struct machine *m = machine_of(task);
    struct joiner *j = (struct joiner *)(void *)m;

    switch (m->state) {
    case 0:
        m->state = 1;
        j->pending = 3;
        late_start(&j->lates[0], m->op.value);
        late_start(&j->lates[1], m->op.value + 1);
        late_start(&j->lates[2], m->op.value + 2);
        return;
    case 1:
        m->op.error = j->lates[0].error | j->lates[1].error | j->lates[2].error;
        m->op.value = j->lates[0].value + j->lates[1].value + j->lates[2].value;
    }
    m->ended(m);
}

static void error5_resume(struct task *task)
{
    struct machine *m = machine_of(task);

    switch (m->state) {
    case 0:
        m->state = 1;
        hop_start(&m->op, m->op.value);
        return;
    case 1:
        if (m->op.error != 0)
            goto caught;
        m->state = 2;
        if (!bad_start(&m->op, m->op.value))
            return;
        /* fall through */
    case 2:
        if (m->op.error != 0)
            goto caught;
        m->state = 3;
        hop_start(&m->op, m->op.value);
        return;
    case 3:
        if (m->op.error != 0)
            goto caught;
        m->state = 4;
        hop_start(&m->op, m->op.value);
        return;
    case 4:
        if (m->op.error != 0)
            goto caught;
        m->state = 5;
        hop_start(&m->op, m->op.value);
        return;
    case 5:
        if (m->op.error != 0)
            goto caught;
    }
    m->ended(m);
    return;
caught:
    m->op.value++;
    m->op.error = 0;
    m->ended(m);
}

static struct work work;
static struct machine machines[WORK_K_MAX];
static struct joiner joiners[WORK_K_MAX];

static void start(struct machine *machine, long v)
{
    machine->op.value = v;
    machine->op.error = 0;
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

static void start_first(struct machine *machine, void (*resume)(struct task *task))
{
    long v;

    machine->task.resume = resume;
    machine->op.waiter = &machine->task;
    machine->ended = ended;
    if (work_next(&work, &v))
        start(machine, v);
}

static unsigned long run(void)
{
    struct task *task;

    do
        while ((task = queue_pop()) != NULL)
            task->resume(task);
    while (late_settle());
    return work.sum;
}

static unsigned long run_machines(size_t k, size_t chains, void (*resume)(struct task *task))
{
    work.left = chains;
    work.sum = 0;
    for (size_t i = 0; i < k; i++)
        start_first(&machines[i], resume);
    return run();
}

static unsigned long run_joiners(size_t k, size_t chains, void (*resume)(struct task *task))
{
    work.left = chains;
    work.sum = 0;
    for (size_t i = 0; i < k; i++) {
        for (size_t n = 0; n < 3 && resume == join_resume; n++) {
            joiners[i].parts[n].task.resume = part_resume;
            joiners[i].parts[n].op.waiter = &joiners[i].parts[n].task;
            joiners[i].parts[n].joiner = &joiners[i];
        }
        for (size_t n = 0; n < 3 && resume == join_late_resume; n++)
            joiners[i].lates[n].joiner = &joiners[i];
        start_first(&joiners[i].machine, resume);
    }
    return run();
}

unsigned long RUN(hop5)(size_t k, size_t chains)
{
    return run_machines(k, chains, hop5_resume);
}

unsigned long RUN(hop10)(size_t k, size_t chains)
{
    return run_machines(k, chains, hop10_resume);
}

unsigned long RUN(now5)(size_t k, size_t chains)
{
    return run_machines(k, chains, now5_resume);
}

unsigned long RUN(now10)(size_t k, size_t chains)
{
    return run_machines(k, chains, now10_resume);
}

unsigned long RUN(join)(size_t k, size_t chains)
{
    return run_joiners(k, chains, join_resume);
}

unsigned long RUN(join_late)(size_t k, size_t chains)
{
    return run_joiners(k, chains, join_late_resume);
}

unsigned long RUN(error5)(size_t k, size_t chains)
{
    return run_machines(k, chains, error5_resume);
}

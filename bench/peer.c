/* peer.c - the machines. Compiled twice: as it is, and with PEER_NEAR. */
#include "peer.h"
#include "work.h"

#ifdef PEER_NEAR
/* The operations need the queue. */
/* clang-format off */
#include "peer_queue.c"
#include "peer_ops.c"
/* clang-format on */
#define RUN(name) name##_peer_near
#else
#define RUN(name) name##_peer_far
#endif

/* A step of five or ten that are alike, as one would write it by hand: the
 * outcome of the one before, the state, the start. */
#define HOP(n)                          \
    case n:                             \
        if (n != 0 && m->op.error != 0) \
            break;                      \
        m->state = n + 1;               \
        hop_start(&m->op, m->op.value); \
        return;

/* The same with an operation that may have settled already: then the next step follows at once. */
#define NOW(n)                               \
    case n:                                  \
        if (n != 0 && m->op.error != 0)      \
            break;                           \
        m->state = n + 1;                    \
        if (!now_start(&m->op, m->op.value)) \
            return;                          \
        __attribute__((fallthrough));

static void hop5_resume(struct task *task)
{
    struct machine *m = machine_of(task);

    switch (m->state) {
        HOP(0) HOP(1) HOP(2) HOP(3) HOP(4)
    }
    m->ended(m);
}

static void hop10_resume(struct task *task)
{
    struct machine *m = machine_of(task);

    switch (m->state) {
        HOP(0) HOP(1) HOP(2) HOP(3) HOP(4) HOP(5) HOP(6) HOP(7) HOP(8) HOP(9)
    }
    m->ended(m);
}

static void now5_resume(struct task *task)
{
    struct machine *m = machine_of(task);

    switch (m->state) {
        NOW(0) NOW(1) NOW(2) NOW(3) NOW(4) default:;
    }
    m->ended(m);
}

static void now10_resume(struct task *task)
{
    struct machine *m = machine_of(task);

    switch (m->state) {
        NOW(0) NOW(1) NOW(2) NOW(3) NOW(4) NOW(5) NOW(6) NOW(7) NOW(8) NOW(9) default:;
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

#define MACHINES(name)                                 \
    unsigned long RUN(name)(size_t k, size_t chains)   \
    {                                                  \
        return run_machines(k, chains, name##_resume); \
    }
#define JOINERS(name)                                 \
    unsigned long RUN(name)(size_t k, size_t chains)  \
    {                                                 \
        return run_joiners(k, chains, name##_resume); \
    }

MACHINES(hop5)
MACHINES(hop10)
MACHINES(now5)
MACHINES(now10)
MACHINES(error5)
JOINERS(join)
JOINERS(join_late)

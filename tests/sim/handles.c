#include "handles.h"

#include <chain_sim.h>

#include <errno.h>

#define MS INT64_C(1000000)

CHAIN_SIM_OPERATION(hop, (int)value, EIO)
CHAIN_SIM_OPERATION(knock, (int)value, EIO)

void hop_start(struct hop *op, int v)
{
    (void)v;
    chain_sim_start(op, &hop_operation);
}

void hop_cancel(struct hop *op)
{
    chain_sim_cancel(op);
}

void knock_start(struct knock *op, int v)
{
    (void)v;
    chain_sim_start(op, &knock_operation);
}

static void show(void *data, const char *line)
{
    (void)data;
    printf("%s\n", line);
}

static void look(struct chain_timer *timer, struct chain_loop *loop)
{
    (void)timer;
    chain_loop_dump(loop, show, NULL);
}

int main(void)
{
    static struct room u;
    static struct chain_timer timer = { .fire = look };
    struct chain_sim_options options = { .trace = stdout };
    struct chain_sim_plan soon = { .value = 1, .after = 1 * MS },
                          later = { .value = 2, .after = 4 * MS };
    struct chain_sim *sim;

    if (chain_sim_open(&sim, &options) != 0)
        return 2;
    for (unsigned i = 1; i < 9; i++) {
        chain_sim_script(sim, "hop", i, &later);
        chain_sim_script(sim, "knock", i, &soon);
    }
    chain_timer_arm(chain_sim_loop(sim), &timer,
                    chain_loop_deadline(chain_sim_loop(sim), 4 * MS + MS / 2));
    room_run(&u, chain_sim_loop(sim), 3);
    chain_sim_run(sim);
    return chain_sim_close(sim, NULL) ? 0 : 1;
}

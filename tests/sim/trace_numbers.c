/* Runs owner() around the number 2^32 and compares. */
#include "trace_numbers.h"

#include <chain_sim.h>
#include <stdio.h>

static uint64_t begun[64];
static unsigned begins, ends, cancels, wrong;

static bool has_begun(uint64_t number)
{
    for (unsigned i = 0; i < begins; i++)
        if (begun[i] == number)
            return true;
    return false;
}

static void look(struct chain_loop *loop, const struct chain_event *event)
{
    (void)loop;
    if (event->kind == CHAIN_EVENT_RUN || event->kind == CHAIN_EVENT_SPAWN)
        begun[begins++ % 64] = event->number;
    if (event->kind == CHAIN_EVENT_DONE) {
        ends++;
        wrong += !has_begun(event->number);
    }
    if (event->kind == CHAIN_EVENT_CANCEL && has_begun(event->number))
        cancels++;
}

int main(void)
{
    static struct owner u;
    struct chain_sim *sim;
    struct chain_loop *loop;

    if (!chain_is_traced() || chain_sim_open(&sim, NULL) != 0)
        return 2;
    loop = chain_sim_loop(sim);
    loop->on_trace = look;
    for (uint64_t below = 0; below < 8; below++) {
        begins = 0;
        loop->numbers = loop->no_number + UINT32_MAX - below;
        owner_run(&u, loop);
        if (below % 2 == 1) {
            chain_loop_turn(loop, false);
            owner_cancel(&u);
        }
        chain_sim_run(sim);
        chain_outcome(&u.root);
    }
    printf("%u ends, %u with another number; %u cancels of chains\n", ends, wrong, cancels);
    return !chain_sim_close(sim, NULL);
}

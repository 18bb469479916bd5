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

/* A chain begins at the number after `numbers`, and so many more are given while it lives. */
static void run(struct chain_sim *sim, uint64_t numbers, uint64_t more, bool cancelled)
{
    static struct owner u;
    struct chain_loop *loop = chain_sim_loop(sim);

    begins = 0;
    loop->numbers = numbers;
    owner_run(&u, loop);
    chain_loop_turn(loop, false);
    loop->numbers += more;
    if (cancelled)
        owner_cancel(&u);
    chain_sim_run(sim);
    chain_root_outcome(&u.root);
}

/* Numbers have 47 bits, then they begin again. */
int main(void)
{
    static const uint64_t limits[] = { UINT32_MAX, UINT64_C(1) << 33, UINT64_C(1) << 46,
                                       UINT64_C(1) << 47, UINT64_C(1) << 48 };
    static const uint64_t lives[] = { 0, UINT32_MAX, UINT64_C(1) << 32, UINT64_C(5) << 40 };
    struct chain_sim *sim;

    if (!chain_trace_is_linked() || chain_sim_open(&sim, NULL) != 0)
        return 2;
    chain_sim_loop(sim)->on_trace = look;
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        for (size_t k = 0; k < sizeof lives / sizeof *lives; k++)
            for (uint64_t below = 0; below < 8; below++)
                run(sim, limits[i] - below, lives[k], below % 2 == 1);
    printf("%u ends, %u with another number; %u cancels of chains\n", ends, wrong, cancels);
    return !chain_sim_close(sim, NULL);
}

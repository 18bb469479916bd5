/* superloop.c - chains in a program that is one endless loop and polls
 * everything: no interrupts, no system, no heap, no C library. The loop gets a
 * turn that never blocks each time round. */
#include "crossing.h"

static uint64_t clock_ns;
static bool waiting;
static pressed_deferred button;

/* ---- the port ------------------------------------------------------------ */

static uint64_t now(struct chain_loop *loop)
{
    (void)loop;
    return clock_ns;
}

/* Nothing to wait for: the superloop comes round by itself. */
static void wait(struct chain_loop *loop, uint64_t deadline)
{
    (void)loop;
    (void)deadline;
}

static const struct chain_port port = { .now = now, .wait = wait };

#if CHAIN_CRITICAL /* the processor has no atomic instructions, but nothing here interrupts anything */
uintptr_t chain_port_enter(void)
{
    return 0;
}

void chain_port_leave(uintptr_t state)
{
    (void)state;
}
#endif

/* ---- the operation ------------------------------------------------------- */

void pressed_start(struct pressed *op)
{
    button = pressed_done(op);
    waiting = true;
}

void pressed_cancel(struct pressed *op)
{
    waiting = false;
    pressed_cancelled(pressed_done(op));
}

static void poll_button(void)
{
    if (waiting && button_is_down()) {
        waiting = false;
        pressed_resolve(button);
    }
}

/* ---- the program --------------------------------------------------------- */

int superloop(void)
{
    static struct chain_loop loop;
    static struct crossing crossing;

    if (chain_loop_init(&loop, &port) != 0)
        return 1;
    crossing_run(&crossing, &loop, 3);
    for (;;) {
        clock_ns = (uint64_t)clock_ms() * 1000000;
        poll_button();
        chain_loop_turn(&loop, false);
        /* a real one would not end */
        if (chain_root_outcome(&crossing.root) != CHAIN_OUTCOME_PENDING)
            return (int)chain_loop_fini(&loop);
    }
}

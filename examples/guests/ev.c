/* ev.c - a program with libev that runs chains. */
#include "guest_ops.h"

#include <chain_ev.h>

#include <stdio.h>

static struct ev_loop *host;
static ev_timer ticker;
static int status;

static void on_tick(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)timer;
    (void)events;
    guest_tick();
}

static void on_end(int wrong)
{
    status = wrong;
    ev_timer_stop(host, &ticker); /* nothing else keeps ev_run() */
}

int main(void)
{
    static struct chain_ev guest;
    struct chain_reactor *reactor;

    host = ev_default_loop(0);
    ev_timer_init(&ticker, on_tick, .001, .001);
    ev_timer_start(host, &ticker);
    if (chain_reactor_open(&reactor) != 0) {
        fputs("cannot open the reactor\n", stderr);
        return 1;
    }
    chain_ev_start(&guest, host, reactor);
    if (guest_begin(chain_reactor_loop(reactor), on_end) != 0)
        return 1;
    ev_run(host, 0);
    chain_ev_stop(&guest);
    if (chain_reactor_close(reactor) != 0)
        status = 1;
    ev_loop_destroy(host);
    return status;
}

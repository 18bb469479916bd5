/* libevent.c - a program with libevent that runs chains. libevent calls nothing
 * before it waits: so what the host does with chains is followed by
 * chain_libevent_update(). With chain_libevent_dispatch(), instead of
 * event_base_dispatch(), it is not needed. */
#include "guest_ops.h"

#include <chain_libevent.h>

#include <stdio.h>

static struct chain_libevent guest;
static struct event *ticker;
static int status;

static void on_tick(evutil_socket_t fd, short what, void *unused)
{
    (void)fd;
    (void)what;
    (void)unused;
    guest_tick();
    chain_libevent_update(&guest);
}

static void on_end(int wrong)
{
    status = wrong;
    event_del(ticker); /* nothing else keeps event_base_dispatch() */
}

int main(void)
{
    const struct timeval millisecond = { 0, 1000 };
    struct event_base *host = event_base_new();
    struct chain_reactor *reactor;

    ticker = event_new(host, -1, EV_PERSIST, on_tick, NULL);
    event_add(ticker, &millisecond);
    if (chain_reactor_open(&reactor) != 0 || chain_libevent_start(&guest, host, reactor) != 0) {
        fputs("cannot open the reactor\n", stderr);
        return 1;
    }
    if (guest_begin(chain_reactor_loop(reactor), on_end) != 0)
        return 1;
    chain_libevent_update(&guest);
    event_base_dispatch(host);
    chain_libevent_stop(&guest);
    if (chain_reactor_close(reactor) != 0)
        status = 1;
    event_free(ticker);
    event_base_free(host);
    libevent_global_shutdown();
    return status;
}

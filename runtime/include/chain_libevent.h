/* chain_libevent.h - chains in a program whose loop is libevent's. (A
 * `chain_event` is an event of the trace.)
 *
 * A struct chain_libevent runs the chains of a reactor in an event_base. As long
 * as anything is left on the reactor's loop, event_base_dispatch() goes on, as
 * for an event. Everything is called on the thread of the base, and nothing
 * inside a turn of the chains. examples/guests/libevent.c is a program. */
#ifndef CHAIN_LIBEVENT_H
#define CHAIN_LIBEVENT_H

#include <event2/event.h>

#include "chain_reactor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Belongs to the caller, and must not move until chain_libevent_stop(). */
struct chain_libevent {
    struct event *ready, *due;
    struct event_base *host;
    struct chain_reactor *reactor;
};

/* libevent calls nothing before it waits. So whenever C code outside of the
 * chains has run or cancelled a chain, settled an operation or armed a timer, it
 * calls this afterwards; or the program uses chain_libevent_dispatch(). Returns
 * 0, or -1 if libevent has no memory. */
static inline int chain_libevent_update(struct chain_libevent *guest)
{
    bool left;
    int64_t pause = chain_reactor_prepare(guest->reactor, &left);
    struct timeval time;
    int failed = left ? event_add(guest->ready, NULL) : event_del(guest->ready);

    if (pause < 0)
        return failed | evtimer_del(guest->due);
    time.tv_sec = (time_t)(pause / 1000000000);
    time.tv_usec = (suseconds_t)(pause % 1000000000 / 1000);
    return failed | evtimer_add(guest->due, &time);
}

static inline void chain_libevent__turn(evutil_socket_t fd, short what, void *data)
{
    struct chain_libevent *guest = (struct chain_libevent *)data;

    (void)fd;
    (void)what;
    chain_loop_turn(chain_reactor_loop(guest->reactor), false);
    (void)chain_libevent_update(guest);
}

/* Ends what chain_libevent_start() has begun. The reactor is left open. */
static inline void chain_libevent_stop(struct chain_libevent *guest)
{
    if (guest->ready != NULL)
        event_free(guest->ready);
    if (guest->due != NULL)
        event_free(guest->due);
    guest->ready = guest->due = NULL;
}

/* Returns 0, or -1 if libevent has no memory; then nothing was started. */
static inline int chain_libevent_start(struct chain_libevent *guest, struct event_base *host,
                                       struct chain_reactor *reactor)
{
    guest->host = host;
    guest->reactor = reactor;
    guest->ready = event_new(host, chain_reactor_fd(reactor), EV_READ | EV_PERSIST,
                             chain_libevent__turn, guest);
    guest->due = evtimer_new(host, chain_libevent__turn, guest);
    if (guest->ready != NULL && guest->due != NULL && chain_libevent_update(guest) == 0)
        return 0;
    chain_libevent_stop(guest);
    return -1;
}

/* event_base_dispatch() with chain_libevent_update() before each wait. Returns 0
 * after event_base_loopexit() or event_base_loopbreak(), 1 if nothing is left to
 * do, -1 after an error. */
static inline int chain_libevent_dispatch(struct chain_libevent *guest)
{
    int result;

    do {
        result = chain_libevent_update(guest) != 0 ? -1 : event_base_loop(guest->host, EVLOOP_ONCE);
    } while (result == 0 && !event_base_got_exit(guest->host)
             && !event_base_got_break(guest->host));
    return result;
}

#ifdef __cplusplus
}
#endif

#endif

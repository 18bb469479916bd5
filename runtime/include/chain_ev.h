/* chain_ev.h - chains in a program whose loop is libev's.
 *
 * A struct chain_ev runs the chains of a reactor inside ev_run(). As long as
 * anything is left on the reactor's loop, ev_run() goes on, as for a watcher.
 * Everything is called on the thread of the struct ev_loop, and nothing inside
 * a turn of the chains. examples/guests/ev.c is a program. */
#ifndef CHAIN_EV_H
#define CHAIN_EV_H

#include <ev.h>

#include "chain_reactor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Belongs to the caller, and must not move until chain_ev_stop(). */
struct chain_ev {
    ev_io ready;
    ev_prepare prepare;
    ev_timer due;
    struct ev_loop *host;
    struct chain_reactor *reactor;
    bool keeps; /* `ready` counts as a reason for ev_run() to go on */
};

static inline void chain_ev__turn(struct chain_ev *guest)
{
    chain_loop_turn(chain_reactor_loop(guest->reactor), false);
}

static inline void chain_ev__on_ready(struct ev_loop *host, ev_io *ready, int events)
{
    (void)host;
    (void)events;
    chain_ev__turn((struct chain_ev *)ready->data);
}

static inline void chain_ev__on_due(struct ev_loop *host, ev_timer *due, int events)
{
    (void)host;
    (void)events;
    chain_ev__turn((struct chain_ev *)due->data);
}

static inline void chain_ev__keep(struct chain_ev *guest, bool keeps)
{
    if (keeps && !guest->keeps)
        ev_ref(guest->host);
    else if (!keeps && guest->keeps)
        ev_unref(guest->host);
    guest->keeps = keeps;
}

/* ev_run() calls it before each wait. Call it yourself if C code has run a
 * chain since ev_run() has returned, before you call ev_run() again. */
static inline void chain_ev_update(struct chain_ev *guest)
{
    bool left;
    int64_t pause = chain_reactor_prepare(guest->reactor, &left);

    chain_ev__keep(guest, left);
    ev_timer_stop(guest->host, &guest->due);
    if (pause < 0)
        return;
    if (pause > 0)
        ev_now_update(guest->host); /* which a timer of libev counts from */
    ev_timer_set(&guest->due, (double)pause / 1e9, 0.);
    ev_timer_start(guest->host, &guest->due);
}

static inline void chain_ev__on_prepare(struct ev_loop *host, ev_prepare *prepare, int events)
{
    (void)host;
    (void)events;
    chain_ev_update((struct chain_ev *)prepare->data);
}

static inline void chain_ev_start(struct chain_ev *guest, struct ev_loop *host,
                                  struct chain_reactor *reactor)
{
    ev_io_init(&guest->ready, chain_ev__on_ready, chain_reactor_fd(reactor), EV_READ);
    ev_prepare_init(&guest->prepare, chain_ev__on_prepare);
    ev_timer_init(&guest->due, chain_ev__on_due, 0., 0.);
    guest->ready.data = guest->prepare.data = guest->due.data = guest;
    guest->host = host;
    guest->reactor = reactor;
    guest->keeps = true;
    ev_io_start(host, &guest->ready);
    ev_prepare_start(host, &guest->prepare);
    ev_unref(host); /* for `prepare` */
}

/* No turn is run any more. The reactor is left open. */
static inline void chain_ev_stop(struct chain_ev *guest)
{
    chain_ev__keep(guest, true);
    ev_ref(guest->host);
    ev_timer_stop(guest->host, &guest->due);
    ev_prepare_stop(guest->host, &guest->prepare);
    ev_io_stop(guest->host, &guest->ready);
}

#ifdef __cplusplus
}
#endif

#endif

/* chain_uv.h - chains in a program whose loop is libuv's.
 *
 * A struct chain_uv runs the chains of a reactor inside uv_run(). As long as
 * anything is left on the reactor's loop, uv_run() goes on, as for a handle.
 * Everything is called on the thread of the uv_loop_t, and nothing inside a
 * turn of the chains. examples/guests/uv.c is a program. */
#ifndef CHAIN_UV_H
#define CHAIN_UV_H

#include <uv.h>

#include "chain_reactor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Belongs to the caller, and must not move until it is closed. */
struct chain_uv {
    uv_poll_t ready;
    uv_prepare_t prepare;
    uv_timer_t due;
    struct chain_reactor *reactor;
    int open; /* handles that are not closed yet */
    void (*closed)(struct chain_uv *guest);
};

static inline void chain_uv__turn(struct chain_uv *guest)
{
    chain_loop_turn(chain_reactor_loop(guest->reactor), false);
}

static inline void chain_uv__on_ready(uv_poll_t *ready, int status, int events)
{
    (void)status;
    (void)events;
    chain_uv__turn((struct chain_uv *)ready->data);
}

static inline void chain_uv__on_due(uv_timer_t *due)
{
    chain_uv__turn((struct chain_uv *)due->data);
}

/* uv_run() calls it before each wait. Call it yourself if C code has run a
 * chain since uv_run() has returned, before you call uv_run() again. */
static inline void chain_uv_update(struct chain_uv *guest)
{
    bool left;
    int64_t pause = chain_reactor_prepare(guest->reactor, &left);

    if (left)
        uv_ref((uv_handle_t *)&guest->ready);
    else
        uv_unref((uv_handle_t *)&guest->ready);
    if (pause < 0) {
        uv_timer_stop(&guest->due);
        return;
    }
    uv_update_time(guest->due.loop); /* which a timer of libuv counts from */
    uv_timer_start(&guest->due, chain_uv__on_due,
                   (uint64_t)(pause / 1000000 + (pause % 1000000 != 0)), 0);
}

static inline void chain_uv__on_prepare(uv_prepare_t *prepare)
{
    chain_uv_update((struct chain_uv *)prepare->data);
}

/* Returns 0, or an error of libuv; then nothing was started. */
static inline int chain_uv_start(struct chain_uv *guest, uv_loop_t *host,
                                 struct chain_reactor *reactor)
{
    int code = uv_poll_init(host, &guest->ready, chain_reactor_fd(reactor));

    if (code != 0)
        return code;
    uv_prepare_init(host, &guest->prepare);
    uv_timer_init(host, &guest->due);
    guest->ready.data = guest->prepare.data = guest->due.data = guest;
    guest->reactor = reactor;
    guest->open = 3;
    uv_unref((uv_handle_t *)&guest->prepare);
    uv_poll_start(&guest->ready, UV_READABLE, chain_uv__on_ready);
    uv_prepare_start(&guest->prepare, chain_uv__on_prepare);
    return 0;
}

static inline void chain_uv__on_close(uv_handle_t *handle)
{
    struct chain_uv *guest = (struct chain_uv *)handle->data;

    if (--guest->open == 0 && guest->closed != NULL)
        guest->closed(guest);
}

/* No turn is run any more. uv_run() has to run once more; then it calls
 * `closed`, which may be NULL, and `guest` is free. The reactor is left open. */
static inline void chain_uv_stop(struct chain_uv *guest, void (*closed)(struct chain_uv *guest))
{
    guest->closed = closed;
    uv_close((uv_handle_t *)&guest->ready, chain_uv__on_close);
    uv_close((uv_handle_t *)&guest->prepare, chain_uv__on_close);
    uv_close((uv_handle_t *)&guest->due, chain_uv__on_close);
}

#ifdef __cplusplus
}
#endif

#endif

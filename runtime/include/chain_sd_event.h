/* chain_sd_event.h - chains in a program whose loop is sd-event's, of
 * libsystemd.
 *
 * A struct chain_sd_event runs the chains of a reactor inside sd_event_loop().
 * Everything is called on the thread of the sd_event.
 * examples/guests/sd_event.c is a program. */
#ifndef CHAIN_SD_EVENT_H
#define CHAIN_SD_EVENT_H

#include <sys/epoll.h>
#include <systemd/sd-event.h>
#include <time.h>

#include "chain_reactor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Belongs to the caller, and must not move until chain_sd_event_stop(). */
struct chain_sd_event {
    sd_event_source *ready, *due, *at_once;
    struct chain_reactor *reactor;
    uint64_t time; /* of `due`, in us */
};

static inline int chain_sd_event__turn(struct chain_sd_event *guest)
{
    chain_loop_turn(chain_reactor_loop(guest->reactor), false);
    return 0;
}

static inline int chain_sd_event__on_ready(sd_event_source *source, int fd, uint32_t events,
                                           void *guest)
{
    (void)source;
    (void)fd;
    (void)events;
    return chain_sd_event__turn((struct chain_sd_event *)guest);
}

static inline int chain_sd_event__on_due(sd_event_source *source, uint64_t time, void *guest)
{
    (void)source;
    (void)time;
    return chain_sd_event__turn((struct chain_sd_event *)guest);
}

static inline int chain_sd_event__at_once(sd_event_source *source, void *guest)
{
    (void)source;
    return chain_sd_event__turn((struct chain_sd_event *)guest);
}

/* A time that is nearly the same stays as it is, which saves a system call. */
static inline int chain_sd_event__set_due(struct chain_sd_event *guest, int64_t pause)
{
    struct timespec now;
    uint64_t time;

    clock_gettime(CLOCK_MONOTONIC, &now);
    time =
        (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000 + (uint64_t)pause / 1000 + 1;
    if (time - guest->time > 100) {
        guest->time = time;
        (void)sd_event_source_set_time(guest->due, time);
    }
    return sd_event_source_set_enabled(guest->due, SD_EVENT_ONESHOT);
}

static inline int chain_sd_event__prepare(sd_event_source *source, void *data)
{
    struct chain_sd_event *guest = (struct chain_sd_event *)data;
    int64_t pause = chain_reactor_prepare(guest->reactor, NULL);

    (void)source;
    (void)sd_event_source_set_enabled(guest->at_once, pause == 0 ? SD_EVENT_ONESHOT : SD_EVENT_OFF);
    return pause > 0 ? chain_sd_event__set_due(guest, pause)
                     : sd_event_source_set_enabled(guest->due, SD_EVENT_OFF);
}

/* No turn is run any more. The reactor is left open. */
static inline void chain_sd_event_stop(struct chain_sd_event *guest)
{
    guest->ready = sd_event_source_disable_unref(guest->ready);
    guest->due = sd_event_source_disable_unref(guest->due);
    guest->at_once = sd_event_source_disable_unref(guest->at_once);
}

/* Returns 0, or a negative errno value; then nothing was started. */
static inline int chain_sd_event_start(struct chain_sd_event *guest, sd_event *host,
                                       struct chain_reactor *reactor)
{
    int code;

    guest->ready = guest->due = guest->at_once = NULL;
    guest->reactor = reactor;
    guest->time = 0;
    code = sd_event_add_io(host, &guest->ready, chain_reactor_fd(reactor), EPOLLIN,
                           chain_sd_event__on_ready, guest);
    if (code >= 0)
        code = sd_event_add_time(host, &guest->due, CLOCK_MONOTONIC, UINT64_MAX, 1,
                                 chain_sd_event__on_due, guest);
    if (code >= 0)
        code = sd_event_add_defer(host, &guest->at_once, chain_sd_event__at_once, guest);
    if (code >= 0)
        code = sd_event_source_set_prepare(guest->ready, chain_sd_event__prepare);
    if (code < 0)
        chain_sd_event_stop(guest);
    return code < 0 ? code : 0;
}

#ifdef __cplusplus
}
#endif

#endif

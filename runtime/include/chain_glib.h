/* chain_glib.h - chains in a program whose loop is GLib's, such as one with
 * GTK.
 *
 * chain_glib_source_new() makes a GSource that runs the chains of a reactor in
 * the GMainContext to which it is attached. Everything is called on the thread
 * of that context. examples/guests/glib.c is a program. */
#ifndef CHAIN_GLIB_H
#define CHAIN_GLIB_H

#include <glib-unix.h>

#include "chain_reactor.h"

#ifdef __cplusplus
extern "C" {
#endif

struct chain_glib__source {
    GSource base; /* first */
    gpointer ready;
    struct chain_reactor *reactor;
};

static inline struct chain_glib__source *chain_glib__of(GSource *source)
{
    return (struct chain_glib__source *)(void *)source;
}

static inline gboolean chain_glib__prepare(GSource *source, gint *timeout)
{
    int64_t pause = chain_reactor_prepare(chain_glib__of(source)->reactor, NULL);
    int64_t ms = pause / 1000000 + (pause % 1000000 != 0);

    *timeout = pause < 0 ? -1 : ms > G_MAXINT ? G_MAXINT : (gint)ms;
    return pause == 0;
}

static inline gboolean chain_glib__check(GSource *source)
{
    struct chain_glib__source *guest = chain_glib__of(source);

    return g_source_query_unix_fd(source, guest->ready) != 0
           || chain_reactor_prepare(guest->reactor, NULL) == 0;
}

static inline gboolean chain_glib__dispatch(GSource *source, GSourceFunc unused, gpointer data)
{
    (void)unused;
    (void)data;
    chain_loop_turn(chain_reactor_loop(chain_glib__of(source)->reactor), false);
    return G_SOURCE_CONTINUE;
}

/* Returns a source to be attached with g_source_attach(); the caller owns the
 * reference, and destroys the source before the reactor is closed. A context
 * that is iterated inside a turn does not run another one. */
static inline GSource *chain_glib_source_new(struct chain_reactor *reactor)
{
    static GSourceFuncs functions = {
        chain_glib__prepare, chain_glib__check, chain_glib__dispatch, NULL, NULL, NULL
    };
    GSource *source = g_source_new(&functions, sizeof(struct chain_glib__source));

    chain_glib__of(source)->reactor = reactor;
    chain_glib__of(source)->ready =
        g_source_add_unix_fd(source, chain_reactor_fd(reactor), G_IO_IN);
    g_source_set_static_name(source, "chains");
    return source;
}

#ifdef __cplusplus
}
#endif

#endif

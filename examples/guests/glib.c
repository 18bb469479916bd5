/* glib.c - a program with GLib that runs chains. */
#include "guest_ops.h"

#include <chain_glib.h>

#include <stdio.h>

static GMainLoop *host;
static int status;

static gboolean on_tick(gpointer unused)
{
    (void)unused;
    guest_tick();
    return G_SOURCE_CONTINUE;
}

static void on_end(int wrong)
{
    status = wrong;
    g_main_loop_quit(host);
}

int main(void)
{
    struct chain_reactor *reactor;
    GSource *chains;
    guint ticker = g_timeout_add(1, on_tick, NULL);

    host = g_main_loop_new(NULL, FALSE);
    if (chain_reactor_open(&reactor) != 0) {
        fputs("cannot open the reactor\n", stderr);
        return 1;
    }
    chains = chain_glib_source_new(reactor);
    g_source_attach(chains, NULL);
    if (guest_begin(chain_reactor_loop(reactor), on_end) != 0)
        return 1;
    g_main_loop_run(host);
    g_source_destroy(chains);
    g_source_unref(chains);
    g_source_remove(ticker);
    g_main_loop_unref(host);
    if (chain_reactor_close(reactor) != 0)
        status = 1;
    return status;
}

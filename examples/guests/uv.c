/* uv.c - a program with libuv that runs chains. */
#include "guest_ops.h"

#include <chain_uv.h>

#include <stdio.h>

static uv_loop_t host;
static uv_timer_t ticker;
static struct chain_uv guest;
static int status;

static void on_tick(uv_timer_t *timer)
{
    (void)timer;
    guest_tick();
}

static void on_end(int wrong)
{
    status = wrong;
    uv_close((uv_handle_t *)&ticker, NULL); /* nothing else keeps uv_run() */
}

int main(void)
{
    struct chain_reactor *reactor;

    uv_loop_init(&host);
    uv_timer_init(&host, &ticker);
    uv_timer_start(&ticker, on_tick, 1, 1);
    if (chain_reactor_open(&reactor) != 0 || chain_uv_start(&guest, &host, reactor) != 0) {
        fputs("cannot open the reactor\n", stderr);
        return 1;
    }
    if (guest_begin(chain_reactor_loop(reactor), on_end) != 0)
        return 1;
    uv_run(&host, UV_RUN_DEFAULT);
    chain_uv_stop(&guest, NULL);
    uv_run(&host, UV_RUN_DEFAULT);
    if (chain_reactor_close(reactor) != 0 || uv_loop_close(&host) != 0)
        status = 1;
    return status;
}

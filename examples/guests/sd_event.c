/* sd_event.c - a program with sd-event, of libsystemd, that runs chains. */
#include "guest_ops.h"

#include <chain_sd_event.h>

#include <stdio.h>
#include <time.h>

static sd_event *host;

static int on_tick(sd_event_source *ticker, uint64_t time, void *unused)
{
    (void)unused;
    guest_tick();
    sd_event_source_set_time(ticker, time + 1000);
    return sd_event_source_set_enabled(ticker, SD_EVENT_ONESHOT);
}

static void on_end(int wrong)
{
    sd_event_exit(host, wrong);
}

int main(void)
{
    static struct chain_sd_event guest;
    struct chain_reactor *reactor;
    sd_event_source *ticker;
    int status;

    if (sd_event_new(&host) < 0 || chain_reactor_open(&reactor) != 0
        || chain_sd_event_start(&guest, host, reactor) < 0
        || sd_event_add_time_relative(host, &ticker, CLOCK_MONOTONIC, 1000, 1, on_tick, NULL) < 0) {
        fputs("cannot open the reactor\n", stderr);
        return 1;
    }
    if (guest_begin(chain_reactor_loop(reactor), on_end) != 0)
        return 1;
    status = sd_event_loop(host);
    chain_sd_event_stop(&guest);
    sd_event_source_unref(ticker);
    sd_event_unref(host);
    if (chain_reactor_close(reactor) != 0)
        status = 1;
    return status;
}

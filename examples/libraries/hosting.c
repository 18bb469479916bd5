/* hosting.c - a program that has been written for libuv: a timer that ticks three
 * times, and work on a thread. */
#include <chain_reactor.h>

#include "hosting.h"

#include <stdio.h>
#include <uv.h>

static uv_timer_t ticker;
static uv_work_t work;
static int ticks, slept, ended;

static void on_tick(uv_timer_t *timer)
{
    if (++ticks == 3)
        uv_close((uv_handle_t *)timer, NULL);
}

static void sleep_on_thread(uv_work_t *request)
{
    (void)request;
    uv_sleep(4);
    slept = 1;
}

static void on_end(uv_work_t *request, int status)
{
    (void)request;
    ended = status == 0;
}

uv_loop_t *old_program(void)
{
    uv_loop_t *loop = uv_default_loop();

    uv_timer_init(loop, &ticker);
    uv_timer_start(&ticker, on_tick, 1, 1);
    uv_queue_work(loop, &work, sleep_on_thread, on_end);
    return loop;
}

void old_program_report(uv_loop_t *loop)
{
    printf("%d ticks, %d piece of work, %s\n", ticks, slept + ended == 2,
           uv_loop_close(loop) == 0 ? "closed" : "busy");
}

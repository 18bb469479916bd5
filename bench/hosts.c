/* hosts.c - an echo over k connections, in a loop of its own and in that of each
 * host: `hosts HOST K ROUNDS` prints the CPU time and the wall time per message,
 * in ns. A child process on the same core writes one message to each connection,
 * waits for all of them to come back, and does so again. */
#define _GNU_SOURCE
#include "hosts_echo.h"

#include <chain_ev.h>
#include <chain_glib.h>
#include <chain_libevent.h>
#include <chain_sd_event.h>
#include <chain_uv.h>

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 1000 };

static struct hosts_echo echoes[MOST];
static int ours[MOST], theirs[MOST];
static int connections, running;
static struct chain_reactor *reactor;
static void (*stop)(void);

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec time;

    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* ---- the other side ------------------------------------------------------ */

static void talk(int rounds)
{
    char bytes[16] = "a message";

    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < connections; i++)
            if (send(theirs[i], bytes, sizeof bytes, 0) != sizeof bytes)
                die("send");
        for (int i = 0; i < connections; i++)
            if (recv(theirs[i], bytes, sizeof bytes, 0) != sizeof bytes)
                die("recv");
    }
    _exit(0);
}

/* ---- hosts --------------------------------------------------------------- */

static void own_loop(void)
{
    chain_loop_run(chain_reactor_loop(reactor));
}

static uv_loop_t uv;

static void uv_host(void)
{
    static struct chain_uv guest;

    uv_loop_init(&uv);
    chain_uv_start(&guest, &uv, reactor);
    uv_run(&uv, UV_RUN_DEFAULT); /* until no chain is left */
}

static GMainLoop *glib;

static void stop_glib(void)
{
    g_main_loop_quit(glib);
}

static void glib_host(void)
{
    glib = g_main_loop_new(NULL, FALSE);
    g_source_attach(chain_glib_source_new(reactor), NULL);
    stop = stop_glib;
    g_main_loop_run(glib);
}

static void ev_host(void)
{
    static struct chain_ev guest;

    chain_ev_start(&guest, ev_default_loop(EVBACKEND_EPOLL), reactor);
    ev_run(ev_default_loop(0), 0);
}

static void libevent_host(void)
{
    static struct chain_libevent guest;
    struct event_base *host = event_base_new();

    chain_libevent_start(&guest, host, reactor);
    event_base_dispatch(host);
}

static sd_event *sd;

static void stop_sd_event(void)
{
    sd_event_exit(sd, 0);
}

static void sd_event_host(void)
{
    static struct chain_sd_event guest;

    sd_event_new(&sd);
    chain_sd_event_start(&guest, sd, reactor);
    stop = stop_sd_event;
    sd_event_loop(sd);
}

static const struct {
    const char *name;
    void (*run)(void);
} hosts[] = {
    { "own", own_loop },  { "libuv", uv_host },          { "glib", glib_host },
    { "libev", ev_host }, { "libevent", libevent_host }, { "sd-event", sd_event_host },
};

/* ---- one run ------------------------------------------------------------- */

static void ended(struct chain_root *root)
{
    if (chain_root_outcome(root) != CHAIN_OUTCOME_VALUE)
        die("an echo");
    if (--running == 0 && stop != NULL)
        stop();
}

static void begin(void)
{
    for (int i = 0; i < connections; i++) {
        echoes[i].root.on_settled = ended;
        hosts_echo_run(&echoes[i], chain_reactor_loop(reactor), ours[i]);
        running++;
    }
}

static void pin(void)
{
    cpu_set_t one;

    CPU_ZERO(&one);
    CPU_SET((size_t)sched_getcpu(), &one);
    sched_setaffinity(0, sizeof one, &one);
}

static void open_pairs(void)
{
    struct rlimit limit;
    int pair[2];

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    for (int i = 0; i < connections; i++) {
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
            die("socketpair");
        ours[i] = pair[0];
        theirs[i] = pair[1];
    }
}

int main(int argc, char **argv)
{
    int rounds = argc > 3 ? atoi(argv[3]) : 0;
    uint64_t cpu, wall;
    size_t host = 0;

    connections = argc > 2 ? atoi(argv[2]) : 0;
    while (argc > 1 && host < sizeof hosts / sizeof *hosts
           && strcmp(hosts[host].name, argv[1]) != 0)
        host++;
    if (rounds <= 0 || connections <= 0 || connections > MOST
        || host == sizeof hosts / sizeof *hosts) {
        fputs("hosts own|libuv|glib|libev|libevent|sd-event CONNECTIONS ROUNDS\n", stderr);
        return 2;
    }
    pin();
    open_pairs();
    if (fork() == 0)
        talk(rounds);
    for (int i = 0; i < connections; i++)
        close(theirs[i]);
    if (chain_reactor_open(&reactor) != 0)
        die("chain_reactor_open");
    cpu = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    wall = clock_ns(CLOCK_MONOTONIC);
    begin();
    hosts[host].run();
    cpu = clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu;
    wall = clock_ns(CLOCK_MONOTONIC) - wall;
    wait(NULL);
    printf("%.1f %.1f\n", (double)cpu / rounds / connections, (double)wall / rounds / connections);
    return running != 0;
}

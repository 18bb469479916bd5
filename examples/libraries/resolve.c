/* resolve.c - see resolve.chain: c-ares on chain_poll and a timer. Each query has
 * a channel of its own, so that it can be cancelled alone. */
#define _GNU_SOURCE /* ares.h needs fd_set */
#include "resolve.h"

#include <chain_reactor.h>

#include <ares.h>
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

struct query;

struct socket {
    struct chain_poll poll; /* first */
    struct query *query;    /* NULL: this one is free */
};

struct query {
    ares_channel channel;
    struct chain_loop *loop;
    struct chain_timer timer;
    resolve_deferred done;
    struct socket sockets[ARES_GETSOCK_MAXNUM];
    struct resolve_address address;
    int status; /* -1: c-ares has not answered yet */
};

/* c-ares closes its sockets, and says so before. */
static void end(struct query *query)
{
    chain_timer_disarm(query->loop, &query->timer);
    ares_destroy(query->channel);
    free(query);
}

/* After each call of c-ares: the answer, or the time until it wants the next call. */
static void check(struct query *query)
{
    struct timeval most = { 60, 0 }, time, *next;

    if (query->status < 0) {
        next = ares_timeout(query->channel, &most, &time);
        chain_timer_disarm(query->loop, &query->timer);
        chain_timer_arm(query->loop, &query->timer,
                        chain_loop_deadline(query->loop,
                                            next->tv_sec * 1000000000 + next->tv_usec * 1000));
        return;
    }
    if (query->status == ARES_SUCCESS)
        resolve_resolve(query->done, query->address);
    else
        resolve_reject(query->done, query->status == ARES_ENOMEM ? ENOMEM : RESOLVE_FAILED,
                       ares_strerror(query->status), query->status);
    end(query);
}

static void on_time(struct chain_timer *timer, struct chain_loop *loop)
{
    struct query *query = (struct query *)(void *)((char *)timer - offsetof(struct query, timer));

    (void)loop;
    ares_process_fd(query->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    check(query);
}

static void on_ready(struct chain_poll *poll, unsigned what, int error)
{
    struct query *query = ((struct socket *)(void *)poll)->query;
    int fd = poll->fd;

    ares_process_fd(query->channel,
                    (what & CHAIN_POLL_READ) != 0 || error != 0 ? fd : ARES_SOCKET_BAD,
                    (what & CHAIN_POLL_WRITE) != 0 ? fd : ARES_SOCKET_BAD);
    check(query);
}

/* What c-ares waits for; nothing: it is going to close the socket. */
static void watch(void *of_query, ares_socket_t fd, int readable, int writable)
{
    struct query *query = of_query;
    unsigned wanted = (readable ? CHAIN_POLL_READ : 0u) | (writable ? CHAIN_POLL_WRITE : 0u);
    struct socket *known = NULL, *unused = NULL;

    for (int i = 0; i < ARES_GETSOCK_MAXNUM; i++) {
        struct socket *one = &query->sockets[i];
        if (one->query == NULL)
            unused = one;
        else if (one->poll.fd == fd)
            known = one;
    }
    if (known == NULL && unused != NULL && wanted != 0) {
        unused->poll.ready = on_ready;
        if (chain_poll_start(query->loop, &unused->poll, fd, wanted) == 0)
            unused->query = query; /* if not, the query ends by its time */
    } else if (known != NULL && wanted != 0)
        (void)chain_poll_change(&known->poll, wanted);
    else if (known != NULL) {
        chain_poll_stop(&known->poll);
        known->query = NULL;
    }
}

static void answer(void *of_query, int status, int timeouts, struct ares_addrinfo *found)
{
    struct query *query = of_query;
    const struct ares_addrinfo_node *node = status == ARES_SUCCESS ? found->nodes : NULL;

    (void)timeouts;
    query->status = status == ARES_SUCCESS && node == NULL ? ARES_ENODATA : status;
    if (node != NULL)
        ares_inet_ntop(
            node->ai_family,
            node->ai_family == AF_INET
                ? (const void *)&((const struct sockaddr_in *)(const void *)node->ai_addr)->sin_addr
                : (const void *)&((const struct sockaddr_in6 *)(const void *)node->ai_addr)
                      ->sin6_addr,
            query->address.text, sizeof query->address.text);
    ares_freeaddrinfo(found);
}

static int open_channel(struct query *query, const char *servers)
{
    struct ares_options options = { .sock_state_cb = watch, .sock_state_cb_data = query };
    int status = ares_init_options(&query->channel, &options, ARES_OPT_SOCK_STATE_CB);

    if (status != ARES_SUCCESS || servers == NULL)
        return status;
    status = ares_set_servers_ports_csv(query->channel, servers);
    if (status != ARES_SUCCESS)
        ares_destroy(query->channel);
    return status;
}

void resolve_start(struct resolve *op, const char *name, const char *servers)
{
    const struct ares_addrinfo_hints hints = { .ai_family = AF_UNSPEC };
    struct query *query = calloc(1, sizeof *query);
    int status;

    if (query == NULL) {
        resolve_reject(resolve_done(op), ENOMEM, NULL, 0);
        return;
    }
    op->query = query;
    query->loop = chain_loop_of(op);
    query->timer.fire = on_time;
    query->done = resolve_done(op);
    query->status = -1;
    status = open_channel(query, servers);
    if (status != ARES_SUCCESS) {
        resolve_reject(query->done, RESOLVE_FAILED, ares_strerror(status), status);
        free(query);
        return;
    }
    ares_getaddrinfo(query->channel, name, NULL, &hints, answer, query);
    check(query);
}

void resolve_cancel(struct resolve *op)
{
    end(op->query);
    resolve_cancelled(resolve_done(op));
}

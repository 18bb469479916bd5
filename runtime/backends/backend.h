/* backend.h - the functions that a reactor needs from a system to wait for
 * descriptors, and the members of a reactor that backends may use. */
#ifndef CHAIN_BACKEND_H
#define CHAIN_BACKEND_H

#include "../threads/fork.h"
#include "../threads/workers.h"
#include "chain/private/gen.h"
#include "chain_reactor.h"

struct chain__entry;

/* What has happened to a descriptor, or is watched for. */
#define CHAIN__CAN_READ 1u
#define CHAIN__CAN_WRITE 2u
#define CHAIN__IS_URGENT 4u
/* All three, each change once. Without it: as long as it is so. */
#define CHAIN__EDGES 8u

struct chain__backend {
    const char *name;
    /* Fills in the reactor's poll_fd and so on. 0 or an errno value, then nothing is left open. */
    int (*open)(struct chain_reactor *reactor);
    void (*close)(struct chain_reactor *reactor);
    /* Watches for `what`, of the above, until the descriptor is closed. Errors and a connection that
     * is gone count as all that is watched for; if that is nothing, nothing is reported. 0 or an
     * errno value. */
    int (*watch)(struct chain_reactor *reactor, int fd, uint32_t generation, unsigned what);
    /* The same for one that is watched already; what is ready is reported again. */
    int (*rewatch)(struct chain_reactor *reactor, int fd, uint32_t generation, unsigned what);
    void (*unwatch)(struct chain_reactor *reactor, int fd);
    /* Waits `timeout` ns, never shorter unless something happens; < 0: for ever. Calls
     * chain__io_event(). 0, or an errno value: nobody can wait any more. */
    int (*wait)(struct chain_reactor *reactor, int64_t timeout);
    /* Ends the present wait or the next one; any thread, and signal handlers. */
    void (*wake)(struct chain_reactor *reactor);
};

struct chain_reactor {
    struct chain_loop loop; /* first */
    const struct chain__backend *backend;
    int poll_fd;
    int wake_fd;
    int last_fd;     /* atomic: opened to tell a sleeping loop that wake_fd is lost; -1: none */
    int highest;     /* descriptor that was ever watched */
    bool whole_ms;   /* the system takes timeouts in ms only */
    bool has_failed; /* it cannot wait any more, and the loop has been told so */
    int failure;     /* why it cannot; 0: it can. Any thread sets it, atomically */
    size_t waiting;  /* operations that wait for descriptors */
    struct chain__entry *again, **last_again; /* descriptors to be tried without an event */
    uint8_t round; /* 1 or 2 by turns: which of these have come since the last time */
    /* of threads, for blocking steps; made when they are first used */
    struct chain__threads *pools;
    struct chain__fork_link link; /* for a child process */
};

/* ---- entries.c: the table of descriptors --------------------------------- */

/* Makes the table. 0 or ENOMEM. */
int chain__entries_open(void);

/* ---- descriptors.c: the operations that wait for them -------------------- */

/* Lets the waiting operations try again, and calls the chain_poll. An event of
 * an earlier use of the number (another generation) is ignored. */
void chain__io_event(struct chain_reactor *reactor, int fd, uint32_t generation, unsigned what);

/* Tries those that are to be tried without an event. */
void chain__io_try_again(struct chain_reactor *reactor);

/* Registers all descriptors with a backend that was opened anew. If one cannot
 * be waited for any more, its operations and its chain_poll get the reason as a
 * code. */
void chain__io_renew(struct chain_reactor *reactor);

/* No operation can wait for a descriptor any more: all of them get `code`. */
void chain__io_fail(struct chain_reactor *reactor, int code);

/* The reactor is closed. Operations that still wait belong to roots that still
 * run: they are left as they are. */
void chain__io_close(struct chain_reactor *reactor);

/* ---- reactor.c ----------------------------------------------------------- */

extern const struct chain_port chain__reactor_port;

/* The reactor of a loop; NULL: it has none. */
static inline struct chain_reactor *chain__reactor_of(struct chain_loop *loop)
{
    return loop->port == &chain__reactor_port ? (struct chain_reactor *)(void *)loop : NULL;
}

/* Opens the reactor's descriptors anew in a child process. 0, or why nobody can wait. */
int chain__reactor_repair(struct chain_reactor *reactor);

static inline bool chain__reactor_is_sound(struct chain_reactor *reactor)
{
    return __atomic_load_n(&reactor->link.forks, __ATOMIC_ACQUIRE) == chain__forks
           && __atomic_load_n(&reactor->failure, __ATOMIC_RELAXED) == 0;
}

/* 0, or why nobody can wait for descriptors. */
static inline int chain__reactor_usable(struct chain_reactor *reactor)
{
    return chain__reactor_is_sound(reactor) ? 0 : chain__reactor_repair(reactor);
}

extern const struct chain__backend chain__epoll;

/* heap.c: the memory functions of a port. */
void *chain__allocate(struct chain_loop *loop, size_t size);
void chain__release(struct chain_loop *loop, void *memory, size_t size);

/* report.c: names and texts of a `codes` declaration for messages; ends with code 0. */

/* report.c: prints `file.chain:LINE: unhandled rejection: NAME (text): message`
 * to stderr. An on_unhandled hook. */
void chain__print_unhandled(struct chain_loop *loop, const struct chain_error *error);

/* report.c: prints `left at the end of a loop: 1 chain, 2 timers` to stderr. An on_left hook. */
void chain__print_left(struct chain_loop *loop, const struct chain_left *left);

/* report.c: prints `the loop cannot wait for events, its chains are cancelled: NAME (text)` to
 * stderr. An on_failed hook. */
void chain__print_failed(struct chain_loop *loop, int code);

#endif

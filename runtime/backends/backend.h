/* backend.h - what a reactor needs of a system's way to wait for descriptors, and what the backends may know of it. */
#ifndef CHAIN_BACKEND_H
#define CHAIN_BACKEND_H

#include "chain_gen.h"
#include "chain_reactor.h"
#include "../threads/workers.h"

struct chain__backend {
    const char *name;
    /* Fills in the reactor's poll_fd and so on. 0 or an errno value, then nothing is left open. */
    int (*open)(struct chain_reactor *reactor);
    void (*close)(struct chain_reactor *reactor);
    /* Both directions, edge-triggered, until the descriptor is closed. 0 or an errno value. */
    int (*watch)(struct chain_reactor *reactor, int fd, uint32_t generation);
    void (*unwatch)(struct chain_reactor *reactor, int fd);
    /* Waits `timeout` ns, never shorter unless something happens; < 0: for ever. Calls chain__reactor_event(). */
    void (*wait)(struct chain_reactor *reactor, int64_t timeout);
    /* Ends the present wait or the next one; any thread, and signal handlers. */
    void (*wake)(struct chain_reactor *reactor);
};

struct chain_reactor {
    struct chain_loop loop; /* first */
    const struct chain__backend *backend;
    int poll_fd;
    int wake_fd;
    int highest;   /* descriptor that was ever watched */
    bool whole_ms; /* the system takes timeouts in ms only */
    struct chain__threads *pools; /* of threads, for blocking steps; made when they are first used */
};

/* What has happened to a descriptor. */
#define CHAIN__CAN_READ 1u
#define CHAIN__CAN_WRITE 2u
#define CHAIN__READ_ENDED 4u  /* every further read returns at once */
#define CHAIN__WRITE_ENDED 8u /* every further write returns at once */

/* Lets the waiting operations try again. An event of an earlier use of the number (another generation) is ignored. */
void chain__reactor_event(struct chain_reactor *reactor, int fd, uint32_t generation, unsigned what);

extern const struct chain__backend chain__epoll;

/* heap.c: the memory functions of a port. */
void *chain__allocate(struct chain_loop *loop, size_t size);
void chain__release(struct chain_loop *loop, void *memory, size_t size);

/* report.c: names and texts of a `codes` declaration for messages; ends with code 0. */
void chain__use_code_texts(const struct chain_code_text *texts);

/* report.c: prints `file.chain:LINE: unhandled rejection: NAME (text): message` to stderr. An on_unhandled hook. */
void chain__print_unhandled(struct chain_loop *loop, const struct chain_error *error);

/* report.c: prints `left at the end of a loop: 1 chain, 2 timers` to stderr. An on_left hook. */
void chain__print_left(struct chain_loop *loop, const struct chain_left *left);

#endif

/* reactor.c - the loop's port for hosted systems, and the table of descriptors.
 *
 * The table has an entry for every number the process can have and is shared by all reactors: a descriptor is used by one
 * thread at a time, and so is its entry. It is address space that the system fills with zeroes on first touch; a zeroed
 * entry is one of which nothing is known, so the first attempt goes straight to the system call. */
#define _GNU_SOURCE
#include "backend.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { TABLE_MAX = 1 << 20 }; /* Linux' usual fs.nr_open */

struct entry {
    struct chain_io_link waiting[2]; /* by direction: rings of chain_io; zero: not made yet */
    struct chain_reactor *owner;     /* that watches it, or NULL */
    uint32_t generation;             /* uses of the number, so that events of a former one are told apart */
    uint8_t dry;                     /* CHAIN__CAN_…: an attempt would block, wait for an event first */
    uint8_t ended;                   /* CHAIN__…_ENDED: never dry, as there may be no further event */
};

static struct entry *table;
static int table_size;

/* ---- the table ---- */

static int table_capacity(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_max == RLIM_INFINITY || limit.rlim_max > TABLE_MAX)
        return TABLE_MAX;
    return (int)limit.rlim_max;
}

/* Several threads may open their first reactor at the same time; the one that comes second gives its table back. */
static int make_table(void)
{
    struct entry *none = NULL;
    size_t bytes = (size_t)table_capacity() * sizeof(struct entry);
    void *memory;

    if (__atomic_load_n(&table, __ATOMIC_ACQUIRE) != NULL)
        return 0;
    memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        return ENOMEM;
    __atomic_store_n(&table_size, (int)(bytes / sizeof(struct entry)), __ATOMIC_RELAXED);
    if (!__atomic_compare_exchange_n(&table, &none, (struct entry *)memory, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        munmap(memory, bytes);
    return 0;
}

static inline struct entry *entry_of(int fd)
{
    return fd >= 0 && fd < __atomic_load_n(&table_size, __ATOMIC_RELAXED) ? &table[fd] : NULL;
}

/* ---- rings of waiting operations ---- */

static inline bool nobody_waits(const struct chain_io_link *ring)
{
    return ring->next == NULL || ring->next == ring;
}

static void enter(struct chain_io_link *link, struct chain_io_link *prev, struct chain_io_link *next)
{
    link->prev = prev;
    link->next = next;
    prev->next = link;
    next->prev = link;
}

static void enter_last(struct chain_io_link *ring, struct chain_io_link *link)
{
    if (ring->next == NULL)
        ring->next = ring->prev = ring;
    enter(link, ring->prev, ring);
}

static void leave(struct chain_io_link *link)
{
    link->prev->next = link->next;
    link->next->prev = link->prev;
    link->next = NULL;
}

static inline struct chain_io *first_in(struct chain_io_link *ring)
{
    return (struct chain_io *)(void *)ring->next;
}

/* ---- attempts ---- */

static inline unsigned can(enum chain_direction direction)
{
    return direction == CHAIN_READ ? CHAIN__CAN_READ : CHAIN__CAN_WRITE;
}

static inline unsigned ended(enum chain_direction direction)
{
    return direction == CHAIN_READ ? CHAIN__READ_ENDED : CHAIN__WRITE_ENDED;
}

/* Remembers what an attempt has shown. After a short read nothing is tried until the next event, except that the event which
 * tells of the end may have come together with the data. Returns whether the operation was settled. */
static inline bool learn(struct entry *entry, enum chain_direction direction, enum chain_attempt result)
{
    if (result == CHAIN_AGAIN || (result == CHAIN_DRAINED && (entry->ended & ended(direction)) == 0))
        entry->dry |= (uint8_t)can(direction);
    return result != CHAIN_AGAIN;
}

/* The link is taken out first, as a settled operation's struct is overwritten by its value. */
static void let_try(struct entry *entry, enum chain_direction direction)
{
    struct chain_io_link *ring = &entry->waiting[direction];

    entry->dry &= (uint8_t)~can(direction);
    while (!nobody_waits(ring) && (entry->dry & can(direction)) == 0) {
        struct chain_io *io = first_in(ring);
        leave(&io->link);
        if (!learn(entry, direction, io->attempt(io, 0)))
            enter(&io->link, ring, ring->next);
    }
}

void chain__reactor_event(struct chain_reactor *reactor, int fd, uint32_t generation, unsigned what)
{
    struct entry *entry = &table[fd];

    if (entry->owner != reactor || entry->generation != generation)
        return;
    entry->ended = (uint8_t)(entry->ended | (what & (CHAIN__READ_ENDED | CHAIN__WRITE_ENDED)));
    if ((what & CHAIN__CAN_READ) != 0)
        let_try(entry, CHAIN_READ);
    if ((what & CHAIN__CAN_WRITE) != 0)
        let_try(entry, CHAIN_WRITE);
}

/* ---- descriptors, for operations ---- */

static const struct chain_port port;

static int watch(struct chain_reactor *reactor, struct entry *entry, int fd)
{
    int code;

    if (entry->owner != NULL)
        return entry->owner == reactor ? 0 : EBUSY;
    code = reactor->backend->watch(reactor, fd, entry->generation);
    if (code != 0)
        return code;
    entry->owner = reactor;
    if (fd > reactor->highest)
        reactor->highest = fd;
    return 0;
}

int chain_io_wait(struct chain_loop *loop, struct chain_io *io, int fd, enum chain_direction direction)
{
    struct entry *entry = entry_of(fd);
    int code;

    if (loop->port != &port)
        return ENOTSUP;
    if (entry == NULL)
        return fd < 0 ? EBADF : EMFILE;
    code = watch((struct chain_reactor *)(void *)loop, entry, fd);
    if (code == 0)
        enter_last(&entry->waiting[direction], &io->link);
    return code;
}

int chain_io_start(struct chain_loop *loop, struct chain_io *io, int fd, enum chain_direction direction)
{
    struct entry *entry = entry_of(fd);

    io->link.next = NULL;
    if (loop->port == &port && entry != NULL && (entry->dry & can(direction)) == 0 && nobody_waits(&entry->waiting[direction])
        && learn(entry, direction, io->attempt(io, 0)))
        return 0;
    return chain_io_wait(loop, io, fd, direction);
}

void chain_io_stop(struct chain_io *io)
{
    if (io->link.next != NULL)
        leave(&io->link);
}

static void turn_away(struct chain_io_link *ring)
{
    while (!nobody_waits(ring)) {
        struct chain_io *io = first_in(ring);
        leave(&io->link);
        io->attempt(io, ECANCELED);
    }
}

static void forget(struct entry *entry)
{
    turn_away(&entry->waiting[CHAIN_READ]);
    turn_away(&entry->waiting[CHAIN_WRITE]);
    entry->owner = NULL;
    entry->generation++;
    entry->dry = 0;
    entry->ended = 0;
}

void chain_io_forget(int fd)
{
    struct entry *entry = entry_of(fd);

    if (entry == NULL)
        return;
    if (entry->owner != NULL)
        entry->owner->backend->unwatch(entry->owner, fd);
    forget(entry);
}

/* Closing ends the watch by itself. Should the open file live on, in a child process or a duplicate, its events carry a
 * generation that is over. */
void chain_io_close(int fd)
{
    struct entry *entry = entry_of(fd);

    if (entry != NULL)
        forget(entry);
    close(fd);
}

/* ---- the port ---- */

static uint64_t now(struct chain_loop *loop)
{
    struct timespec time;

    (void)loop;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* The turn's clock is as old as the turn, so a real wait looks again. */
static int64_t time_until(struct chain_loop *loop, uint64_t deadline)
{
    uint64_t present;

    if (deadline == UINT64_MAX)
        return -1;
    if (deadline <= loop->now)
        return 0;
    present = now(loop);
    if (deadline <= present)
        return 0;
    return deadline - present > INT64_MAX ? INT64_MAX : (int64_t)(deadline - present);
}

static void wait(struct chain_loop *loop, uint64_t deadline)
{
    struct chain_reactor *reactor = (struct chain_reactor *)(void *)loop;

    reactor->backend->wait(reactor, time_until(loop, deadline));
}

static void wake(struct chain_loop *loop)
{
    struct chain_reactor *reactor = (struct chain_reactor *)(void *)loop;

    reactor->backend->wake(reactor);
}

static size_t waiting_in(const struct chain_io_link *ring)
{
    size_t count = 0;

    if (ring->next != NULL)
        for (const struct chain_io_link *link = ring->next; link != ring; link = link->next)
            count++;
    return count;
}

static size_t descriptors(struct chain_loop *loop)
{
    struct chain_reactor *reactor = (struct chain_reactor *)(void *)loop;
    size_t count = 0;

    for (int fd = 0; fd <= reactor->highest; fd++)
        if (table[fd].owner == reactor)
            count += waiting_in(&table[fd].waiting[CHAIN_READ]) + waiting_in(&table[fd].waiting[CHAIN_WRITE]);
    return count;
}

static const struct chain_port port = {
    .now = now,
    .wait = wait,
    .wake = wake,
    .allocate = chain__allocate,
    .release = chain__release,
    .descriptors = descriptors,
};

/* ---- blocking steps ---- */

static int submit(struct chain_loop *loop, struct chain_work *work)
{
    return chain__threads_submit(&((struct chain_reactor *)(void *)loop)->pools, work);
}

/* When the reactor is being closed the pools go first, and have forgotten what waited; a hook may still cancel it. */
static bool withdraw(struct chain_loop *loop, struct chain_work *work)
{
    return ((struct chain_reactor *)(void *)loop)->pools != NULL && chain__threads_withdraw(work);
}

static const struct chain_workers workers = { submit, withdraw };

int chain_pool_threads(struct chain_loop *loop, const char *pool, unsigned threads)
{
    if (loop->port != &port)
        return ENOTSUP;
    return chain__threads_size(&((struct chain_reactor *)(void *)loop)->pools, pool, threads);
}

/* ---- opening and closing ---- */

static int start(struct chain_reactor *reactor)
{
    int code = make_table();

    reactor->backend = &chain__epoll;
    if (code == 0)
        code = reactor->backend->open(reactor);
    if (code != 0)
        return code;
    code = chain_loop_init(&reactor->loop, &port);
    if (code != 0)
        reactor->backend->close(reactor);
    reactor->loop.on_unhandled = chain__print_unhandled;
    reactor->loop.workers = &workers;
    reactor->loop.on_left = chain__print_left;
    return code;
}

int chain_reactor_open(struct chain_reactor **reactor)
{
    struct chain_reactor *made = calloc(1, sizeof *made);
    int code = made == NULL ? ENOMEM : start(made);

    if (code != 0) {
        free(made);
        made = NULL;
    }
    *reactor = made;
    return code;
}

/* Operations that still wait belong to roots that still run: left as they are. */
static void let_go(struct chain_reactor *reactor)
{
    for (int fd = 0; fd <= reactor->highest; fd++) {
        struct entry *entry = &table[fd];
        if (entry->owner != reactor)
            continue;
        entry->waiting[CHAIN_READ].next = entry->waiting[CHAIN_WRITE].next = NULL;
        forget(entry);
    }
}

size_t chain_reactor_close(struct chain_reactor *reactor)
{
    size_t running;

    if (reactor == NULL)
        return 0;
    chain__threads_close(&reactor->pools); /* first, as what still runs posts its outcome to the loop */
    running = chain_loop_fini(&reactor->loop);
    let_go(reactor);
    reactor->backend->close(reactor);
    free(reactor);
    return running;
}

struct chain_loop *chain_reactor_loop(struct chain_reactor *reactor)
{
    return &reactor->loop;
}

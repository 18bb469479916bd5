/* descriptors.c - the table of descriptors, and the operations that wait for them.
 *
 * The table has an entry for every number the process can have and is shared by all reactors: a
 * descriptor is used by one thread at a time, and so is its entry. It is address space that the
 * system fills with zeroes on first touch; a zeroed entry is one of which nothing is known, so the
 * first attempt goes straight to the system call.
 *
 * A watch is edge-triggered: the system tells of each change once. So an operation waits only after
 * a system call has said EAGAIN, for then whatever comes next is a change. A short read proves
 * nothing: data after an urgent byte, a control message or the border of a record may be there
 * already.
 *
 * An attempt is code of others, which may stop, start, close and free whatever it likes, itself
 * included. So it is called with its operation in no ring, and afterwards only what stands here
 * tells whether the operation is still there. */
#define _GNU_SOURCE
#include "backend.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

enum { TABLE_MAX = 1 << 20 }; /* Linux' usual fs.nr_open */

enum { FORGETTING = 1, CLOSING = 2 };

struct chain__entry {
    struct chain_io_link waiting[2]; /* by direction: rings of chain_io; zero: not made yet */
    struct chain_reactor *owner;     /* that watches it, or NULL */
    struct chain__entry *again;      /* the next in its owner's list of those to be tried */
    struct chain__entry **link;      /* what points to it there */
    uint32_t generation;             /* uses of the number, to tell events of a former one */
    uint8_t dry;                     /* CHAIN__CAN_…: the last attempt would have blocked */
    uint8_t leaving;                 /* FORGETTING, CLOSING: its operations are being told */
    uint8_t listed;                  /* in that list: the reactor's round then; else 0 */
};

static struct chain__entry *table;
static int table_size;

/* ---- the table ----------------------------------------------------------- */

static int table_capacity(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_max == RLIM_INFINITY
        || limit.rlim_max > TABLE_MAX)
        return TABLE_MAX;
    return (int)limit.rlim_max;
}

/* Several threads may open their first reactor at the same time; the one that
 * comes second gives its table back. */
int chain__io_open(void)
{
    struct chain__entry *none = NULL;
    size_t bytes = (size_t)table_capacity() * sizeof(struct chain__entry);
    void *memory;

    if (__atomic_load_n(&table, __ATOMIC_ACQUIRE) != NULL)
        return 0;
    memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                  -1, 0);
    if (memory == MAP_FAILED)
        return ENOMEM;
    __atomic_store_n(&table_size, (int)(bytes / sizeof(struct chain__entry)), __ATOMIC_RELAXED);
    if (!__atomic_compare_exchange_n(&table, &none, (struct chain__entry *)memory, false,
                                     __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        munmap(memory, bytes);
    return 0;
}

static inline struct chain__entry *entry_of(int fd)
{
    return fd >= 0 && fd < __atomic_load_n(&table_size, __ATOMIC_RELAXED) ? &table[fd] : NULL;
}

static inline int number_of(const struct chain__entry *entry)
{
    return (int)(entry - table);
}

/* ---- rings of waiting operations ----------------------------------------- */

static inline bool nobody_waits(const struct chain_io_link *ring)
{
    return ring->next == NULL || ring->next == ring;
}

/* Also of an operation whose memory was something else before: only this file has pointers into the
 * table, and takes them back. */
static inline bool is_waiting(const struct chain_io *io)
{
    uintptr_t at = (uintptr_t)io->entry - (uintptr_t)table;
    uintptr_t size = (uintptr_t)__atomic_load_n(&table_size, __ATOMIC_RELAXED);

    return at < size * sizeof *table && at % sizeof *table == 0;
}

static void enter(struct chain__entry *entry, struct chain_io *io, struct chain_io_link *before)
{
    io->entry = entry;
    entry->owner->waiting++;
    io->link.next = before;
    io->link.prev = before->prev;
    before->prev->next = &io->link;
    before->prev = &io->link;
}

static void enter_last(struct chain__entry *entry, struct chain_io *io, struct chain_io_link *ring)
{
    if (ring->next == NULL)
        ring->next = ring->prev = ring;
    enter(entry, io, ring);
}

static void leave(struct chain_io *io)
{
    io->entry->owner->waiting--;
    io->link.prev->next = io->link.next;
    io->link.next->prev = io->link.prev;
    io->link.next = NULL;
    io->entry = NULL;
}

static inline struct chain_io *first_in(struct chain_io_link *ring)
{
    return (struct chain_io *)(void *)ring->next;
}

/* ---- attempts ------------------------------------------------------------ */

static inline unsigned can(enum chain_io_direction direction)
{
    return direction == CHAIN_IO_READ ? CHAIN__CAN_READ : CHAIN__CAN_WRITE;
}

/* A call of an attempt. What starts inside one is tried later, so that no attempts nest. */
struct trial {
    struct chain_io *io; /* NULL: it was stopped or started again inside */
    struct trial *outer;
};

static CHAIN__THREAD_LOCAL struct trial *trials;

/* `io` is stopped or started: an attempt of it that is being made has nothing more to say. */
static void end_trials_of(const struct chain_io *io)
{
    for (struct trial *trial = trials; trial != NULL; trial = trial->outer)
        if (trial->io == io)
            trial->io = NULL;
}

static enum chain_io_attempt call(struct trial *trial, int error)
{
    enum chain_io_attempt result;

    trial->outer = trials;
    trials = trial;
    result = trial->io->attempt(trial->io, error);
    trials = trial->outer;
    return result;
}

/* The operation is in no ring and will not come back into one. */
static void turn_away(struct chain_io *io, int code)
{
    struct trial trial = { io, NULL };

    (void)call(&trial, code);
}

/* Whether the operation, which is in no ring, wants to wait. A descriptor that
 * was closed inside the attempt is one that it cannot wait for. */
static bool attempt(struct chain__entry *entry, enum chain_io_direction direction,
                    struct chain_io *io)
{
    struct trial trial = { io, NULL };
    uint32_t generation = entry->generation;

    if (call(&trial, 0) != CHAIN_IO_AGAIN || trial.io == NULL)
        return false;
    if (entry->generation != generation) {
        turn_away(io, ECANCELED);
        return false;
    }
    entry->dry |= (uint8_t)can(direction);
    return true;
}

/* The operation leaves first, as one that settles has its struct overwritten by its value. An
 * attempt that starts another operation on the descriptor ends this: that one is tried later. */
static void let_try(struct chain__entry *entry, enum chain_io_direction direction)
{
    struct chain_io_link *ring = &entry->waiting[direction];
    uint32_t generation = entry->generation;

    while (entry->generation == generation && !nobody_waits(ring) && entry->listed == 0
           && (entry->dry & can(direction)) == 0) {
        struct chain_io *io = first_in(ring);
        leave(io);
        if (attempt(entry, direction, io))
            enter(entry, io, ring->next);
    }
}

static void let_try_both(struct chain__entry *entry)
{
    uint32_t generation = entry->generation;

    let_try(entry, CHAIN_IO_READ);
    if (entry->generation == generation)
        let_try(entry, CHAIN_IO_WRITE);
}

void chain__io_event(struct chain_reactor *reactor, int fd, uint32_t generation, unsigned what)
{
    struct chain__entry *entry = &table[fd];

    if (entry->owner != reactor || entry->generation != generation)
        return;
    entry->dry &= (uint8_t)~what;
    let_try_both(entry);
}

/* ---- attempts without an event ------------------------------------------- */

static void try_later(struct chain__entry *entry)
{
    struct chain_reactor *reactor = entry->owner;

    if (entry->listed != 0)
        return;
    entry->listed = reactor->round;
    entry->again = NULL;
    entry->link = reactor->last_again;
    *reactor->last_again = entry;
    reactor->last_again = &entry->again;
}

static void unlist(struct chain__entry *entry)
{
    if (entry->listed == 0)
        return;
    *entry->link = entry->again;
    if (entry->again != NULL)
        entry->again->link = entry->link;
    else
        entry->owner->last_again = entry->link;
    entry->listed = 0;
}

/* What comes into the list meanwhile has its turn after the next wait. */
void chain__io_try_again(struct chain_reactor *reactor)
{
    struct chain__entry *entry;
    uint8_t round = reactor->round;

    reactor->round = round == 1 ? 2 : 1;
    while ((entry = reactor->again) != NULL && entry->listed == round) {
        unlist(entry);
        let_try_both(entry);
    }
}

/* ---- descriptors, for operations ----------------------------------------- */

static int watch(struct chain_reactor *reactor, struct chain__entry *entry, int fd)
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

/* Once it is watched the system tells of the state that it finds. A descriptor that was watched
 * before, and of which nobody has heard EAGAIN since, may have changed already. */
static int wait_for(struct chain_reactor *reactor, struct chain_io *io, int fd,
                    enum chain_io_direction direction)
{
    struct chain__entry *entry = entry_of(fd);
    bool was_watched;
    int code;

    if (entry == NULL)
        return fd < 0 ? EBADF : EMFILE;
    code = chain__reactor_usable(reactor);
    if (code != 0 || entry->leaving != 0)
        return code != 0 ? code : ECANCELED;
    was_watched = entry->owner != NULL;
    code = watch(reactor, entry, fd);
    if (code != 0)
        return code;
    end_trials_of(io);
    enter_last(entry, io, &entry->waiting[direction]);
    if (was_watched && (entry->dry & can(direction)) == 0)
        try_later(entry);
    return 0;
}

static bool may_try(const struct chain__entry *entry, enum chain_io_direction direction)
{
    return entry != NULL && (entry->dry & can(direction)) == 0
           && nobody_waits(&entry->waiting[direction]) && trials == NULL;
}

int chain_io_start(struct chain_loop *loop, struct chain_io *io, int fd,
                   enum chain_io_direction direction)
{
    struct chain_reactor *reactor = chain__reactor_of(loop);
    struct chain__entry *entry = entry_of(fd);

    if (reactor == NULL || is_waiting(io))
        return reactor == NULL ? ENOTSUP : EALREADY;
    io->link.next = NULL;
    io->entry = NULL;
    if (may_try(entry, direction) && !attempt(entry, direction, io))
        return 0;
    return wait_for(reactor, io, fd, direction);
}

int chain_io_wait(struct chain_loop *loop, struct chain_io *io, int fd,
                  enum chain_io_direction direction)
{
    struct chain_reactor *reactor = chain__reactor_of(loop);

    if (reactor == NULL || is_waiting(io))
        return reactor == NULL ? ENOTSUP : EALREADY;
    io->link.next = NULL;
    io->entry = NULL;
    return wait_for(reactor, io, fd, direction);
}

void chain_io_stop(struct chain_io *io)
{
    if (is_waiting(io))
        leave(io);
    else
        end_trials_of(io);
}

/* ---- letting go ---------------------------------------------------------- */

static void tell_all(struct chain__entry *entry, int code)
{
    for (int direction = CHAIN_IO_READ; direction <= CHAIN_IO_WRITE; direction++)
        while (!nobody_waits(&entry->waiting[direction])) {
            struct chain_io *io = first_in(&entry->waiting[direction]);
            leave(io);
            turn_away(io, code);
        }
}

static void unwatch(struct chain_reactor *owner, int fd)
{
    if (chain__reactor_is_sound(owner))
        owner->backend->unwatch(owner, fd);
}

/* Closing ends a watch, unless the open file lives on in another process. So a fork(2) on another
 * thread comes before, and the watch is ended here, or after. */
static void close_watched(struct chain_reactor *owner, int fd)
{
    if (chain__fork_hold_off(&owner->link))
        unwatch(owner, fd);
    close(fd);
    chain__fork_allow(&owner->link);
}

static void finish(struct chain_reactor *owner, int fd, bool is_closing)
{
    if (is_closing && owner != NULL)
        close_watched(owner, fd);
    else if (is_closing)
        close(fd);
    else if (owner != NULL)
        unwatch(owner, fd);
}

/* An attempt that is called here may close the same descriptor: the first call
 * does the work for all of them. */
static void let_go(struct chain__entry *entry, uint8_t how, int code)
{
    struct chain_reactor *owner;
    int fd = number_of(entry);

    if (entry->leaving != 0) {
        entry->leaving |= how;
        return;
    }
    entry->leaving = how;
    entry->generation++;
    tell_all(entry, code);
    how = entry->leaving;
    owner = entry->owner;
    unlist(entry);
    entry->owner = NULL;
    entry->dry = 0;
    entry->leaving = 0;
    finish(owner, fd, (how & CLOSING) != 0);
}

void chain_io_forget(int fd)
{
    struct chain__entry *entry = entry_of(fd);

    if (entry != NULL)
        let_go(entry, FORGETTING, ECANCELED);
}

/* Should the open file live on, in a child process or a duplicate, its events carry a generation
 * that is over. */
void chain_io_close(int fd)
{
    struct chain__entry *entry = entry_of(fd);

    if (entry != NULL)
        let_go(entry, CLOSING, ECANCELED);
    else
        close(fd);
}

/* ---- for the reactor ----------------------------------------------------- */

void chain__io_renew(struct chain_reactor *reactor)
{
    for (int fd = 0; fd <= reactor->highest; fd++) {
        struct chain__entry *entry = &table[fd];
        int code =
            entry->owner != reactor ? 0 : reactor->backend->watch(reactor, fd, entry->generation);
        if (code != 0)
            let_go(entry, FORGETTING, code);
    }
}

void chain__io_fail(struct chain_reactor *reactor, int code)
{
    for (int fd = 0; fd <= reactor->highest; fd++)
        if (table[fd].owner == reactor)
            let_go(&table[fd], FORGETTING, code);
}

static void leave_all(struct chain_io_link *ring)
{
    while (!nobody_waits(ring))
        leave(first_in(ring));
}

void chain__io_close(struct chain_reactor *reactor)
{
    for (int fd = 0; fd <= reactor->highest; fd++) {
        struct chain__entry *entry = &table[fd];
        if (entry->owner != reactor)
            continue;
        leave_all(&entry->waiting[CHAIN_IO_READ]);
        leave_all(&entry->waiting[CHAIN_IO_WRITE]);
        let_go(entry, FORGETTING, ECANCELED);
    }
}

/* descriptors.c - the operations that wait for descriptors.
 *
 * A watch is edge-triggered: the system tells of each change once. So an operation waits only after
 * a system call has said EAGAIN, for then whatever comes next is a change. A short read proves
 * nothing: data after an urgent byte, a control message or the border of a record may be there
 * already.
 *
 * An attempt is code of others, which may stop, start, close and free whatever it likes, itself
 * included. So it is called with its operation in no ring, and afterwards only what stands here
 * tells whether the operation is still there. */
#include "entries.h"

#include <errno.h>
#include <unistd.h>

/* ---- rings of waiting operations ----------------------------------------- */

/* Also of an operation whose memory was something else before: only this file has pointers into the
 * table, and takes them back. */
static inline bool is_waiting(const struct chain_io *io)
{
    uintptr_t at = (uintptr_t)io->entry - (uintptr_t)chain__entries;
    uintptr_t size = (uintptr_t)chain__entries_count();

    return at < size * sizeof *chain__entries && at % sizeof *chain__entries == 0;
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

/* `io` is stopped or started: an attempt of it that is being made has nothing more to say. */
static void end_trials_of(const struct chain_io *io)
{
    for (struct chain__trial *trial = chain__trials; trial != NULL; trial = trial->outer)
        if (trial->io == io)
            trial->io = NULL;
}

static enum chain_io_attempt call(struct chain__trial *trial, int error)
{
    enum chain_io_attempt result;

    trial->outer = chain__trials;
    chain__trials = trial;
    result = trial->io->attempt(trial->io, error);
    chain__trials = trial->outer;
    return result;
}

/* The operation is in no ring and will not come back into one. */
static void turn_away(struct chain__entry *entry, struct chain_io *io, int code)
{
    struct chain__trial trial = { io, entry, NULL };

    (void)call(&trial, code);
}

/* Whether the operation, which is in no ring, wants to wait. A descriptor that
 * was closed inside the attempt is one that it cannot wait for. */
static bool attempt(struct chain__entry *entry, enum chain_io_direction direction,
                    struct chain_io *io)
{
    struct chain__trial trial = { io, entry, NULL };
    uint32_t generation = entry->generation;

    if (call(&trial, 0) != CHAIN_IO_AGAIN || trial.io == NULL)
        return false;
    if (entry->generation != generation) {
        turn_away(entry, io, ECANCELED);
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

    while (entry->generation == generation && !chain__ring_is_empty(ring) && entry->listed == 0
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
    struct chain__entry *entry = &chain__entries[fd];

    if (entry->owner != reactor || entry->generation != generation)
        return;
    /* urgent data counts as something to read */
    entry->dry &= (uint8_t) ~(what | ((what & CHAIN__IS_URGENT) != 0 ? CHAIN__CAN_READ : 0));
    let_try_both(entry);
    if (entry->polled != CHAIN__NOT_POLLED && entry->generation == generation)
        chain__poll_event(entry, what);
}

/* ---- attempts without an event ------------------------------------------- */

/* What comes into the list meanwhile has its turn after the next wait. */
void chain__io_try_again(struct chain_reactor *reactor)
{
    struct chain__entry *entry;
    uint8_t round = reactor->round;

    reactor->round = round == 1 ? 2 : 1;
    while ((entry = reactor->again) != NULL && entry->listed == round) {
        chain__entry_unlist(entry);
        let_try_both(entry);
    }
}

/* ---- descriptors, for operations ----------------------------------------- */

/* By edges, which a chain_poll on the descriptor puts up with. */
static int watch(struct chain_reactor *reactor, struct chain__entry *entry)
{
    int code;

    if (entry->owner == reactor && entry->polled != CHAIN__POLLED_BY_LEVEL)
        return 0;
    code = chain__entry_watch(reactor, entry, CHAIN__EDGES);
    if (code == 0 && entry->polled != CHAIN__NOT_POLLED)
        entry->polled = CHAIN__POLLED_BY_EDGES;
    return code;
}

/* Once it is watched the system tells of the state that it finds. A descriptor that was watched
 * before, and of which nobody has heard EAGAIN since, may have changed already. */
static int wait_for(struct chain_reactor *reactor, struct chain_io *io, int fd,
                    enum chain_io_direction direction)
{
    struct chain__entry *entry = chain__entry_of(fd);
    bool was_watched;
    int code;

    if (entry == NULL)
        return fd < 0 ? EBADF : EMFILE;
    code = chain__reactor_usable(reactor);
    if (code != 0 || entry->leaving != 0)
        return code != 0 ? code : ECANCELED;
    was_watched = entry->owner != NULL;
    code = watch(reactor, entry);
    if (code != 0)
        return code;
    end_trials_of(io);
    enter_last(entry, io, &entry->waiting[direction]);
    if (was_watched && (entry->dry & can(direction)) == 0)
        chain__entry_try_later(entry);
    return 0;
}

static bool may_try(const struct chain__entry *entry, enum chain_io_direction direction)
{
    return entry != NULL && (entry->dry & can(direction)) == 0 && entry->leaving == 0
           && chain__ring_is_empty(&entry->waiting[direction]) && chain__trials == NULL;
}

int chain_io_start(struct chain_loop *loop, struct chain_io *io, int fd,
                   enum chain_io_direction direction)
{
    struct chain_reactor *reactor = chain__reactor_of(loop);
    struct chain__entry *entry = chain__entry_of(fd);

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
        while (!chain__ring_is_empty(&entry->waiting[direction])) {
            struct chain_io *io = first_in(&entry->waiting[direction]);
            leave(io);
            turn_away(entry, io, code);
        }
    chain__poll_end(entry, code);
}

/* Closing ends a watch, unless the open file lives on in another process. So a fork(2) on another
 * thread comes before, and the watch is ended here, or after. */
static void close_watched(struct chain_reactor *owner, int fd)
{
    if (chain__fork_hold_off(&owner->link))
        chain__entry_unwatch(owner, fd);
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
        chain__entry_unwatch(owner, fd);
}

/* An attempt that is called here may close the same descriptor: the first call
 * does the work for all of them. */
static void let_go(struct chain__entry *entry, uint8_t how, int code)
{
    struct chain_reactor *owner;
    int fd = chain__entry_number(entry);

    if (entry->leaving != 0) {
        entry->leaving |= how;
        return;
    }
    entry->leaving = how;
    entry->generation++;
    tell_all(entry, code);
    how = entry->leaving;
    owner = chain__entry_release(entry);
    entry->leaving = 0;
    finish(owner, fd, (how & CHAIN__CLOSING) != 0);
}

void chain_io_forget(int fd)
{
    struct chain__entry *entry = chain__entry_of(fd);

    if (entry != NULL)
        let_go(entry, CHAIN__FORGETTING, ECANCELED);
}

/* Should the open file live on, in a child process or a duplicate, its events carry a generation
 * that is over. */
void chain_io_close(int fd)
{
    struct chain__entry *entry = chain__entry_of(fd);

    if (entry != NULL)
        let_go(entry, CHAIN__CLOSING, ECANCELED);
    else
        close(fd);
}

/* ---- for the reactor ----------------------------------------------------- */

void chain__io_renew(struct chain_reactor *reactor)
{
    for (int fd = 0; fd <= reactor->highest; fd++) {
        struct chain__entry *entry = &chain__entries[fd];
        int code = entry->owner != reactor ? 0
                                           : reactor->backend->watch(reactor, fd, entry->generation,
                                                                     chain__poll_watched(entry));
        if (code != 0)
            let_go(entry, CHAIN__FORGETTING, code);
    }
}

void chain__io_fail(struct chain_reactor *reactor, int code)
{
    for (int fd = 0; fd <= reactor->highest; fd++)
        if (chain__entries[fd].owner == reactor)
            let_go(&chain__entries[fd], CHAIN__FORGETTING, code);
}

static void leave_all(struct chain_io_link *ring)
{
    while (!chain__ring_is_empty(ring))
        leave(first_in(ring));
}

void chain__io_close(struct chain_reactor *reactor)
{
    for (int fd = 0; fd <= reactor->highest; fd++) {
        struct chain__entry *entry = &chain__entries[fd];
        if (entry->owner != reactor)
            continue;
        leave_all(&entry->waiting[CHAIN_IO_READ]);
        leave_all(&entry->waiting[CHAIN_IO_WRITE]);
        chain__poll_end(entry, 0);
        let_go(entry, CHAIN__FORGETTING, ECANCELED);
    }
}

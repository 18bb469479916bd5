/* polls.c - chain_poll: watches that report as long as a descriptor is ready.
 *
 * A descriptor has one watch in the system. Those of operations are edge-triggered, as they go on
 * until a system call says EAGAIN. A library stops earlier, so the watch of a chain_poll alone is
 * level-triggered. Where both use a descriptor the watch has edges, and the system is asked again
 * after each call: it reports anew what is still ready.
 *
 * A callback is code of others, which may change, stop, close and free whatever it likes. So
 * afterwards only what stands in the tables tells whether the chain_poll is still there. */
#include "entries.h"

#include <errno.h>

enum { CONDITIONS = CHAIN_POLL_READ | CHAIN_POLL_WRITE | CHAIN_POLL_URGENT };

_Static_assert(CHAIN_POLL_READ == CHAIN__CAN_READ && CHAIN_POLL_WRITE == CHAIN__CAN_WRITE
                   && CHAIN_POLL_URGENT == CHAIN__IS_URGENT,
               "the same bits");

/* By descriptor; made for the first of all. */
static struct chain_poll **polls;

/* As chain__entries_open() makes its table. */
static int open_table(void)
{
    struct chain_poll **none = NULL, **made;

    if (__atomic_load_n(&polls, __ATOMIC_ACQUIRE) != NULL)
        return 0;
    made = chain__entries_map(sizeof *made);
    if (made == NULL)
        return ENOMEM;
    if (!__atomic_compare_exchange_n(&polls, &none, made, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE))
        chain__entries_unmap(made, sizeof *made);
    return 0;
}

/* Also of memory that was something else before. */
static bool is_watching(const struct chain_poll *poll)
{
    return __atomic_load_n(&polls, __ATOMIC_ACQUIRE) != NULL && poll->fd >= 0
           && poll->fd < chain__entries_count() && polls[poll->fd] == poll;
}

/* An operation that is being tried may come back into its ring. */
static bool is_alone(const struct chain__entry *entry)
{
    return chain__entry_is_idle(entry) && !chain__entry_is_tried(entry);
}

static int watch(struct chain_reactor *reactor, struct chain__entry *entry, unsigned wanted)
{
    bool alone = is_alone(entry);
    int code = chain__entry_watch(reactor, entry, alone ? wanted & CONDITIONS : CHAIN__EDGES);

    if (code == 0)
        entry->polled = alone ? CHAIN__POLLED_BY_LEVEL : CHAIN__POLLED_BY_EDGES;
    return code;
}

static void count(struct chain_reactor *reactor, const struct chain_poll *poll, size_t change)
{
    if ((poll->wanted & CHAIN_POLL_KEEPS) != 0)
        reactor->waiting += change;
}

/* ---- for users ----------------------------------------------------------- */

static int begin(struct chain_reactor *reactor, struct chain_poll *poll, struct chain__entry *entry,
                 unsigned wanted)
{
    int fd = chain__entry_number(entry);
    int code = chain__reactor_usable(reactor);

    if (code == 0)
        code = open_table();
    if (code == 0 && entry->leaving != 0)
        code = ECANCELED;
    if (code == 0 && entry->owner != NULL && entry->owner != reactor)
        code = EBUSY;
    if (code == 0 && polls[fd] != NULL)
        code = EEXIST;
    if (code == 0)
        code = watch(reactor, entry, wanted);
    if (code != 0)
        return code;
    polls[fd] = poll;
    poll->fd = fd;
    poll->wanted = wanted;
    count(reactor, poll, 1);
    return 0;
}

int chain_poll_start(struct chain_loop *loop, struct chain_poll *poll, int fd, unsigned wanted)
{
    struct chain_reactor *reactor = chain__reactor_of(loop);
    struct chain__entry *entry = chain__entry_of(fd);

    if (reactor == NULL)
        return ENOTSUP;
    if (is_watching(poll))
        return EALREADY;
    if ((wanted & ~(unsigned)(CONDITIONS | CHAIN_POLL_KEEPS)) != 0)
        return EINVAL;
    if (entry == NULL)
        return fd < 0 ? EBADF : EMFILE;
    return begin(reactor, poll, entry, wanted);
}

/* To repair the reactor, in a child process, may end the watch. */
int chain_poll_change(struct chain_poll *poll, unsigned wanted)
{
    struct chain_reactor *owner;
    int code;

    if (!is_watching(poll) || (wanted & ~(unsigned)(CONDITIONS | CHAIN_POLL_KEEPS)) != 0)
        return EINVAL;
    owner = chain__entries[poll->fd].owner;
    code = chain__reactor_usable(owner);
    if (code == 0 && !is_watching(poll))
        code = ECANCELED;
    if (code == 0 && ((poll->wanted ^ wanted) & CONDITIONS) != 0)
        code = watch(owner, &chain__entries[poll->fd], wanted);
    if (code != 0)
        return code;
    count(owner, poll, SIZE_MAX);
    poll->wanted = wanted;
    count(owner, poll, 1);
    return 0;
}

/* Afterwards the descriptor may be closed by whoever owns it, so nobody watches it any more unless
 * operations do. */
void chain_poll_stop(struct chain_poll *poll)
{
    struct chain__entry *entry;
    bool by_level;

    if (!is_watching(poll))
        return;
    entry = &chain__entries[poll->fd];
    by_level = entry->polled == CHAIN__POLLED_BY_LEVEL;
    chain__poll_end(entry, 0);
    if (entry->leaving == 0
        && (is_alone(entry)
            || (by_level && chain__entry_watch(entry->owner, entry, CHAIN__EDGES) != 0))) {
        entry->generation++;
        chain__entry_unwatch(chain__entry_release(entry), chain__entry_number(entry));
    }
}

/* ---- for descriptors.c --------------------------------------------------- */

unsigned chain__poll_watched(const struct chain__entry *entry)
{
    return entry->polled == CHAIN__POLLED_BY_LEVEL
               ? polls[chain__entry_number(entry)]->wanted & CONDITIONS
               : CHAIN__EDGES;
}

void chain__poll_end(struct chain__entry *entry, int code)
{
    struct chain_poll *poll;

    if (entry->polled == CHAIN__NOT_POLLED)
        return;
    poll = polls[chain__entry_number(entry)];
    polls[chain__entry_number(entry)] = NULL;
    entry->polled = CHAIN__NOT_POLLED;
    count(entry->owner, poll, SIZE_MAX);
    if (code != 0)
        poll->ready(poll, 0, code);
}

/* With edges, the system is asked again: after a call, and once no operation waits any more. */
void chain__poll_event(struct chain__entry *entry, unsigned what)
{
    struct chain_poll **place = &polls[chain__entry_number(entry)];
    unsigned now = what & (*place)->wanted & CONDITIONS;
    uint32_t generation = entry->generation;
    int code;

    if (now != 0)
        (*place)->ready(*place, now, 0);
    if (entry->generation != generation || entry->polled != CHAIN__POLLED_BY_EDGES
        || (now == 0 && !is_alone(entry)))
        return;
    code = watch(entry->owner, entry, (*place)->wanted);
    if (code != 0)
        chain__poll_end(entry, code);
}

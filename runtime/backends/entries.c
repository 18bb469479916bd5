/* entries.c - the table of descriptors: which reactor watches which one.
 *
 * The table has an entry for every number the process can have and is shared by all reactors: a
 * descriptor is used by one thread at a time, and so is its entry. It is address space that the
 * system fills with zeroes on first touch; a zeroed entry is one of which nothing is known, so the
 * first attempt goes straight to the system call. */
#define _GNU_SOURCE
#include "entries.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/resource.h>

enum { TABLE_MAX = 1 << 20 }; /* Linux' usual fs.nr_open */

struct chain__entry *chain__entries;
int chain__entries_size;
CHAIN__THREAD_LOCAL struct chain__trial *chain__trials;

/* ---- the table ----------------------------------------------------------- */

static int capacity(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_max == RLIM_INFINITY
        || limit.rlim_max > TABLE_MAX)
        return TABLE_MAX;
    return (int)limit.rlim_max;
}

void *chain__entries_map(size_t size)
{
    void *memory = mmap(NULL, (size_t)chain__entries_count() * size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return memory == MAP_FAILED ? NULL : memory;
}

void chain__entries_unmap(void *memory, size_t size)
{
    munmap(memory, (size_t)chain__entries_count() * size);
}

/* Several threads may open their first reactor at the same time; the one that
 * comes second gives its table back. */
int chain__entries_open(void)
{
    struct chain__entry *none = NULL, *made;

    if (__atomic_load_n(&chain__entries, __ATOMIC_ACQUIRE) != NULL)
        return 0;
    __atomic_store_n(&chain__entries_size, capacity(), __ATOMIC_RELAXED);
    made = chain__entries_map(sizeof *made);
    if (made == NULL)
        return ENOMEM;
    if (!__atomic_compare_exchange_n(&chain__entries, &none, made, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE))
        chain__entries_unmap(made, sizeof *made);
    return 0;
}

/* ---- watching ------------------------------------------------------------ */

bool chain__entry_is_tried(const struct chain__entry *entry)
{
    for (const struct chain__trial *trial = chain__trials; trial != NULL; trial = trial->outer)
        if (trial->entry == entry)
            return true;
    return false;
}

int chain__entry_watch(struct chain_reactor *reactor, struct chain__entry *entry, unsigned what)
{
    int fd = chain__entry_number(entry), code;

    if (entry->owner != NULL)
        return entry->owner == reactor
                   ? reactor->backend->rewatch(reactor, fd, entry->generation, what)
                   : EBUSY;
    code = reactor->backend->watch(reactor, fd, entry->generation, what);
    if (code != 0)
        return code;
    entry->owner = reactor;
    if (fd > reactor->highest)
        reactor->highest = fd;
    return 0;
}

/* In a child process the watch is the parent's until the reactor is in order again. */
void chain__entry_unwatch(struct chain_reactor *owner, int fd)
{
    if (chain__reactor_is_sound(owner))
        owner->backend->unwatch(owner, fd);
}

struct chain_reactor *chain__entry_release(struct chain__entry *entry)
{
    struct chain_reactor *owner = entry->owner;

    chain__entry_unlist(entry);
    entry->owner = NULL;
    entry->dry = 0;
    return owner;
}

/* ---- those to be tried without an event ---------------------------------- */

void chain__entry_try_later(struct chain__entry *entry)
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

void chain__entry_unlist(struct chain__entry *entry)
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

/* entries.h - the table of descriptors: what the reactors know of each number. */
#ifndef CHAIN_ENTRIES_H
#define CHAIN_ENTRIES_H

#include "backend.h"

enum { CHAIN__FORGETTING = 1, CHAIN__CLOSING = 2 };

/* How a chain_poll on the descriptor shares its watch. */
enum chain__polled {
    CHAIN__NOT_POLLED,
    CHAIN__POLLED_BY_EDGES, /* operations wait as well, or did: asked again after each call */
    CHAIN__POLLED_BY_LEVEL  /* the watch is that of the chain_poll alone */
};

struct chain__entry {
    struct chain_io_link waiting[2]; /* by direction: rings of chain_io; zero: not made yet */
    struct chain_reactor *owner;     /* that watches it, or NULL */
    struct chain__entry *again;      /* the next in its owner's list of those to be tried */
    struct chain__entry **link;      /* what points to it there */
    uint32_t generation;             /* uses of the number, to tell events of a former one */
    uint8_t dry;     /* CHAIN__CAN_READ, …_WRITE: the last attempt would have blocked */
    uint8_t leaving; /* FORGETTING, CLOSING: its operations are being told */
    uint8_t listed;  /* in that list: the reactor's round then; else 0 */
    uint8_t polled;  /* enum chain__polled */
};

/* Most descriptors of most programs have no chain_poll: one cache line for each. */
_Static_assert(sizeof(void *) != 8 || sizeof(struct chain__entry) == 64, "a line of a cache");

/* A call of an attempt, innermost first. What starts inside one is tried later,
 * so that no attempts nest. */
struct chain__trial {
    struct chain_io *io; /* NULL: it was stopped or started again inside */
    const struct chain__entry *entry;
    struct chain__trial *outer;
};
extern CHAIN__THREAD_LOCAL struct chain__trial *chain__trials;

/* NULL until chain__io_open(); of the size below. */
extern struct chain__entry *chain__entries;
extern int chain__entries_size;

static inline int chain__entries_count(void)
{
    return __atomic_load_n(&chain__entries_size, __ATOMIC_RELAXED);
}

/* NULL: no such number. */
static inline struct chain__entry *chain__entry_of(int fd)
{
    return fd >= 0 && fd < chain__entries_count() ? &chain__entries[fd] : NULL;
}

static inline int chain__entry_number(const struct chain__entry *entry)
{
    return (int)(entry - chain__entries);
}

static inline bool chain__ring_is_empty(const struct chain_io_link *ring)
{
    return ring->next == NULL || ring->next == ring;
}

static inline bool chain__entry_is_idle(const struct chain__entry *entry)
{
    return chain__ring_is_empty(&entry->waiting[CHAIN_IO_READ])
           && chain__ring_is_empty(&entry->waiting[CHAIN_IO_WRITE]);
}

/* Whether an attempt of an operation on this descriptor is being made. */
bool chain__entry_is_tried(const struct chain__entry *entry);

/* Zeroed memory with `size` bytes for each number that a descriptor can have, or NULL. What turns
 * out not to be needed is given back. */
void *chain__entries_map(size_t size);
void chain__entries_unmap(void *memory, size_t size);

/* `reactor` watches the descriptor from now on for this, as struct chain__backend has it, and
 * hears of what is ready now. 0; EBUSY if another one does; another code of the system. */
int chain__entry_watch(struct chain_reactor *reactor, struct chain__entry *entry, unsigned what);

/* Ends the system's watch. */
void chain__entry_unwatch(struct chain_reactor *owner, int fd);

/* Nobody owns it any more. Returns the reactor that did. */
struct chain_reactor *chain__entry_release(struct chain__entry *entry);

/* Has its operations tried before the loop waits the next time. */
void chain__entry_try_later(struct chain__entry *entry);
void chain__entry_unlist(struct chain__entry *entry);

/* ---- polls.c ------------------------------------------------------------- */

/* What the system has to watch for. */
unsigned chain__poll_watched(const struct chain__entry *entry);

/* Calls the chain_poll if it waits for any of this. */
void chain__poll_event(struct chain__entry *entry, unsigned what);

/* The chain_poll does not watch any more, and is called with this code; 0: it is not. */
void chain__poll_end(struct chain__entry *entry, int code);

#endif

/* chain/private/spawn.h - the functions that generated code calls where a chain
 * spawns instances, and waits for them (rules 76-80). Private: part of
 * chain/private/gen.h, which includes it. */
#ifndef CHAIN_PRIVATE_SPAWN_H
#define CHAIN_PRIVATE_SPAWN_H

#include "chain/private/gen.h"

#ifdef __cplusplus
extern "C" {
#endif

struct chain__instance;

/* An operation that waits in a list, first come first served: for a slot of a
 * pool, or for the end of instances. */
struct chain__wait {
    struct chain_failure failure;     /* of the rejection that a chain ends with while it waits */
    struct chain__wait *next, **link; /* link is NULL when it is in no list */
};

struct chain__waiting {
    struct chain__wait *first, **last;
};

/* Where instances of one chain come from, and where they go back: static
 * storage that the loops of a process share (`pool N`), or the slabs of one
 * loop. */
struct chain__pool {
    uint32_t lock;                /* of the lists and of the fresh memory, between threads */
    struct chain__instance *free; /* last used, first used again */
    /* the memory that has never been used, zeroed: its next instance, and its end */
    char *fresh, *end;
    size_t size; /* of an instance with its frame and branches */
    struct chain__waiting waiting;
};

/* The pool of an array of instances. */
#define CHAIN__POOL(pool, array)                                                     \
    {                                                                                \
        .fresh = (char *)&(array)->instance, .end = (char *)(array) + sizeof(array), \
        .size = sizeof *(array), .waiting.last = &(pool).waiting.first               \
    }

/* The instances that a chain has spawned and that have not ended. Part of its frame. */
struct chain__nursery {
    struct chain__instance *first, **last; /* in the order they were spawned */
    struct chain__waiting joins;           /* steps that wait until there is none */
};

/* A chain that was spawned. Its frame follows directly. */
struct chain__instance {
    /* among those of its owner; `next` also where it is free */
    struct chain__instance *next, **link;
    struct chain__instance *reached; /* the next that a cancel has reached and not yet asked */
    struct chain__nursery *owner;
    /* the struct chain__pool where it goes back; while steps wait for its end, the
     * first of them, as chain__handle_wait says */
    void *pool;
    bool is_reached;      /* by a cancel of its owner */
    uint8_t handled;      /* it has a handle: 1 + the id of its loop; else 0 */
    uint16_t number_high; /* of this use, in traced builds or if it has a handle */
    uint32_t number_low;
    struct chain_strand strand; /* last */
};

CHAIN_STATIC_ASSERT(sizeof(struct chain__instance)
                        == offsetof(struct chain__instance, strand) + sizeof(struct chain_strand),
                    "a frame follows its strand directly");

static inline void chain__nursery_init(struct chain__nursery *nursery)
{
    nursery->first = NULL;
    nursery->last = &nursery->first;
    nursery->joins.first = NULL;
    nursery->joins.last = &nursery->joins.first;
}

/* ---- spawn: an operation that settles when there is an instance ---------- */

struct chain__spawn {
    struct chain__wait wait; /* first */
    struct chain__pool *pool;
    struct chain__instance *instance; /* NULL until there is one */
};

/* Of a chain with a pool: waits while all its slots are in use. Rejects with
 * CHAIN_ECLOSED on a loop that ends (rule 80). */
void chain__spawn_pooled(struct chain__spawn *op, struct chain__pool *pool);

/* Of a chain without one: from a slab of the loop. Never waits; rejects with
 * ENOMEM if there is no memory (rule 79), and with CHAIN_ECLOSED on a loop that
 * ends. The second one is for an instance whose frame is aligned more strictly
 * than the memory of a loop, or has padding before its header. */
void chain__spawn_allocated(struct chain__spawn *op, const struct chain_type *type, size_t size);
void chain__spawn_aligned(struct chain__spawn *op, const struct chain_type *type, size_t size,
                          size_t alignment);

/* INSTANCE is a type with a member `instance`: the choice is made when it is compiled. */
#define CHAIN__SPAWN_ALLOCATED(op, type, INSTANCE)                                            \
    (CHAIN__ALIGN(INSTANCE) <= CHAIN__ALIGN(max_align_t) && offsetof(INSTANCE, instance) == 0 \
         ? chain__spawn_allocated(op, type, sizeof(INSTANCE))                                 \
         : chain__spawn_aligned(op, type, sizeof(INSTANCE), CHAIN__ALIGN(INSTANCE)))

void chain__spawn_cancel(struct chain__spawn *op);

/* The arguments are in the frame, and the instance joins the ready queue. If C
 * code in the arguments has cancelled the chain, the instance is cancelled
 * before it begins: it only releases the values that it owns. */
void chain__spawned(struct chain_strand *strand, struct chain_loop *loop, struct chain__spawn *op,
                    struct chain__nursery *nursery, const struct chain_type *type);

/* The `caller` of the frame of an instance. */
extern const struct chain_caller chain__instance_caller;

/* The same for `spawn … as`: the handle of the instance, whose `caller` tells
 * those who wait for its end (rule 148). */
struct chain_handle chain__spawned_as(struct chain_strand *strand, struct chain_loop *loop,
                                      struct chain__spawn *op, struct chain__nursery *nursery,
                                      const struct chain_type *type);
extern const struct chain_caller chain__handled_caller;

/* The step has been cancelled or rejected: an instance that it was given
 * meanwhile goes back to its pool. */
void chain__not_spawned(struct chain__spawn *op);

/* ---- join: an operation that settles when the chain has no instance any more ---- */

void chain__join_start(struct chain__wait *op, struct chain__nursery *nursery);
void chain__join_cancel(struct chain__wait *op, struct chain__nursery *nursery);

/* The end of a chain that was rejected or cancelled: the same, and the
 * instances are cancelled (rule 77). */
void chain__close_start(struct chain__wait *op, struct chain__nursery *nursery);

/* The same for a chain whose rejection may know a large attempt, which would
 * stand where the wait has its list. */
struct chain__close {
    struct chain__wait wait; /* first */
    uint32_t attempt;
};
void chain__close_retried(struct chain__close *op, struct chain__nursery *nursery);

/* When the instances have ended. */
static inline void chain__closed(struct chain_op *op, const struct chain__close *close)
{
    if (op->code > 0)
        chain__set_attempt(op, (int)close->attempt);
}

/* ---- await and cancel of a handle: operations that settle when its instance has ended ---- */

/* A step that waits for the end of an instance. The list of them begins in the
 * `pool` of the instance, the last that came first, and ends with that pool: so
 * an instance needs no member for it. A frame needs no room, either, as this is
 * as large as a failure. */
struct chain__handle_wait {
    void *next; /* the next, one byte further to tell it from the pool; or the pool */
    void **link;
    struct chain__pool *pool;
};

/* They go on at once if the handle is stale (rule 149). They reject with EINVAL
 * if it belongs to another loop, and with EDEADLK inside the instance itself.
 * The second one asks the instance to stop. */
void chain__handle_await(struct chain__handle_wait *op, struct chain_handle handle);
void chain__handle_end(struct chain__handle_wait *op, struct chain_handle handle);

/* A cancel ends the waiting, not the instance. */
void chain__handle_wait_cancel(struct chain__handle_wait *op);

#ifdef __cplusplus
}
#endif

#endif

/* chain/private/types.h - the structs of which frames consist, and the bits of
 * a header. Part of chain.h, because programs need their sizes. Private:
 * programs use nothing else of them. */
#ifndef CHAIN_PRIVATE_TYPES_H
#define CHAIN_PRIVATE_TYPES_H

#include "chain_config.h"

#ifdef __cplusplus
extern "C" {
#define CHAIN_STATIC_ASSERT(condition, text) static_assert(condition, text)
#else
#define CHAIN_STATIC_ASSERT(condition, text) _Static_assert(condition, text)
#endif

struct chain_loop;
struct chain_site;
struct chain_strand;
struct chain__instance;
struct chain__slabs;

/* The part of a rejection that travels in the storage of an operation; its code
 * is in the header. */
struct chain_failure {
    const char *message;
    intptr_t info;
    const struct chain_site *origin;
};

/* The header of an operation: 16 bytes, followed directly by the operation's
 * own struct. A header's memory never becomes anything but a header, so a stale
 * deferred compares its tag and touches nothing else (rule 4). */
struct chain_op {
    /* bits 16-63: generation, odd while pending; 8-15: loop id; 0-7: CHAIN__…
     * of chain/private/gen.h */
    uint64_t tag __attribute__((__aligned__(8)));
    /* 0 value, > 0 rejection, CHAIN_CODE_CANCELLED; while pending: an outcome
     * that is already decided */
    int32_t code;
    /* strand: where to resume; branch: how far its strand is, in units of 8
     * bytes: chain__parent_of() */
    uint16_t at;
    uint8_t flags;
    union {
        /* strand that waits for branches: how many have not ended, and one for each guard */
        uint8_t branches;
        /* strand that was rejected: of the innermost retry; 0: none; CHAIN__MANY */
        uint8_t attempt;
        /* strand that was cancelled: 0; CHAIN__EMPTY: there is no value; CHAIN__LOST */
        uint8_t mark;
        /* branch that is one operation: the high byte of its site, as `flags` is the low one */
        uint8_t site_high;
    };
};

CHAIN_STATIC_ASSERT(sizeof(struct chain_op) == 16, "a header has 16 bytes on every processor");

/* What the runtime has to know about a chain. Static data that generated code writes. */
struct chain_type {
    struct chain_strand *(*resume)(struct chain_strand *strand, struct chain_loop *loop);
    /* Asks the operation that the strand waits for to stop; NULL: no operation of the chain can. */
    void (*cancel)(struct chain_strand *strand, struct chain_loop *loop);
    const char *name;
    /* the states in their order, then other steps; NULL without tables */
    const struct chain_site *sites;
    size_t states; /* entries of `sites` */
    /* where in the frame the pointer to its caller is; 0: no chain has this type */
    size_t caller;
    /* where in the frame its nursery is; 0: it spawns none. With CHAIN__STARTS:
     * it has promises, and `cancel` is also called for them: chain__asks_promises() */
    size_t nursery;
};
#define CHAIN__STARTS ((size_t)1) /* no nursery stands at an odd place */

/* One sequential line of execution. Directly after it stands the frame that it
 * runs. The frame begins with the storage of the operation that it waits for:
 * first the operation's struct, later its value or failure. */
struct chain_strand {
    struct chain_strand *next;     /* in the ready queue or among the posts */
    const struct chain_type *type; /* the chain that is resumed: the innermost called one */
    struct chain_op op;            /* the header of what this strand waits for */
};

/* Where a strand goes on when the chain it runs has ended: the calling chain
 * and its state. Static data, one for each call in the source; every frame
 * points to the one that it was called by. */
struct chain_caller {
    const struct chain_type *type;
    uint16_t at;
};

struct chain__queue {
    struct chain_strand *first, **last;
};

/* The instances that a cancel has reached and has not asked to stop yet. */
struct chain__reach {
    struct chain__instance *first, **last;
    const struct chain_type *branch_of; /* the chain whose branches are being asked; NULL: none */
};

/* The bits of a tag. */
#define CHAIN__GENERATION ((uint64_t)1 << 16) /* its lowest bit: set while pending */
#define CHAIN__BRANCH \
    ((uint64_t)1) /* a branch that is one operation: counted at its strand when it settles */
#define CHAIN__OF_FRAME \
    ((uint64_t)2) /* its strand's frame has put a pointer to itself before the branches */
#define CHAIN__LOW ((uint64_t)0xffff)

extern struct chain_loop *chain__loops[CHAIN_LOOPS_MAX]; /* NULL: none, or finished */

/* The loop's thread reads and writes tags plainly, so that the compiler sees
 * that an operation whose start it has inlined is still pending. The
 * compare-and-swap of a post may meet such a write when the post is late: it
 * finds the old or the new generation in an aligned word, and neither is its
 * own. ThreadSanitizer does not know that.
 *
 * Where a tag is two words it may find half of each. The halves differ only
 * when a generation that is odd ends in 0xffff and is followed by one that ends
 * in 0: one mixture is even, so no deferred has it, the other is odd and 2^16
 * ahead, so no deferred has it yet. The same holds the other way round, for a
 * tag that is read while a post changes it. */
static inline uint64_t chain__tag(const struct chain_op *op)
{
#ifdef CHAIN__ATOMIC_TAGS
    return __atomic_load_n(&op->tag, __ATOMIC_RELAXED);
#else
    return op->tag;
#endif
}

static inline void chain__set_tag(struct chain_op *op, uint64_t tag)
{
#ifdef CHAIN__ATOMIC_TAGS
    __atomic_store_n(&op->tag, tag, __ATOMIC_RELAXED);
#else
    op->tag = tag;
#endif
}

static inline struct chain_loop *chain__loop_of_tag(uint64_t tag)
{
    return chain__loops[(tag >> 8) & 0xff];
}

/* The header stands directly before the operation's struct. */
static inline struct chain_op *chain__op_of(const void *operation)
{
    return (struct chain_op *)(void *)((char *)operation - sizeof(struct chain_op));
}

#ifdef __cplusplus
}
#endif

#endif

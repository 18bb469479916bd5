/* chain/private/run.h - the functions that generated code calls where C code
 * runs a chain: NAME_run(), and the generated main(). Private: part of
 * chain/private/gen.h, which includes it. */
#ifndef CHAIN_PRIVATE_RUN_H
#define CHAIN_PRIVATE_RUN_H

#include "chain/private/gen.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Prepares a strand to run a chain from its beginning. Its header has never
 * been that of a branch. */
static inline void chain__prepare(struct chain_strand *strand, struct chain_loop *loop,
                                  const struct chain_type *type)
{
    strand->type = type;
    strand->op.at = 0;
    strand->op.code = 0;
    strand->op.flags = 0;
    strand->op.mark = 0;
    /* a store of half a tag is slow to load from */
    if ((chain__tag(&strand->op) >> 8 & 0xff) != loop->id)
        chain__set_tag(&strand->op,
                       (chain__tag(&strand->op) & ~CHAIN__LOW) | (uint64_t)loop->id << 8);
}

/* A strand that was no branch has ended. Before that, a root has left its list,
 * and a bare chain is no longer counted. */
void chain__note_end(struct chain_strand *strand, struct chain_loop *loop);

static inline void chain__top_ended(struct chain_strand *strand, struct chain_loop *loop)
{
    if (CHAIN__UNLIKELY(loop->ends_matter))
        chain__note_end(strand, loop);
}

/* True if a chain is running that C code has started. */
static inline bool chain__runs(const struct chain_loop *loop)
{
    return loop->roots != NULL || loop->bare != 0;
}

/* The rarer cases of chain__may_run(). One is a root with a rejection that
 * nobody has looked at: to run it again loses the rejection, so it is reported
 * (rule 105) and taken off the list. */
int chain__run_again(struct chain_root *root, struct chain_loop *loop);

/* Returns 0 if NAME_run() may write into the frame, EBUSY if the chain runs
 * already, CHAIN_ECLOSED if the loop has ended. */
static inline int chain__may_run(struct chain_root *root, struct chain_loop *loop)
{
    if (CHAIN__LIKELY(!loop->closed
                      && (root->outcome == CHAIN_OUTCOME_VALUE || root->link == NULL)))
        return 0;
    return chain__run_again(root, loop);
}

/* The `caller` of the frame of a root's chain. When that chain ends, its
 * rejection is in the storage of the strand and its code in the header. */
extern const struct chain_caller chain__root_caller;

/* Puts a root at the end of a list of its loop. */
static inline void chain__enter_root(struct chain_root *root, struct chain_root ***last)
{
    root->link = *last;
    **last = root;
    *last = &root->next;
}

/* Starts a root on behalf of NAME_run(): links it to the loop and queues its
 * strand, which resumes `type` at state 0; `place` is the `caller` of its
 * frame. After chain__may_run() has returned 0. Returns 0, so that NAME_run()
 * can end in it. */
static inline int chain__run(struct chain_root *root, struct chain_loop *loop,
                             const struct chain_type *type, const struct chain_caller **place)
{
    *place = &chain__root_caller;
    root->outcome = CHAIN_OUTCOME_PENDING;
    chain__prepare(&root->strand, loop, type);
    chain__enter_root(root, &loop->last_root);
    CHAIN__TRACE(chain__trace_run(root));
    chain__ready(loop, &root->strand);
    return 0;
}

/* ---- programs ------------------------------------------------------------ */

/* The generated main(): opens a reactor, lets `start` run the root on it (it
 * calls NAME_run() and returns what that returns) and runs the loop. Returns
 * the exit status: *value (0 if `value` is NULL), or 1 after an unhandled
 * rejection, which is printed to stderr, or a reactor that could not be opened.
 * Hosted only. */
int chain__main(struct chain_root *root,
                int (*start)(struct chain_root *root, struct chain_loop *loop, int argc,
                             char **argv),
                int argc, char **argv, const int *value);

#ifdef __cplusplus
}
#endif

#endif

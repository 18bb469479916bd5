/* chain/private/post.h - the functions that generated code calls where other
 * threads settle: posted operations, blocking functions. Private: part of
 * chain/private/gen.h, which includes it. */
#ifndef CHAIN_PRIVATE_POST_H
#define CHAIN_PRIVATE_POST_H

#include "chain/private/gen.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- operations declared `posted` -------------------------------------------
 *
 * Threads race for them, so each settling call first takes the tag by
 * compare-and-swap (rule 102). chain__post_… is for any thread, chain__shared_…
 * for the loop's own, where the operation may go on at once (rule 11):
 *
 *     enum chain_settled NAME_post_resolve(NAME_deferred done, TYPE value)     enum chain_settled NAME_resolve(… same …)
 *     {                                                                        {
 *         TYPE *place = chain__post_begin(done.end);                               TYPE *place = chain__shared_claim(done.end);
 *         if (place == NULL)                                                       if (place == NULL)
 *             return chain__post_late(done.end);                                       return chain__late(done.end);
 *         *place = value;                                                          *place = value;
 *         return chain__post_end(done.end, 0);                                     chain__settle(done.end, 0);
 *     }                                                                            return CHAIN_OK;
 *                                                                              }
 * A post travels through the link of its strand, so a posted operation in a
 * branch always gets a strand of its own: never chain__branch(). After its
 * start has made the deferred known to another thread, the operation does not
 * touch its struct. */

/* Like chain__claim(). */
static inline void *chain__shared_claim(struct chain_deferred done)
{
    uint64_t tag = done.tag;
    return chain__claim_tag(&done.op->tag, &tag, tag + CHAIN__GENERATION, __ATOMIC_ACQ_REL)
               ? chain__storage(done.op)
               : NULL;
}

enum chain_settled chain__shared_reject(struct chain_deferred done, int code, const char *message,
                                        intptr_t info);
enum chain_settled chain__shared_acknowledge(struct chain_deferred done);

/* Posting from any thread: begin claims the operation (NULL: late or closed,
 * nothing is changed: return chain__post_late()), the caller writes the value
 * there, end hands the strand to the loop and wakes it if it sleeps. Rules
 * 99-103. */
void *chain__post_begin(struct chain_deferred done);
enum chain_settled chain__post_late(struct chain_deferred done);
enum chain_settled chain__post_end(struct chain_deferred done, int code);
enum chain_settled chain__post_reject(struct chain_deferred done, int code, const char *message,
                                      intptr_t info);
/* The same for what chain__post_begin() has claimed. */
enum chain_settled chain__post_rejected(struct chain_deferred done, int code, const char *message,
                                        intptr_t info);
enum chain_settled chain__post_acknowledge(struct chain_deferred done);

/* ---- blocking functions -----------------------------------------------------
 *
 * For each that a file calls, chainc writes a struct with room for the outcome,
 * a chain_work and the arguments, and three functions: NAME_start() and
 * NAME_cancel() as an operation has them, and one for the thread. That one
 * writes the value where a settle would write it: nobody else can settle the
 * operation meanwhile. */

/* Hands the work of a pending operation to the loop's workers. Afterwards its
 * struct belongs to the thread. */
void chain__work_start(struct chain_work *work, void *call, int (*run)(struct chain_work *work),
                       const char *pool);

/* On the thread, where `fails` of the function has a message: leaves that where
 * the outcome of the call stands. Returns what chain_work_end() is given. */
static inline int chain__work_fails(struct chain_failure *failure, const struct chain__fault *fault)
{
    failure->message = fault->message;
    failure->info = fault->info;
    return -fault->code;
}

/* Cancels the step at once if its work has not begun; otherwise the step waits
 * for the work (rule 65). */
void chain__work_cancel(struct chain_work *work);

#ifdef __cplusplus
}
#endif

#endif

/* mailbox.h - the queue of strands that other threads have settled for a loop. */
#ifndef CHAIN_CORE_MAILBOX_H
#define CHAIN_CORE_MAILBOX_H

#include "chain/private/gen.h"

/* `mark` of a posted strand: a cancel had come before its rejection, whose code
 * stands where its origin will. */
enum { CHAIN__LOST = 254 };

/* Every loop number has a mailbox in static memory, so that a post needs
 * nothing of a loop that may have ended. */

/* Gives `loop` a number and a mailbox. False if all are taken. */
bool chain__mailbox_open(struct chain_loop *loop);

/* Refuses posts from now on and waits until no poster is inside the loop's
 * `wake`. `reuse`: the number may be given out again. Returns the posts that
 * the loop has not taken, newest first. */
struct chain_strand *chain__mailbox_close(struct chain_loop *loop, bool reuse);

/* Moves what was posted to the ready queue, in order (rule 100). */
void chain__mailbox_take(struct chain_loop *loop);

/* The loop is going to sleep, unless something was posted: then false. */
bool chain__mailbox_sleep(struct chain_loop *loop);
void chain__mailbox_awake(struct chain_loop *loop);

/* Posts a strand that is nobody's to the loop of a tag: it is resumed on the
 * loop's thread. From any thread. */
enum chain_settled chain__mailbox_push(uint64_t tag, struct chain_strand *strand);

/* Whether the loop of a tag takes no more posts. From any thread. */
bool chain__mailbox_is_closed(uint64_t tag);

/* In a child process, which has none of the other threads: none of them is waking a loop. */
void chain__mailboxes_forked(void);

/* Counts a late settle of an operation that had this tag. */
void chain__count_late(uint64_t tag);

#endif

/* cancel.h - the path of a cancel to pending operations. */
#ifndef CHAIN_CORE_CANCEL_H
#define CHAIN_CORE_CANCEL_H

#include "chain/private/gen.h"

/* Cancels a chain that was run from outside, and all that it has spawned. */
void chain__cancel_top(struct chain_strand *strand, struct chain_loop *loop);

/* Asks what the strand waits for to stop. */
void chain__ask_strand(struct chain_strand *strand, struct chain_loop *loop);

/* Around the first chain__cancel(): the instances that it reaches are asked at its end. */
struct chain__reach chain__reach_begin(struct chain_loop *loop);
void chain__reach_end(struct chain_loop *loop, struct chain__reach outer);

/* Cancels the instances that a chain has spawned. */
void chain__cancel_instances(struct chain__nursery *nursery, struct chain_loop *loop);

/* Asks the operation whose start was interrupted by a cancel (rule 66). */
void chain__ask_interrupted(struct chain_loop *loop);

/* The loop has ended: the requests to cancel in this list go back to their owners. */
void chain__drop_requests(struct chain_strand *list);

#endif

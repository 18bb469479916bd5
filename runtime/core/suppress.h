/* suppress.h - the origin of a rejection, and the hook for one that another outcome replaced. */
#ifndef CHAIN_CORE_SUPPRESS_H
#define CHAIN_CORE_SUPPRESS_H

#include "chain/private/gen.h"

/* The step that `op` stands for: what its strand waits for, or the branch that
 * it is the header of; NULL if unknown. */
const struct chain_site *chain__site_of(struct chain_op *op);

/* Reports a rejection to the suppressed hook (rule 106). */
void chain__suppress(struct chain_loop *loop, int code, const struct chain_failure *failure);

/* The same for the rejection of an operation whose outcome was decided while it
 * was pending; its origin is the step that waits for `op`. */
void chain__suppress_rejection(struct chain_op *op, struct chain_loop *loop, int code,
                               const char *message, intptr_t info);

#endif

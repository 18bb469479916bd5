/* settle.h - the rarer ends of an operation. */
#ifndef CHAIN_CORE_SETTLE_H
#define CHAIN_CORE_SETTLE_H

#include "chain/private/gen.h"

/* The message of a rejection with ECANCELED by which an operation ends that
 * nobody asked to stop (rule 62). */
extern const char chain__unasked[];

/* Settles what chain__claim() or chain__shared_claim() has granted. */
void chain__settle_rejected(struct chain_deferred done, int code, const char *message,
                            intptr_t info);

#endif

/* strand.h - resuming strands. */
#ifndef CHAIN_CORE_STRAND_H
#define CHAIN_CORE_STRAND_H

#include "chain/private/gen.h"

/* Resumes ready strands until there is none or the budget ends (rules 14, 17). */
void chain__drain(struct chain_loop *loop);

#endif

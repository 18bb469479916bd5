/* strand.h - resuming strands. */
#ifndef CHAIN_CORE_STRAND_H
#define CHAIN_CORE_STRAND_H

#include "chain/private/gen.h"

/* Resumes ready strands until there is none or the budget ends (rules 14, 17). */
void chain__drain(struct chain_loop *loop);

/* Begins a strand beside the running one, and lets it run to its first wait. */
void chain__begin_alone(struct chain_strand *parent, struct chain_strand *branch,
                        struct chain_loop *loop, unsigned at);

#endif

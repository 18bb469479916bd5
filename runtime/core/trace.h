/* trace.h - events of a traced build, for CHAIN__TRACE(). */
#ifndef CHAIN_CORE_TRACE_H
#define CHAIN_CORE_TRACE_H

#include "chain/private/gen.h"

/* A strand has come out of the mailbox; if it waited for an operation, that has been settled by a
 * post. */
void chain__trace_posted(const struct chain_strand *strand);

/* A loop begins and ends. */
void chain__trace_open(struct chain_loop *loop);
void chain__trace_close(const struct chain_loop *loop);

/* Events of a chain that C code runs or that is spawned, and those that belong to no header. */
void chain__trace_cancel(const struct chain_root *root);
void chain__trace_spawn(struct chain__instance *instance, const struct chain_strand *spawner);
void chain__trace_root_done(const struct chain_root *root);
void chain__trace_instance_done(const struct chain__instance *instance);
void chain__trace_late(uint64_t tag);
void chain__trace_suppressed(struct chain_loop *loop, const struct chain_error *error);

#endif

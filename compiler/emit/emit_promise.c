/* emit_promise.c - promises: which chains have some, the waits for them, and their end. */
#include "emit/emit.h"

bool emit_has_promises(const struct ir_chain *chain)
{
    for (const struct ir_strand *strand = chain->strands; strand != NULL; strand = strand->next)
        if (strand->is_promise)
            return true;
    return false;
}

void emit_await_start(struct emitter *emitter, const struct ir_block *block, const char *storage)
{
    writer_putf(emitter->writer, "chain__await_%sstart(&%s.promise_wait, %s);",
                block->end == IR_AWAIT_PROMISE ? "" : "end_", storage,
                emit_promise_path(emitter, block->won));
}

void emit_await_cancel(struct emitter *emitter, const struct ir_block *block)
{
    writer_putf(emitter->writer, " chain__await_cancel(&%s.promise_wait, %s);",
                emit_storage_path(emitter, block->strand), emit_promise_path(emitter, block->won));
}

void emit_promise_end(struct emitter *emitter, const struct ir_block *block)
{
    const struct ir_chain *chain = emitter->chain;

    (void)block;
    writer_putf(emitter->writer,
                "    chain__promise_ended(%s, %s);\n    return chain__suspend(%s);\n",
                chain->local.strand, chain->local.loop, chain->local.loop);
}

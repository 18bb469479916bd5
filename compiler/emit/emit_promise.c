/* emit_promise.c - the waits for promises. */
#include "emit/emit.h"

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

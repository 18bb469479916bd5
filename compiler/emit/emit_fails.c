/* emit_fails.c - what stands behind `fails`, as two functions of the C file: `it` is their parameter, and nothing else of a chain is
 * known there.
 *
 *     sync ssize_t read(…) fails (it < 0) errno;     ->     bool read__fails(ssize_t it), int read__code(ssize_t it)
 */
#include "base/bits.h"
#include "emit/emit.h"

static void emit_part(struct emitter *emitter, const struct symbol *op, const char *type, const char *what, const struct ast_c *c)
{
    struct writer *w = emitter->writer;
    bool has_value = !ctype_is_void(op->value);

    if (has_value)
        emit_type_line(emitter, op->value);
    writer_putf(w, "static inline %s %s__%s(", type, op->name, what);
    writer_put(w, has_value ? ctype_declare(emitter->arena, op->value, emit_own_name(emitter, OWN_IT)) : "void");
    writer_put(w, ")\n");
    emit_line_back(emitter);
    writer_put(w, "{\n");
    if (has_value)
        writer_putf(w, "    (void)%s;\n", emit_own_name(emitter, OWN_IT));
    emit_line(emitter, c->span);
    writer_put(w, "    return ");
    emit_it_text(emitter, c->text);
    writer_put(w, ";\n");
    emit_line_back(emitter);
    writer_put(w, "}\n\n");
}

static void emit_once(struct emitter *emitter, uint64_t *seen, const struct symbol *op)
{
    if (op == NULL || op->fails == NULL || bits_has(seen, op->span.begin))
        return;
    bits_set(seen, op->span.begin);
    emit_part(emitter, op, "bool", "fails", op->fails);
    emit_part(emitter, op, "int", "code", op->fails_code);
}

void emit_fails(struct emitter *emitter, const struct ir_chain *chains)
{
    uint64_t *seen = emit_places(emitter);

    for (const struct ir_chain *chain = chains; chain != NULL; chain = chain->next)
        for (const struct ir_block *block = chain->blocks; block != NULL; block = block->next) {
            for (const struct ir_instr *instr = block->instrs; instr != NULL; instr = instr->next)
                if (instr->kind == IR_SYNC || instr->kind == IR_BRANCH_OP)
                    emit_once(emitter, seen, instr->op);
            if (block->end == IR_START)
                emit_once(emitter, seen, block->op);
        }
}

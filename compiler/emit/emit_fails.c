/* emit_fails.c - the text after `fails`, as a function of the C file. Its
 * parameter is `it`, and it knows nothing else of a chain. It returns the code
 * of the rejection, and with a message that and the info, too; code 0: none.
 *
 *     sync ssize_t read(…) fails (it < 0) errno;        ->     int read__fails(ssize_t it)
 *     sync int step(…) fails (it < 0) EIO "no step";    ->     struct chain__fault step__fails(int it) */
#include "base/arena.h"
#include "base/bits.h"
#include "emit/emit.h"

/* Of files that see one C function in several ways, each has its own. */
const char *emit_fails_name(const struct emitter *emitter, const struct symbol *op)
{
    unsigned file = 0;

    if (symbol_of_c_name(emitter->program, op->c_name) == op)
        return arena_format(emitter->arena, "%s__fails", op->c_name);
    for (const struct unit *unit = emitter->program->units; unit != op->unit; unit = unit->next)
        file++;
    return arena_format(emitter->arena, "%s__fails_%u", op->c_name, file);
}

static void emit_user_it(struct emitter *emitter, const struct ast_c *text)
{
    emit_at(emitter, text->span.begin);
    emit_it_text(emitter, text->text);
}

/* Only the code. */
static void emit_code(struct emitter *emitter, const struct symbol *op)
{
    struct writer *w = emitter->writer;

    emit_line(emitter, op->fails->span);
    writer_put(w, "    if (");
    emit_user_it(emitter, op->fails);
    writer_put(w, ") return chain__rejection_code((");
    emit_user_it(emitter, op->fails_code);
    writer_put(w, "));\n");
    emit_line_back(emitter);
    writer_put(w, "    return 0;\n");
}

/* One after the other, as C says nothing of the order of arguments: an info may
 * call what sets `errno` (rule 122). */
static void emit_part(struct emitter *emitter, const char *member, const struct ast_c *part,
                      const char *function)
{
    struct writer *w = emitter->writer;

    if (part == NULL)
        return;
    emit_line(emitter, part->span);
    writer_putf(w, "        %s.%s = %s", emit_own_name(emitter, OWN_CODE), member, function);
    writer_put(w, *function == '\0' ? "" : "((");
    emit_user_it(emitter, part);
    writer_put(w, *function == '\0' ? ";\n" : "));\n");
    emit_line_back(emitter);
}

/* The text is copied at once: it may stand in `it`. */
static void emit_text_said(struct emitter *emitter, const struct symbol *op)
{
    struct writer *w = emitter->writer;
    const char *fault = emit_own_name(emitter, OWN_CODE), *to = emit_own_name(emitter, OWN_PLACE);

    emit_line(emitter, op->fails_message->span);
    writer_putf(w, "        chain__say(%s, %s, %s, (", to, emit_own_name(emitter, OWN_NUMBER),
                emit_count_words(emitter, op->text));
    emit_it_text(emitter, op->fails_message->text);
    writer_put(w, "));\n");
    emit_line_back(emitter);
    if (op->fails_info != NULL)
        emit_line(emitter, op->fails_info->span);
    writer_putf(w, "        chain__told(&%s, %s, ", fault, to);
    if (op->fails_info != NULL) {
        writer_put(w, "(intptr_t)((");
        emit_it_text(emitter, op->fails_info->text);
        writer_put(w, ")));\n");
        emit_line_back(emitter);
    } else
        writer_put(w, "0);\n");
}

static void emit_fault(struct emitter *emitter, const struct symbol *op)
{
    struct writer *w = emitter->writer;
    const char *fault = emit_own_name(emitter, OWN_CODE);

    writer_putf(w, "    struct chain__fault %s = { 0, NULL, 0 };\n\n", fault);
    emit_line(emitter, op->fails->span);
    writer_put(w, "    if (");
    emit_user_it(emitter, op->fails);
    writer_put(w, ") {\n");
    emit_line_back(emitter);
    emit_part(emitter, "code", op->fails_code, "chain__rejection_code");
    if (op->says)
        emit_text_said(emitter, op);
    else {
        emit_part(emitter, "message", op->fails_message, "");
        emit_part(emitter, "info", op->fails_info, "(intptr_t)");
    }
    writer_putf(w, "    }\n    return %s;\n", fault);
}

static void emit_function(struct emitter *emitter, const struct symbol *op)
{
    struct writer *w = emitter->writer;
    bool has_value = !ctype_is_void(op->value);
    const char *it = emit_own_name(emitter, OWN_IT);

    const char *place = !op->says
                            ? ""
                            : arena_format(emitter->arena, "%sstruct chain__carried *%s, size_t %s",
                                           has_value ? ", " : "", emit_own_name(emitter, OWN_PLACE),
                                           emit_own_name(emitter, OWN_NUMBER));

    if (has_value)
        emit_type_line(emitter, op->value);
    writer_putf(w, "static inline %s %s(%s%s)\n",
                op->fails_message != NULL ? "struct chain__fault" : "int",
                emit_fails_name(emitter, op),
                has_value  ? ctype_declare(emitter->arena, op->value, it)
                : op->says ? ""
                           : "void",
                place);
    emit_line_back(emitter);
    writer_put(w, "{\n");
    if (has_value && !emit_mentions(op->fails->text, "it"))
        writer_putf(w, "    (void)%s;\n", it);
    if (op->fails_message != NULL)
        emit_fault(emitter, op);
    else
        emit_code(emitter, op);
    writer_put(w, "}\n\n");
}

static void emit_once(struct emitter *emitter, uint64_t *seen, const struct symbol *op)
{
    if (op == NULL || op->fails == NULL || bits_has(seen, op->span.begin))
        return;
    bits_set(seen, op->span.begin);
    emit_function(emitter, op);
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

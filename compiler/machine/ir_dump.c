/* ir_dump.c - the state machine as text, for --dump=ir. */
#include <string.h>

#include "base/writer.h"
#include "machine/ir.h"

/* ---- texts --------------------------------------------------------------- */

void ir_dump_variable(struct writer *w, const struct variable *variable)
{
    writer_putf(w, "%%%s.%u", variable->name, variable->index);
}

/* Multi-line text on one line. */
static void dump_bytes(struct writer *w, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        writer_put_bytes(w, text[i] == '\n' ? " " : text + i, 1);
}

static void dump_text(struct writer *w, const struct text *text)
{
    for (const struct piece *piece = text != NULL ? text->pieces : NULL; piece != NULL;
         piece = piece->next) {
        if (piece->kind == PIECE_VARIABLE)
            ir_dump_variable(w, piece->variable);
        else if (piece->kind == PIECE_TEXT)
            dump_bytes(w, piece->text, piece->length);
        else
            writer_put(w, piece->kind == PIECE_REJECT       ? "reject("
                          : piece->kind == PIECE_REJECT_END ? ")"
                                                            : "return");
    }
}

static void dump_args(struct writer *w, const struct text *args)
{
    writer_put(w, "(");
    for (const struct text *arg = args; arg != NULL; arg = arg->next) {
        writer_put(w, arg == args ? "" : ", ");
        dump_text(w, arg);
    }
    writer_put(w, ")");
}

static void dump_variable(struct writer *w, const struct variable *variable)
{
    if (variable != NULL)
        ir_dump_variable(w, variable);
}

static void dump_assignment(struct writer *w, const struct variable *variable)
{
    if (variable == NULL)
        return;
    ir_dump_variable(w, variable);
    writer_put(w, " = ");
}

const char *ir_strand_name(const struct ir_strand *strand)
{
    return strand->parent == NULL ? "main" : strand->field;
}

static void dump_label(struct writer *w, const struct ir_block *to)
{
    writer_putf(w, "@%s", to->label);
}

/* What a letter of a shape stands for, in ir.def. */
typedef void dump_hole(struct writer *w, char letter, const void *of);

static void dump_shape(struct writer *w, const char *shape, dump_hole *hole, const void *of)
{
    writer_put(w, "    ");
    for (const char *p = shape; *p != '\0'; p++)
        if (strchr("=@!", *p) != NULL || (*p >= 'A' && *p <= 'Z'))
            hole(w, *p, of);
        else
            writer_put_bytes(w, p, 1);
    writer_put(w, "\n");
}

/* ---- instructions -------------------------------------------------------- */

static void dump_fork_kind(struct writer *w, enum ast_form_kind kind)
{
    if (kind != AST_ALL)
        writer_putf(w, "%s ", ast_form_traits[kind].word);
}

static void dump_done(struct writer *w, const struct ir_instr *instr)
{
    if (instr->done == NULL)
        return;
    writer_put(w, ", ");
    ir_dump_variable(w, instr->done);
    writer_putf(w, " | %uu", instr->number);
}

static void dump_instr_hole(struct writer *w, char letter, const void *of)
{
    const struct ir_instr *instr = of;

    switch (letter) {
    case '=': dump_assignment(w, instr->variable); break;
    case 'V': dump_variable(w, instr->variable); break;
    case 'F': dump_variable(w, instr->from); break;
    case 'K': dump_fork_kind(w, instr->fork_kind); break;
    case 'L': writer_putf(w, "%s limit %s", instr->strand->field, instr->strand->limit); break;
    case 'S': writer_put(w, ir_strand_name(instr->strand)); break;
    case 'O': writer_put(w, instr->op != NULL ? instr->op->name : ""); break;
    case 'A': dump_args(w, instr->args); break;
    case 'T': dump_text(w, instr->text); break;
    case 'B': dump_text(w, instr->node->u.do_.body); break;
    case 'N': writer_putf(w, "%u", instr->number); break;
    case 'D': dump_done(w, instr); break;
    case '@': dump_label(w, instr->to); break;
    }
}

/* ---- terminators --------------------------------------------------------- */

static void dump_codes(struct writer *w, const struct ast_name *codes)
{
    writer_put(w, codes == NULL ? "any rejection" : "code");
    for (const struct ast_name *code = codes; code != NULL; code = code->next)
        writer_putf(w, " %s", code->name);
}

static void dump_delay(struct writer *w, const struct ir_block *block)
{
    if (block->node->kind == NODE_DELAY && block->node->u.delay.unit == 0)
        writer_put(w, "until ");
    if (block->text != NULL)
        dump_text(w, block->text);
    else if (block->node->kind == NODE_RETRY)
        writer_put(w, "backoff");
    else if (block->node->kind != NODE_DELAY)
        writer_put(w, "stagger");
    else
        writer_putf(w, "%lld ns", (long long)block->node->u.delay.ns);
}

static void dump_cases(struct writer *w, const struct ir_case *exit)
{
    for (; exit != NULL; exit = exit->next) {
        writer_putf(w, ", %u -> ", exit->number);
        dump_label(w, exit->to);
    }
}

static void dump_end_hole(struct writer *w, char letter, const void *of)
{
    const struct ir_block *block = of;

    switch (letter) {
    case '@': dump_label(w, block->to); break;
    case '!': dump_label(w, block->no); break;
    case 'T': dump_text(w, block->text); break;
    case 'C': dump_codes(w, block->codes); break;
    case 'O': writer_put(w, block->op->name); break;
    case 'A': dump_args(w, block->args); break;
    case 'D': dump_delay(w, block); break;
    case 'S': writer_put(w, ir_strand_name(block->won)); break;
    case 'V': dump_variable(w, block->variable); break;
    case 'R':
        writer_put(w, block->variable != NULL ? " " : "");
        dump_variable(w, block->variable);
        break;
    case 'N': dump_cases(w, block->cases); break;
    }
}

void ir_dump(struct writer *w, const struct ir_chain *chain, const struct sources *sources)
{
    writer_putf(w, "chain %s\n", chain->symbol->name);
    for (const struct ir_block *block = chain->blocks; block != NULL; block = block->next) {
        writer_putf(w, "  @%s", block->label);
        if (block->strand->parent != NULL)
            writer_putf(w, " in %s", block->strand->field);
        if (block->is_state)
            writer_putf(w, " state %s", block->state);
        if (block->span.begin != 0)
            writer_putf(w, " ; line %d", source_place(sources, block->span.begin).line);
        writer_put(w, "\n");
        for (const struct ir_instr *instr = block->instrs; instr != NULL; instr = instr->next)
            dump_shape(w, ir_traits[instr->kind].dump, dump_instr_hole, instr);
        dump_shape(w, ir_end_traits[block->end].dump, dump_end_hole, block);
    }
    writer_put(w, "\n");
}

/* ir_dump.c - the state machine as text, for --dump=ir. */
#include <string.h>

#include "base/writer.h"
#include "machine/ir.h"

/* ---- texts ---- */

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
    for (const struct piece *piece = text->pieces; piece != NULL; piece = piece->next) {
        if (piece->kind == PIECE_VARIABLE)
            ir_dump_variable(w, piece->variable);
        else if (piece->kind == PIECE_TEXT)
            dump_bytes(w, piece->text, piece->length);
        else
            writer_put(w, piece->kind == PIECE_REJECT ? "reject(" : piece->kind == PIECE_REJECT_END ? ")" : "return");
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

/* ---- instructions ---- */

static const char *const verbs[] = {
    [IR_EVAL] = "eval", [IR_COPY] = "copy", [IR_TAKE] = "take", [IR_ADOPT] = "adopt", [IR_EXPECT] = "expect",
    [IR_DEFER] = "defer", [IR_DELIVER] = "deliver", [IR_SYNC] = "sync", [IR_DO] = "do", [IR_RAISE] = "raise",
    [IR_ATTEMPTED] = "attempted", [IR_CLOSED] = "closed",
    [IR_RETRY] = "retry", [IR_RAISE_AGAIN] = "raise again", [IR_CATCH] = "catch", [IR_KEEP] = "keep",
    [IR_RESTORE] = "restore", [IR_SUPPRESS] = "suppress", [IR_SUPPRESS_OWN] = "suppress own", [IR_SET_EXIT] = "exit",
    [IR_DECLARE] = "declare", [IR_HOLD] = "hold", [IR_FORK] = "fork", [IR_BRANCH_OP] = "branch",
    [IR_BRANCH_DELAY] = "branch delay", [IR_BRANCH_STRAND] = "branch strand", [IR_EACH] = "each", [IR_NEXT_SLOT] = "next slot",
    [IR_BRANCH_JUMPED] = "branch jumped",
    [IR_OUTCOME] = "outcome", [IR_CAUSE] = "cause", [IR_SPAWNED] = "spawned",
    [IR_NOT_SPAWNED] = "not spawned", [IR_TIMEOUT] = "timeout", [IR_TIMEOUT_END] = "timeout end",
};

static void dump_instr(struct writer *w, const struct ir_instr *instr)
{
    bool assigns = instr->kind == IR_EVAL || instr->kind == IR_COPY || instr->kind == IR_TAKE || instr->kind == IR_ADOPT
                   || instr->kind == IR_SYNC
                   || instr->kind == IR_DO || instr->kind == IR_CATCH || instr->kind == IR_KEEP || instr->kind == IR_OUTCOME;

    writer_put(w, "    ");
    if (assigns)
        dump_assignment(w, instr->variable);
    writer_put(w, verbs[instr->kind]);
    writer_put(w, " ");
    if (!assigns && instr->variable != NULL)
        ir_dump_variable(w, instr->variable);
    if (instr->from != NULL)
        ir_dump_variable(w, instr->from);
    if (instr->kind == IR_FORK && instr->fork_kind != AST_ALL)
        writer_put(w, instr->fork_kind == AST_ANY ? "any " : instr->fork_kind == AST_RACE ? "race " : "settle ");
    if (instr->kind == IR_EACH || instr->kind == IR_NEXT_SLOT)
        writer_putf(w, " %s limit %s ", instr->strand->field, instr->strand->limit);
    if (instr->kind == IR_OUTCOME || instr->kind == IR_CAUSE)
        writer_putf(w, "%s ", ir_strand_name(instr->strand));
    if (instr->kind == IR_TAKE || instr->kind == IR_ADOPT || instr->kind == IR_BRANCH_OP || instr->kind == IR_BRANCH_DELAY
        || instr->kind == IR_BRANCH_STRAND)
        writer_putf(w, "%s ", ir_strand_name(instr->strand));
    if (instr->op != NULL)
        writer_put(w, instr->op->name);
    if (instr->kind == IR_SYNC || instr->kind == IR_BRANCH_OP || instr->kind == IR_RAISE || instr->kind == IR_SPAWNED)
        dump_args(w, instr->args);
    if (instr->text != NULL)
        dump_text(w, instr->text);
    if (instr->kind == IR_DO)
        dump_text(w, instr->node->u.do_.body);
    if (instr->kind == IR_FORK || instr->kind == IR_SET_EXIT)
        writer_putf(w, instr->kind == IR_FORK ? "%u" : " %u", instr->number);
    if (instr->done != NULL) {
        writer_put(w, ", ");
        ir_dump_variable(w, instr->done);
        writer_putf(w, " | %uu", instr->number);
    }
    if (instr->to != NULL)
        writer_putf(w, "@%s", instr->to->label);
    writer_put(w, "\n");
}

/* ---- terminators ---- */

static void dump_to(struct writer *w, const char *word, const struct ir_block *to)
{
    if (to != NULL)
        writer_putf(w, "%s@%s", word, to->label);
}

static void dump_wait(struct writer *w, const char *verb, const struct ir_block *block)
{
    writer_putf(w, "%s ", verb);
    if (block->op != NULL) {
        writer_put(w, block->op->name);
        dump_args(w, block->args);
    } else if (block->node != NULL && block->text != NULL)
        dump_text(w, block->text);
    else if (block->node != NULL && block->node->kind == NODE_RETRY)
        writer_put(w, "backoff");
    else if (block->node != NULL)
        writer_putf(w, "%lld ns", (long long)block->node->u.delay.ns);
    dump_to(w, " -> ", block->to);
}

static void dump_end(struct writer *w, const struct ir_block *block)
{
    writer_put(w, "    ");
    switch (block->end) {
    case IR_GOTO: dump_to(w, "goto ", block->to); break;
    case IR_IF:
        writer_put(w, "if ");
        dump_text(w, block->text);
        dump_to(w, " -> ", block->to);
        dump_to(w, ", else ", block->no);
        break;
    case IR_CHECK: dump_to(w, "well -> ", block->to); dump_to(w, ", rejected -> ", block->no); break;
    case IR_CODES:
        writer_put(w, block->codes == NULL ? "any rejection" : "code");
        for (const struct ast_name *code = block->codes; code != NULL; code = code->next)
            writer_putf(w, " %s", code->name);
        dump_to(w, " -> ", block->to);
        dump_to(w, ", else ", block->no);
        break;
    case IR_START: dump_wait(w, "start", block); break;
    case IR_DELAY: dump_wait(w, "delay", block); break;
    case IR_CALL: dump_wait(w, "call", block); break;
    case IR_JOIN: dump_to(w, "join -> ", block->to); break;
    case IR_SPAWN: writer_putf(w, "spawn %s", block->op->name); dump_to(w, " -> ", block->to); break;
    case IR_AWAIT: dump_to(w, "await instances -> ", block->to); break;
    case IR_CLOSE: dump_to(w, "close -> ", block->to); break;
    case IR_BACK: dump_to(w, "again -> ", block->to); dump_to(w, ", or later -> ", block->no); break;
    case IR_WON:
        writer_putf(w, "won %s", ir_strand_name(block->won));
        dump_to(w, " -> ", block->to);
        dump_to(w, ", else ", block->no);
        break;
    case IR_MAY_JUMP:
        dump_to(w, "may jump -> ", block->to);
        dump_to(w, ", else ", block->no);
        break;
    case IR_SWITCH:
        writer_put(w, "switch ");
        ir_dump_variable(w, block->variable);
        dump_to(w, " 0 -> ", block->to);
        for (const struct ir_case *exit = block->cases; exit != NULL; exit = exit->next) {
            writer_putf(w, ", %u", exit->number);
            dump_to(w, " -> ", exit->to);
        }
        break;
    case IR_END:
        writer_put(w, "end");
        if (block->variable != NULL) {
            writer_put(w, " ");
            ir_dump_variable(w, block->variable);
        }
        break;
    case IR_BRANCH_END: writer_put(w, "branch end"); break;
    }
    writer_put(w, "\n");
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
            dump_instr(w, instr);
        dump_end(w, block);
    }
    writer_put(w, "\n");
}

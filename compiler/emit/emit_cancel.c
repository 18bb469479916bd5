/* emit_cancel.c - the function that asks the operation that a strand waits for
 * to stop: a second switch over the states. */
#include "base/arena.h"
#include "emit/emit.h"

/* Each of these puts statements on the line of a case. */
static void emit_op_cancel(struct emitter *emitter, const struct symbol *op,
                           const struct ir_strand *strand)
{
    const char *member = emit_storage_member(strand, op),
               *storage = emit_storage_path(emitter, strand);

    if (op == NULL)
        writer_putf(emitter->writer, " chain__delay_cancel(&%s.%s);", storage, member);
    else if (!op->uncancellable)
        writer_putf(emitter->writer, " %s_cancel(&%s.%s);", op->c_name, storage, member);
}

static void emit_branch_cancel(struct emitter *emitter, const struct ir_instr *instr)
{
    const struct ir_chain *chain = emitter->chain;
    struct writer *w = emitter->writer;

    writer_put(w, "\n       ");
    if (instr->kind == IR_BRANCH_STRAND)
        writer_putf(w, " chain__cancel_branch(%s, %s);", emit_strand_path(emitter, instr->strand),
                    chain->local.loop);
    else if (instr->op != NULL && instr->op->uncancellable)
        writer_putf(w, " (void)chain__ask(&%s);", emit_op_path(emitter, instr->strand));
    else {
        writer_putf(w, " if (chain__ask(&%s))", emit_op_path(emitter, instr->strand));
        emit_op_cancel(emitter, instr->op, instr->strand);
    }
}

/* In the order in which their items began (rule 68). */
static void emit_slots_cancel(struct emitter *emitter, const struct ir_instr *instr)
{
    struct writer *w = emitter->writer;
    const struct ir_strand *slot = instr->strand;
    const struct variable *number = slot->number;
    const char *loop = emitter->chain->local.loop, *slots = emit_slots_path(emitter, slot);

    if (number == NULL)
        writer_putf(w, "\n        chain__cancel_branch(&%s[0].strand, %s);", slots, loop);
    else
        writer_putf(
            w,
            "\n        chain__cancel_slots(&%s[0].strand, sizeof *%s, %s,\n"
            "                            offsetof(struct %s_%s, %s%s) - offsetof(struct %s_%s, strand), %s);",
            slots, slots, slot->limit, emitter->chain->c_name, slot->field, number->scope->path,
            frame_place(emitter->chain->frame, number)->part->field, emitter->chain->c_name,
            slot->field, loop);
}

static void emit_wait_cancel(struct emitter *emitter, const struct ir_block *block)
{
    emit_op_cancel(emitter, block->op, block->strand);
}

static void emit_handle_cancel(struct emitter *emitter, const struct ir_block *block)
{
    writer_putf(emitter->writer, " chain__handle_wait_cancel(&%s.handle_wait);",
                emit_storage_path(emitter, block->strand));
}

static void emit_branches_cancel(struct emitter *emitter, const struct ir_block *block)
{
    for (const struct ir_instr *instr = block->instrs; instr != NULL; instr = instr->next)
        if (instr->kind == IR_EACH)
            emit_slots_cancel(emitter, instr);
        else if (ir_is(instr, IR_STARTS_BRANCHES))
            emit_branch_cancel(emitter, instr);
}

/* Asks what is waited for at the state that a block leads to. */
static void (*const cancels[])(struct emitter *emitter, const struct ir_block *block) = {
#define END(kind, dump, leads, code, cancel) [kind] = cancel,
#include "machine/ir.def"
};

/* Whether there is something to ask. */
static bool waits(const struct ir_block *block)
{
    return cancels[block->end] != NULL && (block->op == NULL || !block->op->uncancellable)
           && (block->end != IR_SPAWN || block->op->pool != NULL);
}

static bool waits_anywhere(const struct ir_chain *chain)
{
    for (const struct ir_block *block = chain->blocks; block != NULL; block = block->next)
        if (waits(block))
            return true;
    return false;
}

/* What is used stands in the text of the cases. */
static void emit_locals(struct emitter *emitter, const char *cases)
{
    struct writer *w = emitter->writer;
    const struct ir_chain *chain = emitter->chain;
    bool branches = chain->has_branches && emit_mentions(cases, chain->local.branches);

    if (branches || emit_mentions(cases, chain->local.frame))
        emit_frame_local(emitter);
    if (branches)
        writer_putf(w, "    struct %s_branches *%s = %s->branches;\n", chain->c_name,
                    chain->local.branches, chain->local.frame);
    emit_slot_locals(emitter, cases);
    if (!emit_mentions(cases, chain->local.loop))
        writer_putf(w, "    (void)%s;\n", chain->local.loop);
}

/* ---- promises ------------------------------------------------------------ */

/* Those of one strand, in the order in which they were started: places are
 * given to blocks from the outside in. */
static const char *cancel_text(struct emitter *emitter, const struct ir_strand *strand)
{
    struct writer text;

    writer_init(&text, emitter->arena);
    for (const struct ir_strand *promise = strand->promises; promise != NULL;
         promise = promise->next_child)
        writer_putf(&text, "%schain__cancel_branch(%s, %s);",
                    promise == strand->promises ? "" : " ", emit_strand_path(emitter, promise),
                    emitter->chain->local.loop);
    writer_put(&text, " return;");
    return writer_text(&text);
}

static void emit_promises_cancel(struct emitter *emitter)
{
    struct writer *w = emitter->writer;
    const struct ir_chain *chain = emitter->chain;

    writer_putf(w, "    if (chain__asks_promises(%s)) switch (%s->op.at) {\n", chain->local.loop,
                chain->local.strand);
    for (const struct ir_strand *strand = chain->strands; strand != NULL; strand = strand->next)
        if (strand->promises != NULL)
            emit_cases(emitter, strand, cancel_text(emitter, strand));
    writer_put(w, "    default: return;\n    }\n");
}

/* ---- the function -------------------------------------------------------- */

bool emit_has_cancel(const struct ir_chain *chain)
{
    return waits_anywhere(chain) || emit_has_promises(chain);
}

static bool is_asked(const struct ir_block *state)
{
    return state->is_state && state->waiter != NULL && waits(state->waiter);
}

static bool has_one_branch(const struct ir_block *join)
{
    unsigned count = 0;

    for (const struct ir_instr *instr = join->instrs; instr != NULL; instr = instr->next)
        count += ir_is(instr, IR_STARTS_BRANCHES) ? 1 : 0;
    return count == 1;
}

/* The states in which something is asked; in the others there is nothing. */
static const char *cases_text(const struct emitter *emitter)
{
    struct writer text;
    struct emitter inner = *emitter;

    writer_init(&text, emitter->arena);
    inner.writer = &text;
    if (emit_has_promises(emitter->chain))
        emit_promises_cancel(&inner);
    writer_putf(&text, "    switch (%s->op.at) {\n", emitter->chain->local.strand);
    for (const struct ir_block *state = emitter->chain->blocks; state != NULL; state = state->next)
        if (is_asked(state)) {
            bool line = state->waiter->end != IR_JOIN || has_one_branch(state->waiter);
            writer_putf(&text, "    case %s:", state->state);
            cancels[state->waiter->end](&inner, state->waiter);
            writer_put(&text, line ? " break;\n" : "\n        break;\n");
        }
    return writer_text(&text);
}

void emit_cancel(struct emitter *emitter)
{
    struct writer *w = emitter->writer;
    const struct ir_chain *chain = emitter->chain;
    const char *cases = cases_text(emitter);

    writer_putf(w,
                "static void %s_cancel_step(struct chain_strand *%s, struct chain_loop *%s)\n{\n",
                chain->c_name, chain->local.strand, chain->local.loop);
    emit_locals(emitter, cases);
    writer_putf(w, "%s    }\n}\n\n", cases);
}

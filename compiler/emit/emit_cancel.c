/* emit_cancel.c - the function that asks what a strand waits for to stop: a second switch over the states. */
#include "base/arena.h"
#include "emit/emit.h"

static void emit_op_cancel(struct emitter *emitter, const char *indent, const struct symbol *op, const struct ir_strand *strand)
{
    const char *member = emit_storage_member(strand, op), *storage = emit_storage_path(emitter, strand);

    if (op == NULL)
        writer_putf(emitter->writer, "%schain__delay_cancel(&%s.%s);\n", indent, storage, member);
    else if (!op->uncancellable)
        writer_putf(emitter->writer, "%s%s_cancel(&%s.%s);\n", indent, op->name, storage, member);
}

static void emit_branch_cancel(struct emitter *emitter, const struct ir_instr *instr)
{
    const struct ir_chain *chain = emitter->chain;

    if (instr->kind == IR_BRANCH_STRAND)
        writer_putf(emitter->writer, "        chain__cancel_branch(%s, %s);\n", emit_strand_path(emitter, instr->strand), chain->local.loop);
    else if (instr->op != NULL && instr->op->uncancellable)
        writer_putf(emitter->writer, "        (void)chain__ask(&%s);\n", emit_op_path(emitter, instr->strand));
    else {
        writer_putf(emitter->writer, "        if (chain__ask(&%s))\n", emit_op_path(emitter, instr->strand));
        emit_op_cancel(emitter, "            ", instr->op, instr->strand);
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
        writer_putf(w, "        chain__cancel_branch(&%s[0].strand, %s);\n", slots, loop);
    else
        writer_putf(w, "        chain__cancel_slots(&%s[0].strand, sizeof *%s, %s,\n"
                "                            offsetof(struct %s_%s, %s%s) - offsetof(struct %s_%s, strand), %s);\n",
             slots, slots, slot->limit, emitter->chain->c_name, slot->field, number->scope->path, number->part->field,
             emitter->chain->c_name, slot->field, loop);
}

static void emit_wait_cancel(struct emitter *emitter, const struct ir_block *block)
{
    emit_op_cancel(emitter, "        ", block->op, block->strand);
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

static void emit_locals(struct emitter *emitter)
{
    struct writer *w = emitter->writer;
    const struct ir_chain *chain = emitter->chain;
    bool frame = false, branches = false, needs_frame = false;

    for (const struct ir_block *block = chain->blocks; block != NULL; block = block->next) {
        if (!waits(block))
            continue;
        needs_frame |= block->end == IR_AWAIT;
        frame |= block->end != IR_JOIN && block->strand->parent == NULL;
        branches |= block->end == IR_JOIN || block->strand->parent != NULL;
    }
    frame |= needs_frame;
    if (frame || branches)
        writer_putf(w, "    struct %s_frame *%s = %s_frame_of(%s);\n", chain->c_name, chain->local.frame, chain->c_name, chain->local.strand);
    if (branches)
        writer_putf(w, "    struct %s_branches *%s = %s->branches;\n", chain->c_name, chain->local.branches, chain->local.frame);
    emit_slot_locals(emitter);
    if (!frame && branches)
        writer_putf(w, "    (void)%s;\n", chain->local.frame);
    if (branches)
        writer_putf(w, "    (void)%s;\n", chain->local.branches);
    writer_putf(w, "    (void)%s;\n", chain->local.loop);
}

bool emit_has_cancel(const struct ir_chain *chain)
{
    return waits_anywhere(chain);
}

void emit_cancel(struct emitter *emitter)
{
    struct writer *w = emitter->writer;
    const struct ir_chain *chain = emitter->chain;

    writer_putf(w, "static void %s_cancel_step(struct chain_strand *%s, struct chain_loop *%s)\n{\n", chain->c_name, chain->local.strand,
         chain->local.loop);
    emit_locals(emitter);
    writer_putf(w, "\n    switch ((enum %s_state)%s->op.at) {\n", chain->c_name, chain->local.strand);
    for (const struct ir_block *state = chain->blocks; state != NULL; state = state->next) {
        if (!state->is_state)
            continue;
        writer_putf(w, "    case %s:\n", state->state);
        if (state->waiter != NULL && waits(state->waiter))
            cancels[state->waiter->end](emitter, state->waiter);
        writer_put(w, "        break;\n");
    }
    writer_put(w, "    }\n}\n\n");
}

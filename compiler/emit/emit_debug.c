/* emit_debug.c - the tables of --debug: what a strand waits for in each state,
 * and where the branches are. */
#include <string.h>

#include "base/arena.h"
#include "emit/emit.h"

static const char *fork_word(const struct ir_block *join)
{
    const struct ir_instr *fork = NULL;

    for (const struct ir_instr *instr = join->instrs; instr != NULL; instr = instr->next) {
        if (instr->kind == IR_EACH)
            return "each";
        if (instr->kind == IR_TIMEOUT)
            return "timeout";
        if (instr->kind == IR_FORK)
            fork = instr;
    }
    return fork->fork_kind == AST_ALL      ? "all"
           : fork->fork_kind == AST_SETTLE ? "settle"
           : fork->fork_kind == AST_ANY    ? "any"
                                           : "race";
}

/* What is waited for at the end of a block; NULL: nothing. */
static const char *wait_word(const struct emitter *emitter, const struct ir_block *block)
{
    if (block->end == IR_START || block->end == IR_CALL)
        return block->op->name;
    if (block->end == IR_DELAY)
        return block->node->kind == NODE_RETRY ? "the pause of a retry" : "delay";
    if (block->end == IR_JOIN)
        return fork_word(block);
    if (block->end == IR_SPAWN)
        return arena_format(emitter->arena, "a slot of %s", block->op->name);
    return block->end == IR_AWAIT || block->end == IR_CLOSE ? "its spawned chains" : NULL;
}

static void emit_step(struct emitter *emitter, struct packed *packed, const struct ir_block *state)
{
    const char *word = state->waiter == NULL ? NULL : wait_word(emitter, state->waiter);
    const char *due = "0";

    if (word == NULL) {
        emit_packed(packed, "{ 0, 0 }");
        return;
    }
    if (state->waiter->end == IR_DELAY)
        due = "CHAIN__DUE(chain__delay)";
    else if (strcmp(word, "timeout") == 0 && state->waiter->end == IR_JOIN)
        due = "CHAIN__DUE(chain__timeout)";
    emit_packed(packed, arena_format(emitter->arena, "{ \"%s\", %s }", word, due));
}

static void emit_states_waited_in(struct emitter *emitter)
{
    struct packed packed = { emitter->writer, "    ", ",", 0 };

    writer_putf(emitter->writer, "static const struct chain__step chain__steps_%s[] = {\n",
                emitter->chain->c_name);
    for (const struct ir_block *block = emitter->chain->blocks; block != NULL; block = block->next)
        if (block->is_state)
            emit_step(emitter, &packed, block);
    writer_put(emitter->writer, "\n};\n");
}

/* ---- branches ------------------------------------------------------------ */

/* The struct that the branches of strands within a slot stand in; NULL: within none. */
static const char *holder_type(const struct emitter *emitter, const struct ir_strand *slot)
{
    const char *name = emitter->chain->c_name;

    return slot == NULL ? arena_format(emitter->arena, "struct %s_branches", name)
                        : arena_format(emitter->arena, "struct %s_%s", name, slot->field);
}

static void emit_items(struct emitter *emitter, const char *state, const struct ir_strand *slot)
{
    const char *type = holder_type(emitter, slot);

    writer_putf(emitter->writer,
                "    { .at = %s, .kind = CHAIN__BRANCH_IS_ITEMS, .place = offsetof(%s, %s),\n"
                "      .limit = %s, .size = sizeof(%s), .strand = offsetof(%s, strand) },\n",
                state, holder_type(emitter, slot->parent->slot), slot->field, slot->limit, type,
                type);
}

static void emit_branch_row(struct emitter *emitter, const char *state,
                            const struct ir_instr *instr)
{
    const struct ir_strand *strand = instr->strand;
    bool is_op = instr->kind != IR_BRANCH_STRAND;

    writer_putf(emitter->writer, "    { .at = %s, .kind = CHAIN__BRANCH_IS_%s,", state,
                is_op ? "OP" : "STRAND");
    if (is_op)
        writer_putf(emitter->writer, " .step = { \"%s\", %s },",
                    instr->op != NULL ? instr->op->name : "delay",
                    instr->op != NULL ? "0" : "CHAIN__DUE(chain__delay)");
    writer_putf(emitter->writer, "\n      .place = offsetof(%s, %s.%s) },\n",
                holder_type(emitter, strand->slot), strand->field,
                !is_op              ? "strand"
                : strand->is_strand ? "strand.op"
                                    : "op");
}

static void emit_branch_rows(struct emitter *emitter, const struct ir_block *state)
{
    for (const struct ir_instr *instr = state->waiter->instrs; instr != NULL; instr = instr->next)
        if (instr->kind == IR_EACH)
            emit_items(emitter, state->state, instr->strand);
        else if (ir_is(instr, IR_STARTS_BRANCHES))
            emit_branch_row(emitter, state->state, instr);
}

static bool waits_for_branches(const struct ir_block *block)
{
    return block->is_state && block->waiter != NULL && block->waiter->end == IR_JOIN;
}

/* Returns whether there are any. */
static bool emit_branch_table(struct emitter *emitter)
{
    bool any = false;

    for (const struct ir_block *block = emitter->chain->blocks; block != NULL; block = block->next)
        any |= waits_for_branches(block);
    if (!any)
        return false;
    writer_putf(emitter->writer, "static const struct chain__branch chain__branches_%s[] = {\n",
                emitter->chain->c_name);
    for (const struct ir_block *block = emitter->chain->blocks; block != NULL; block = block->next)
        if (waits_for_branches(block))
            emit_branch_rows(emitter, block);
    writer_put(emitter->writer, "    { .kind = CHAIN__BRANCHES_END }\n};\n");
    return true;
}

/* Names that begin with chain__ are never the user's. */
void emit_debug(struct emitter *emitter)
{
    struct writer *w = emitter->writer;
    const char *name = emitter->chain->c_name;
    bool branches;

    emit_states_waited_in(emitter);
    branches = emit_branch_table(emitter);
    writer_putf(w,
                "static const struct chain__debug chain__debug_%s = {\n"
                "    .steps = chain__steps_%s, .states = %u,\n",
                name, name, emitter->chain->state_count);
    if (branches)
        writer_putf(w,
                    "    .branches = chain__branches_%s,"
                    " .branches_place = offsetof(struct %s_frame, branches),\n",
                    name, name);
    writer_put(w, "};\n");
}

const char *emit_debug_site(const struct emitter *emitter)
{
    return arena_format(emitter->arena, "{ \"\", 0, 0, (const char *)&chain__debug_%s }",
                        emitter->chain->c_name);
}

/* emit_function.c - the resume function of a chain: the switch over the states,
 * then the blocks in source order. */
#include <string.h>

#include "base/arena.h"
#include "base/bits.h"
#include "emit/emit.h"

/* ---- which labels are needed --------------------------------------------- */

static void need(struct emitter *emitter, const struct ir_block *to)
{
    if (to != NULL)
        bits_set(emitter->labelled, to->index);
}

/* A terminator falls through to the block after it where it can. */
static void need_labels(struct emitter *emitter, const struct ir_block *block)
{
    bool falls = block->to == block->next;

    switch (ir_end_traits[block->end].leads) {
    case IR_LEADS_NOWHERE: break;
    case IR_LEADS_WAITS:
    case IR_LEADS_BACK: need(emitter, block->to); break;
    case IR_LEADS_ON: need(emitter, falls ? NULL : block->to); break;
    case IR_LEADS_EITHER_WAY:
        need(emitter, falls ? NULL : block->to);
        need(emitter, !falls && block->no == block->next ? NULL : block->no);
        break;
    case IR_LEADS_UNLESS:
        need(emitter, falls ? NULL : block->to);
        need(emitter, falls && block->no == block->to ? NULL : block->no);
        break;
    case IR_LEADS_BY_CASES:
        need(emitter, falls ? NULL : block->to);
        for (const struct ir_case *exit = block->cases; exit != NULL; exit = exit->next)
            need(emitter, exit->to);
        break;
    }
}

/* ---- terminators --------------------------------------------------------- */

static void go(struct emitter *emitter, const struct ir_block *block, const struct ir_block *to)
{
    if (to != block->next)
        writer_putf(emitter->writer, "    goto %s;\n", to->label);
}

/* The header becomes pending, the operation starts, and the strand waits unless
 * the operation has settled inside its start (rule 11). */
static void emit_start(struct emitter *emitter, const struct ir_block *block)
{
    struct writer *w = emitter->writer;
    const struct ir_chain *chain = emitter->chain;
    const char *storage = emit_storage_path(emitter, block->strand);

    writer_putf(w, "    chain__begin(%s, %s);\n", chain->local.strand, block->to->state);
    if (block->end == IR_START || block->end == IR_DELAY || emit_waits_for_handle(block))
        emit_line(emitter, block->end_span);
    writer_put(w, "    ");
    if (block->end == IR_DELAY && block->node->kind == NODE_RETRY)
        emit_pause_start(emitter, block->node, storage);
    else if (block->end == IR_DELAY && block->node->kind != NODE_DELAY)
        emit_stagger_start(emitter, block->variable, storage);
    else if (block->end == IR_DELAY)
        emit_delay_start(emitter, block->node, storage);
    else if (block->won != NULL)
        emit_await_start(emitter, block, storage);
    else if (emit_waits_for_handle(block))
        emit_handle_start(emitter, block, storage);
    else if (block->end != IR_START)
        emit_instances_start(emitter, block, storage);
    else {
        writer_putf(w, "%s_start(&%s.%s%s", block->op->c_name, storage,
                    emit_storage_member(block->strand, block->op), block->args != NULL ? ", " : "");
        emit_arguments(emitter, block->args);
        writer_put(w, ");");
    }
    writer_putf(w, "\n    if (chain__waits(%s, %s)) return chain__suspend(%s);\n",
                chain->local.strand, block->to->state, chain->local.loop);
    emit_line_back(emitter);
    go(emitter, block, block->to);
}

static void emit_call(struct emitter *emitter, const struct ir_block *block)
{
    struct writer *w = emitter->writer;
    const struct ir_chain *chain = emitter->chain;
    const char *callee =
        arena_format(emitter->arena, "%s.%s", emit_storage_path(emitter, block->strand),
                     emit_storage_member(block->strand, block->op));

    emit_line(emitter, block->end_span);
    writer_putf(w, "    %s_start(&%s", block->op->c_name, callee);
    if (block->op->needs_branches)
        writer_putf(w, ", &%s->%s", emit_holder_path(emitter, block->strand->slot),
                    c_names_callee_member(emitter->arena, block->strand, block->op));
    writer_put(w, block->args != NULL ? ", " : "");
    emit_arguments(emitter, block->args);
    writer_putf(w, ");\n    return chain__enter(%s, %s, &%s_type, &%s.caller, &%s);\n",
                chain->local.strand, chain->local.loop, block->op->c_name, callee, block->call);
    emit_line_back(emitter);
}

/* A jump after the user's text stands on that text's line: on the next a
 * debugger would show a step that is not taken. */
static void emit_if(struct emitter *emitter, const struct ir_block *block)
{
    struct writer *w = emitter->writer;
    bool negated = block->to == block->next;

    emit_line(emitter, block->end_span.begin != 0 ? block->end_span : block->text->span);
    writer_put(w, negated ? "    if (!(" : "    if (");
    emit_text(emitter, block->text);
    writer_putf(w, "%s goto %s;\n", negated ? "))" : ")",
                negated ? block->no->label : block->to->label);
    emit_line_back(emitter);
    if (!negated)
        go(emitter, block, block->no);
}

static void emit_codes(struct emitter *emitter, const struct ir_block *block)
{
    struct writer *w = emitter->writer;
    bool negated = block->to == block->next;

    writer_put(w, "    if (");
    if (block->codes == NULL)
        writer_putf(w, negated ? "%s->op.code <= 0" : "%s->op.code > 0",
                    emitter->chain->local.strand);
    for (const struct ast_name *code = block->codes; code != NULL; code = code->next)
        writer_putf(w, "%s%s->op.code %s %s",
                    code == block->codes ? ""
                    : negated            ? " && "
                                         : " || ",
                    emitter->chain->local.strand, negated ? "!=" : "==", code->c_name);
    writer_putf(w, ") goto %s;\n", negated ? block->no->label : block->to->label);
    if (!negated)
        go(emitter, block, block->no);
}

/* A rejection takes its origin along: the first step that knows. */
static void emit_check(struct emitter *emitter, const struct ir_block *block)
{
    struct writer *w = emitter->writer;
    const struct ir_chain *chain = emitter->chain;
    const char *s = chain->local.strand;

    if (block->to == block->no) { /* both ways lead to the same place, a finally say */
        if (block->site != 0)
            writer_putf(w, "    chain__originates(&%s->op, &%s_sites[%s]);\n", s, chain->c_name,
                        emit_site_name(emitter, block->site));
        go(emitter, block, block->to);
        return;
    }

    if (block->site != 0)
        writer_putf(w, "    if (chain__failed(&%s->op, &%s_sites[%s])) goto %s;\n", s,
                    chain->c_name, emit_site_name(emitter, block->site), block->no->label);
    else if (block->cancel_only)
        writer_putf(w, "    if (chain__cancelled_meanwhile(%s)) goto %s;\n", s, block->no->label);
    else
        writer_putf(w, "    if (%s->op.code != 0) goto %s;\n", s, block->no->label);
    go(emitter, block, block->to);
}

/* A condition of our own: goes to `to` if it holds, else to `no`. */
static void emit_won(struct emitter *emitter, const struct ir_block *block)
{
    bool negated = block->to == block->next;

    writer_putf(emitter->writer, "    if (%schain__won(%s, &%s)) goto %s;\n", negated ? "!" : "",
                emitter->chain->local.strand, emit_op_path(emitter, block->won),
                negated ? block->no->label : block->to->label);
    if (!negated)
        go(emitter, block, block->no);
}

static void emit_nobody(struct emitter *emitter, const struct ir_block *block)
{
    bool negated = block->to == block->next;

    writer_putf(emitter->writer, "    if (%schain__nobody(%s)) goto %s;\n", negated ? "!" : "",
                emitter->chain->local.strand, negated ? block->no->label : block->to->label);
    if (!negated)
        go(emitter, block, block->no);
}

static void emit_open(struct emitter *emitter, const struct ir_block *block)
{
    bool negated = block->to == block->next;

    writer_putf(emitter->writer, "    if (%schain__promise_is_open(%s)) goto %s;\n",
                negated ? "!" : "", emit_promise_path(emitter, block->won),
                negated ? block->no->label : block->to->label);
    if (!negated)
        go(emitter, block, block->no);
}

static void emit_undecided(struct emitter *emitter, const struct ir_block *block)
{
    writer_putf(emitter->writer, "    if (!chain__undecided(%s)) goto %s;\n",
                emit_strand_path(emitter, block->won->parent), block->no->label);
    go(emitter, block, block->to);
}

static void emit_may_jump(struct emitter *emitter, const struct ir_block *block)
{
    writer_putf(emitter->writer, "    if (!chain__may_jump(%s, %s)) goto %s;\n",
                emit_strand_path(emitter, block->won->parent), emitter->chain->local.strand,
                block->no->label);
    go(emitter, block, block->to);
}

static void emit_switch(struct emitter *emitter, const struct ir_block *block)
{
    const char *path = emit_variable_path(emitter, block->variable);
    for (const struct ir_case *exit = block->cases; exit != NULL; exit = exit->next)
        writer_putf(emitter->writer, "    if (%s == %u) goto %s;\n", path, exit->number,
                    exit->to->label);
    go(emitter, block, block->to);
}

static void emit_back(struct emitter *emitter, const struct ir_block *block)
{
    const struct ir_chain *chain = emitter->chain;
    writer_putf(emitter->writer,
                "    if (!chain__may_go_on(%s)) return chain__yield(%s, %s, %s);\n    goto %s;\n",
                chain->local.loop, chain->local.strand, chain->local.loop, block->no->state,
                block->to->label);
}

/* The end of a rejected chain is that of any other, without the value: one follows the other. */
static bool falls_into_end(const struct ir_block *block)
{
    const struct ir_block *next = block->next;

    return next != NULL && next->end == IR_END && next->variable == NULL && next->instrs == NULL
           && !next->is_state;
}

static void emit_end(struct emitter *emitter, const struct ir_block *block)
{
    const struct ir_chain *chain = emitter->chain;

    emit_steps_at(emitter, chain->symbol->proto->body->span.end - 1);
    if (block->variable != NULL && !frame_place(chain->frame, block->variable)->in_storage)
        writer_putf(emitter->writer, "    %s->u.value = %s;\n", chain->local.frame,
                    emit_variable_path(emitter, block->variable));
    if (falls_into_end(block))
        return;
    if (chain->has_causes)
        writer_putf(emitter->writer, "    chain__forget_causes(&%s->op);\n", chain->local.strand);
    writer_putf(emitter->writer, "    return %s(%s, %s, %s->caller);\n",
                chain->call_count == 0 ? "chain__end" : "chain__end_caller", chain->local.strand,
                chain->local.loop, chain->local.frame);
}

static void emit_goto(struct emitter *emitter, const struct ir_block *block)
{
    go(emitter, block, block->to);
}

static void emit_join(struct emitter *emitter, const struct ir_block *block)
{
    const struct ir_chain *chain = emitter->chain;
    writer_putf(emitter->writer, "    if (!chain__join(%s, %s)) return chain__suspend(%s);\n",
                chain->local.strand, chain->local.loop, chain->local.loop);
    go(emitter, block, block->to);
}

static void put_branch_end(struct emitter *emitter, const struct ir_block *block,
                           const char *function)
{
    const struct ir_chain *chain = emitter->chain;
    writer_putf(emitter->writer, "    %s(%s, %s, %s);\n    return chain__suspend(%s);\n", function,
                emit_strand_path(emitter, block->strand->parent), chain->local.strand,
                chain->local.loop, chain->local.loop);
}

static void emit_branch_end(struct emitter *emitter, const struct ir_block *block)
{
    put_branch_end(emitter, block, "chain__branch_ended");
}

static void emit_branch_left(struct emitter *emitter, const struct ir_block *block)
{
    put_branch_end(emitter, block, "chain__branch_left");
}

static void emit_source_end(struct emitter *emitter, const struct ir_block *block)
{
    put_branch_end(emitter, block, "chain__source_ended");
}

static void (*const terminators[])(struct emitter *emitter, const struct ir_block *block) = {
#define END(kind, dump, leads, code, cancel) [kind] = code,
#include "machine/ir.def"
};

/* Where the step stands that ends a block; that of branches, where they end. */
static pos place_of(const struct ir_block *block)
{
    return block->end == IR_JOIN && block->end_span.end != 0 ? block->end_span.end - 1
                                                             : block->end_span.begin;
}

/* What the chain does of itself, it does at its end: unless it begins. */
static void go_to(struct emitter *emitter, const struct ir_block *block, pos at)
{
    const struct ir_chain *chain = emitter->chain;

    emit_steps_at(emitter, at == chain->symbol->span.begin && block != chain->blocks
                               ? chain->symbol->proto->body->span.end - 1
                               : at);
}

static void emit_terminator(struct emitter *emitter, const struct ir_block *block)
{
    if (block->end != IR_CHECK || !block->cancel_only || block->instrs == NULL)
        go_to(emitter, block, place_of(block));
    terminators[block->end](emitter, block);
}

static void emit_block(struct emitter *emitter, const struct ir_block *block)
{
    if (block->is_state || bits_has(emitter->labelled, block->index))
        writer_putf(emitter->writer, "%s:\n", block->label);
    go_to(emitter, block, block->waiter == NULL ? block->span.begin : place_of(block->waiter));
    if (block->is_join)
        writer_putf(emitter->writer, "    if (!chain__joined(%s, %s)) return chain__suspend(%s);\n",
                    emitter->chain->local.strand, emitter->chain->local.loop,
                    emitter->chain->local.loop);
    for (const struct ir_instr *instr = block->instrs; instr != NULL; instr = instr->next)
        emit_instr(emitter, instr);
    emit_terminator(emitter, block);
}

/* ---- the function -------------------------------------------------------- */

static bool is_inside(const struct ir_strand *strand, const struct ir_strand *slot)
{
    for (; strand != NULL; strand = strand->parent)
        if (strand == slot)
            return true;
    return false;
}

/* The slot directly inside `slot` that is around this one. */
static const struct ir_strand *next_inside(const struct ir_strand *inner,
                                           const struct ir_strand *slot)
{
    while (inner->parent->slot != slot)
        inner = inner->parent->slot;
    return inner;
}

/* How to come from a strand to the slot around it. */
static const char *way_to_slot(struct emitter *emitter, const struct ir_strand *strand,
                               const struct ir_strand *slot)
{
    const char *name = emitter->chain->c_name, *s = emit_own_name(emitter, OWN_GIVEN);

    if (strand->slot == slot)
        return arena_format(
            emitter->arena,
            "return (struct %s_%s *)(void *)((char *)%s - offsetof(struct %s_%s, %s%s%s));", name,
            slot->field, s, name, slot->field, strand == slot ? "" : strand->field,
            strand == slot ? "" : ".", emit_header_of(strand)->strand);
    return arena_format(emitter->arena, "return %s_%s_of(%s)->chain__outer;", name,
                        next_inside(strand->slot, slot)->field, s);
}

void emit_cases(struct emitter *emitter, const struct ir_strand *strand, const char *statement)
{
    struct packed packed = { emitter->writer, "    ", "", 0 };

    for (const struct ir_block *state = strand->states; state != NULL; state = state->next_state)
        emit_packed(&packed, arena_format(emitter->arena, "case %s:", state->state));
    if (strand->states != NULL)
        writer_putf(emitter->writer, "%s%s\n",
                    packed.column + strlen(statement) < EMIT_WIDTH ? " " : "\n        ", statement);
}

/* "trip_each_1_of(struct chain_strand *s_)" */
static void emit_of_head(struct emitter *emitter, const char *field)
{
    const char *name = emitter->chain->c_name;
    writer_putf(emitter->writer, "static struct %s_%s *%s_%s_of(struct chain_strand *%s)", name,
                field, name, field, emit_own_name(emitter, OWN_GIVEN));
}

static void emit_of_switch(struct emitter *emitter)
{
    writer_putf(emitter->writer, "\n{\n    switch (%s->op.at) {\n",
                emit_own_name(emitter, OWN_GIVEN));
}

/* The slot that a strand is in, NULL if it is in none of this each. */
static void emit_slot_of(struct emitter *emitter, const struct ir_strand *slot)
{
    struct writer *w = emitter->writer;

    emit_of_head(emitter, slot->field);
    emit_of_switch(emitter);
    for (const struct ir_strand *strand = emitter->chain->strands; strand != NULL;
         strand = strand->next)
        if (is_inside(strand, slot))
            emit_cases(emitter, strand, way_to_slot(emitter, strand, slot));
    writer_put(w, "    }\n    return NULL;\n}\n\n");
}

static void emit_slots_of(struct emitter *emitter)
{
    const struct ir_chain *chain = emitter->chain;

    bool any = false; /* the first one is not called before it is defined */

    for (const struct ir_strand *strand = chain->strands; strand != NULL; strand = strand->next) {
        if (strand->is_slot && any) {
            emit_of_head(emitter, strand->field);
            writer_put(emitter->writer, ";\n");
        }
        any |= strand->is_slot;
    }
    for (const struct ir_strand *strand = chain->strands; strand != NULL; strand = strand->next)
        if (strand->is_slot)
            emit_slot_of(emitter, strand);
}

/* The way to the frame: directly after the chain's own strand. */
static const char *way_to_frame(const struct emitter *emitter, const struct ir_strand *strand)
{
    const char *name = emitter->chain->c_name, *s = emit_own_name(emitter, OWN_GIVEN);

    if (strand->slot != NULL)
        return arena_format(emitter->arena, "return %s_%s_of(%s)->chain__frame;", name,
                            strand->slot->field, s);
    return arena_format(
        emitter->arena,
        "return ((struct %s_branches *)(void *)((char *)%s - offsetof(struct %s_branches, "
        "%s.%s)))->frame;",
        name, s, name, strand->field, emit_header_of(strand)->strand);
}

/* The frame of a chain with branches that are strands: these find it through
 * the struct of the branches. */
static void emit_frame_of(struct emitter *emitter)
{
    emit_of_head(emitter, "frame");
    emit_of_switch(emitter);
    for (const struct ir_strand *strand = emitter->chain->strands; strand != NULL;
         strand = strand->next)
        if (strand->parent != NULL)
            emit_cases(emitter, strand, way_to_frame(emitter, strand));
    writer_putf(emitter->writer, "    }\n    return (struct %s_frame *)(void *)(%s + 1);\n}\n\n",
                emitter->chain->c_name, emit_own_name(emitter, OWN_GIVEN));
}

/* Branches are reached through a pointer; a chain that only has callees with
 * branches uses it in its calls. */
static bool uses_branches(const struct ir_chain *chain)
{
    for (const struct ir_block *block = chain->blocks; block != NULL; block = block->next) {
        if (block->strand->parent != NULL || (block->end == IR_CALL && block->op->needs_branches))
            return true;
        for (const struct ir_instr *instr = block->instrs; instr != NULL; instr = instr->next)
            if (ir_is(instr, IR_STARTS_BRANCHES))
                return true;
    }
    return false;
}

/* What is never needed after a wait. */
static void emit_variables(struct emitter *emitter)
{
    struct writer *w = emitter->writer;

    if (emitter->chain->frame->locals == NULL)
        return;
    writer_put(w, "    struct {\n");
    for (const struct local *local = emitter->chain->frame->locals; local != NULL;
         local = local->next) {
        emit_type_line(emitter, local->type);
        writer_put(w, "        ");
        emit_at(emitter, local->type.at);
        writer_putf(w, "%s; ", emit_carrying(emitter, local->variable, local->name));
        emit_origin(emitter, local->variable);
        emit_line_back(emitter);
    }
    writer_putf(w, "    } %s;\n", emitter->chain->local.variables);
}

/* A strand's frame: directly after it, unless it is that of a branch. */
void emit_frame_local(struct emitter *emitter)
{
    const struct ir_chain *chain = emitter->chain;
    const char *name = chain->c_name, *f = chain->local.frame, *s = chain->local.strand;

    if (chain->has_branch_strands)
        writer_putf(emitter->writer, "    struct %s_frame *%s = %s_frame_of(%s);\n", name, f, name,
                    s);
    else
        writer_putf(emitter->writer,
                    "    struct %s_frame *%s = (struct %s_frame *)(void *)(%s + 1);\n", name, f,
                    name, s);
}

static void emit_locals(struct emitter *emitter)
{
    struct writer *w = emitter->writer;
    const struct ir_chain *chain = emitter->chain;

    emit_frame_local(emitter);
    if (uses_branches(chain))
        writer_putf(w, "    struct %s_branches *%s = %s->branches;\n", chain->c_name,
                    chain->local.branches, chain->local.frame);
    emit_slot_locals(emitter, NULL);
    emit_variables(emitter);
    writer_putf(w, "    enum %s_state %s = (enum %s_state)%s->op.at;\n", chain->c_name,
                chain->local.at, chain->c_name, chain->local.strand);
}

void emit_resume(struct emitter *emitter)
{
    struct writer *w = emitter->writer;
    const struct ir_chain *chain = emitter->chain;

    emitter->labelled =
        arena_alloc(emitter->arena, bits_words(chain->block_count) * sizeof *emitter->labelled);
    for (const struct ir_block *block = chain->blocks; block != NULL; block = block->next)
        need_labels(emitter, block);
    emit_slots_of(emitter);
    if (chain->has_branch_strands)
        emit_frame_of(emitter);
    writer_putf(
        w,
        "static struct chain_strand *%s_resume(struct chain_strand *%s, struct chain_loop *%s)\n{\n",
        chain->c_name, chain->local.strand, chain->local.loop);
    emit_locals(emitter);
    writer_putf(w, "\n    switch (%s) {\n", chain->local.at);
    for (const struct ir_block *block = chain->blocks; block != NULL; block = block->next)
        if (block->is_state)
            writer_putf(w, "    case %s: goto %s;\n", block->state, block->label);
    writer_put(w, "    }\n    chain__impossible();\n");
    emit_steps_begin(emitter);
    for (const struct ir_block *block = chain->blocks; block != NULL; block = block->next)
        emit_block(emitter, block);
    emit_steps_at(emitter, chain->symbol->proto->body->span.end - 1);
    writer_put(emitter->writer, "}\n");
    emit_steps_end(emitter, w);
    emit_line_back(emitter);
}

/* lower_build.c - part of lower: makes blocks, instructions, strands and
 * variables. It decides nothing. */
#include "base/arena.h"
#include "machine/lower.h"

struct ir_block *lower_new_block(struct lowering *lowering, const char *hint, struct span span)
{
    struct ir_block *block = arena_new(lowering->arena, struct ir_block);
    block->strand = lowering->strand;
    block->hint = hint;
    block->span = span;
    block->last_instr = &block->instrs;
    return block;
}

struct ir_block *lower_inner_block(struct lowering *lowering, const char *hint)
{
    return lower_new_block(lowering, hint, (struct span){ 0 });
}

/* Of the step that a pipeline begins with: the name of what it calls, or the word of its form. */
const char *lower_step_word(const struct node *pipeline)
{
    const struct node *step = pipeline;

    while (step->before != NULL || step->kind == NODE_BLOCK)
        step = step->before != NULL ? step->before : step->body;
    if (step->kind == NODE_BRANCHES)
        return ast_form_traits[step->u.combinator].word;
    return step->kind == NODE_CALL ? step->u.call.op->name : node_traits[step->kind].word;
}

/* Puts a block after those placed so far and goes on in it. */
void lower_place(struct lowering *lowering, struct ir_block *block)
{
    *lowering->chain->last_block = block;
    lowering->chain->last_block = &block->next;
    lowering->block = block;
}

void lower_terminate(struct lowering *lowering, enum ir_end kind, struct ir_block *to,
                     struct ir_block *no)
{
    struct ir_block *block = lowering->block;
    if (block->done) /* after a jump: nothing leads here */
        return;
    block->end = kind;
    block->to = to;
    block->no = no;
    block->done = true;
}

struct ir_instr *lower_add(struct lowering *lowering, enum ir_kind kind, struct span span)
{
    struct ir_instr *instr = arena_new(lowering->arena, struct ir_instr);
    instr->kind = kind;
    instr->span = span;
    instr->strand = lowering->strand;
    *lowering->block->last_instr = instr;
    lowering->block->last_instr = &instr->next;
    return instr;
}

unsigned lower_new_site(struct lowering *lowering, struct span span, const char *step)
{
    struct ir_site *site = arena_new(lowering->arena, struct ir_site);
    site->span = span;
    site->step = step;
    site->index = lowering->chain->site_count++;
    *lowering->chain->last_site = site;
    lowering->chain->last_site = &site->next;
    return site->index + 1;
}

/* Among what the strand waits for. */
void lower_make_room(struct lowering *lowering, enum member member)
{
    lowering->strand->members |= 1u << member;
}

/* Goes on only if there is no rejection. */
void lower_check_code(struct lowering *lowering, struct span span, const char *step)
{
    struct ir_block *next = lower_inner_block(lowering, "well");
    lowering->block->site = step == NULL ? 0 : lower_new_site(lowering, span, step);
    lower_terminate(lowering, IR_CHECK, next, lowering->fail);
    lower_place(lowering, next);
    lowering->dirty = false;
}

/* Before something new is started: user code that ran meanwhile may have
 * cancelled this very strand (rule 67). */
void lower_check_cancelled(struct lowering *lowering, struct span span)
{
    struct ir_block *block = lowering->block;

    if (!lowering->dirty)
        return;
    lower_check_code(lowering, span, NULL);
    block->cancel_only = true;
}

/* The strand waits, and resumes at a state of its own. */
struct ir_block *lower_wait_at(struct lowering *lowering, enum ir_end kind, const char *hint,
                               struct span span)
{
    struct ir_block *after = lower_inner_block(lowering, hint);

    lowering->block->end_span = span;
    lower_terminate(lowering, kind, after, NULL);
    after->is_state = true;
    lower_place(lowering, after);
    return after;
}

/* A value counts for an undo also if a cancel comes before the chain goes on:
 * that waits until the undo is noted (rule 42a). */
void lower_expect(struct lowering *lowering, struct span span)
{
    lower_add(lowering, IR_EXPECT, span);
}

void lower_defer(struct lowering *lowering, bool defers, struct span span)
{
    if (defers)
        lower_add(lowering, IR_DEFER, span);
}

struct ir_strand *lower_new_strand(struct arena *arena, struct ir_chain *chain,
                                   struct ir_strand *parent, struct span span)
{
    struct ir_strand *strand = arena_new(arena, struct ir_strand);
    strand->parent = parent;
    strand->slot = parent == NULL ? NULL : parent->slot;
    strand->span = span;
    strand->last_storage = &strand->storage;
    strand->last_callee = &strand->callees;
    *chain->last_strand = strand;
    chain->last_strand = &strand->next;
    return strand;
}

/* The position of the branch with this number under a strand. */
struct ir_strand *lower_child_strand(struct lowering *lowering, unsigned number, struct span span)
{
    struct ir_strand **child = &lowering->strand->children;

    while (*child != NULL && number-- > 0)
        child = &(*child)->next_child;
    if (*child == NULL)
        *child = lower_new_strand(lowering->arena, lowering->chain, lowering->strand, span);
    lowering->chain->has_branches = true;
    return *child;
}

static void add_to(struct arena *arena, struct ir_storage *first, struct ir_storage ***last,
                   const struct symbol *op)
{
    for (; first != NULL; first = first->next)
        if (first->op == op)
            return;
    **last = arena_new(arena, struct ir_storage);
    (**last)->op = op;
    *last = &(**last)->next;
}

void lower_use_storage(struct lowering *lowering, struct ir_strand *strand, const struct symbol *op)
{
    add_to(lowering->arena, strand->storage, &strand->last_storage, op);
    if (op != NULL && op->proto_kind == AST_CHAIN && op->needs_branches) {
        add_to(lowering->arena, strand->callees, &strand->last_callee, op);
        lowering->chain->has_branches = true;
    }
}

struct variable *lower_new_variable(struct lowering *lowering, enum variable_kind kind,
                                    const char *name, const char *type)
{
    struct checked_chain *chain = lowering->chain->checked;
    struct variable *variable = arena_new(lowering->arena, struct variable);

    variable->kind = kind;
    variable->name = name;
    variable->type.before = type;
    variable->type.after = "";
    variable->scope = lowering->scope;
    variable->address_taken = kind == VARIABLE_KEPT;
    variable->index = chain->variable_count++;
    *chain->last_variable = variable;
    chain->last_variable = &variable->next;
    return variable;
}

void lower_set_exit(struct lowering *lowering, struct variable *variable, unsigned number)
{
    struct ir_instr *instr = lower_add(lowering, IR_SET_EXIT, lowering->block->span);
    instr->variable = variable;
    instr->number = number;
}

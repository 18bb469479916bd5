/* lower_fork.c - part of lower: for every form with branches, starts them,
 * waits for them, and makes their jumps.
 *
 * The branches' blocks stand after the join, in source order, and are run by
 * strands of their own. A branch that is one operation has no blocks: it is
 * only started, and counted where it settles. */
#include <string.h>

#include "base/arena.h"
#include "machine/lower.h"

/* The call or delay that a branch consists of, if it needs no strand of its
 * own. A posted operation needs one: its post travels through the link of the
 * strand. A call that takes a value over needs one, because it may not be
 * started. So does a step with an owned value that has no place (`wanted`: it
 * has one), because that value has to be released. */
const struct node *lower_single_operation(const struct node *branch, bool wanted)
{
    const struct node *node = branch->body;

    if (branch->u.block.scope->undo_count != 0 || branch->u.block.scope->owned_count != 0)
        return NULL;
    if (node->kind == NODE_CALL
        && ((node->resource != NULL && !wanted && node->binding == NULL) || lower_own_gives(node)))
        return NULL;
    if (node->kind == NODE_CALL && node->u.call.op->proto_kind == AST_ASYNC
        && !node->u.call.op->posted)
        return node;
    return node->kind == NODE_DELAY ? node : NULL;
}

/* What a branch is called: what it is bound to, or the step that it begins with. */
const char *lower_branch_word(const struct node *branch)
{
    if (branch->u.block.outcome != NULL)
        return branch->u.block.outcome->name;
    if (branch->body->binding != NULL)
        return branch->body->binding->name;
    return lower_step_word(branch->body);
}

static void start_single(struct lowering *lowering, const struct node *node,
                         struct ir_strand *strand)
{
    struct ir_instr *instr =
        lower_add(lowering, node->kind == NODE_CALL ? IR_BRANCH_OP : IR_BRANCH_DELAY, node->span);

    instr->strand = strand;
    instr->node = node;
    if (node->kind == NODE_CALL) {
        instr->op = node->u.call.op;
        instr->args = node->u.call.args;
    } else
        instr->text = node->u.delay.count;
    instr->number =
        lower_new_site(lowering, node->span, instr->op != NULL ? instr->op->name : "delay");
    lower_use_storage(lowering, strand, instr->op);
}

static struct ir_block *start_strand(struct lowering *lowering, const struct node *branch,
                                     struct ir_strand *strand)
{
    struct ir_instr *instr = lower_add(lowering, IR_BRANCH_STRAND, branch->span);
    struct ir_strand *parent = lowering->strand;

    lowering->strand = strand;
    instr->to =
        lower_new_block(lowering,
                        arena_format(lowering->arena, "branch_%s", lower_branch_word(branch)),
                        branch->span);
    lowering->strand = parent;
    instr->to->is_state = true;
    instr->strand = strand;
    strand->is_strand = true;
    lowering->chain->has_branch_strands = true;
    return instr->to;
}

void lower_add_branch(struct lowering *lowering, struct fork *fork, const struct node *branch,
                      bool wanted)
{
    unsigned i = fork->count++;

    fork->branches[i].node = branch;
    fork->branches[i].single = lower_single_operation(branch, wanted);
    fork->branches[i].strand = lower_child_strand(lowering, i, branch->span);
    branch->u.block.scope->strand = fork->branches[i].strand;
    if (fork->branches[i].single != NULL)
        start_single(lowering, fork->branches[i].single, fork->branches[i].strand);
    else
        fork->branches[i].start = start_strand(lowering, branch, fork->branches[i].strand);
}

/* The blocks of one branch. */
static void lower_branch(struct lowering *lowering, struct fork *fork, unsigned i)
{
    const struct node *branch = fork->branches[i].node;
    struct lowering outer = *lowering;
    struct variable *result = lowering->chain->checked->result;
    struct owner of_returned;
    struct ir_block *ended, *jumped;

    lowering->strand = fork->branches[i].strand;
    lowering->dirty = false;
    ended = lower_inner_block(lowering, arena_format(lowering->arena, "%s_end",
                                                     fork->branches[i].start->hint));
    jumped = lower_inner_block(lowering, arena_format(lowering->arena, "%s_jumped",
                                                      fork->branches[i].start->hint));
    fork->jumps.entry = jumped;
    fork->jumps.branch = lowering->strand;
    lowering->cleanups = &fork->jumps;
    lowering->fail = ended;
    lower_place(lowering, fork->branches[i].start);
    if (result != NULL && result->resource != NULL) {
        lowering->scope = branch->u.block.scope;
        lower_owner_open(lowering, &of_returned, NULL, OWNER_GIVES);
        lowering->strand_owner = &of_returned;
        lowering->scope = outer.scope;
    }
    if (fork->lower_items != NULL)
        fork->lower_items(lowering, fork);
    else
        lower(lowering, branch, fork->branches[i].value);
    if (lowering->strand_owner != outer.strand_owner) {
        lower_owner_close(lowering, &of_returned, branch->span);
        lowering->strand_owner = outer.strand_owner;
    }
    lower_terminate(lowering, IR_GOTO, ended, NULL);
    lower_place(lowering, jumped);
    lower_add(lowering, IR_BRANCH_JUMPED, branch->span);
    lower_terminate(lowering, IR_BRANCH_END, fork->joined, NULL);
    lower_place(lowering, ended);
    lower_terminate(lowering, IR_BRANCH_END, fork->joined, NULL);
    lowering->strand = outer.strand;
    lowering->cleanups = outer.cleanups;
    lowering->fail = outer.fail;
}

void lower_begin_fork(struct lowering *lowering, struct fork *fork, const struct node *node,
                      enum ast_form_kind kind, const char *hint)
{
    struct ir_instr *instr;

    memset(fork, 0, sizeof *fork);
    lower_check_cancelled(lowering, node->span);
    fork->joined = lower_inner_block(lowering, hint);
    fork->jumps.outer = lowering->cleanups;
    fork->jumps.owner = lowering->strand_owner;
    fork->jumps.scope = lowering->scope;
    fork->reset = lower_add(lowering, IR_HOLD, node->span);
    instr = lower_add(lowering, IR_FORK, node->span);
    instr->node = node;
    instr->to = fork->joined;
    instr->fork_kind = kind;
    lower_make_room(lowering, MEMBER_DECISION);
}

/* After the last start: waits, and goes on after the join. */
void lower_end_fork(struct lowering *lowering, struct fork *fork, const struct node *node)
{
    for (struct ir_instr *instr = lowering->block->instrs; instr != NULL; instr = instr->next)
        if (instr->kind == IR_FORK)
            instr->number = fork->count;
    lowering->block->end_span = node->span;
    lower_terminate(lowering, IR_JOIN, fork->joined, NULL);
    for (unsigned i = 0; i < fork->count; i++)
        if (fork->branches[i].start != NULL)
            lower_branch(lowering, fork, i);
    fork->joined->is_state = fork->joined->is_join = true;
    lower_place(lowering, fork->joined);
    lower_defer(lowering, fork->defers, node->span);
}

/* Nor does a cancel that has waited let a jump be made. */
static void deliver_before_jumps(struct lowering *lowering, struct fork *fork,
                                 struct ir_block *after)
{
    struct ir_block *jumps = lower_inner_block(lowering, "jumps");
    struct text *text = text_new(lowering->arena);

    text_add_variable(lowering->arena, text, fork->jumps.exit);
    lowering->block->text = text;
    lower_terminate(lowering, IR_IF, jumps, after);
    lower_place(lowering, jumps);
    lower_add(lowering, IR_DELIVER, jumps->span);
    lowering->dirty = true;
    lower_check_cancelled(lowering, jumps->span);
}

/* A branch that jumped has decided: its jump is made now, when the others are quiet (rule 93). */
void lower_make_jumps(struct lowering *lowering, struct fork *fork)
{
    struct ir_block *after;

    if (fork->jumps.exit == NULL)
        return;
    fork->reset->kind = IR_SET_EXIT;
    fork->reset->variable = fork->jumps.exit;
    after = lower_inner_block(lowering, "no_jump");
    if (fork->defers)
        deliver_before_jumps(lowering, fork, after);
    lowering->block->variable = fork->jumps.exit;
    lowering->block->cases = fork->jumps.cases;
    lower_terminate(lowering, IR_SWITCH, after, NULL);
    lower_continue_jumps(lowering, &fork->jumps);
    lower_place(lowering, after);
}

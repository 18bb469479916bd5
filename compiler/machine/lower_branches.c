/* lower_branches.c - part of lower: all, settle, race, any and timeout.
 *
 *     race (a(x), b(y) { q })     ->     fork race 2 -> @joined; branch a(x); branch b(y); join
 *                                        @joined:  rejected? fail : won a? take a : take b; q
 */
#include "base/arena.h"
#include "machine/lower.h"

/* ---- all, settle --------------------------------------------------------- */

/* What a branch that is one operation gives: to its binding, and to `dest`. A
 * delay passes on what came in. */
static void take_single(struct lowering *lowering, struct fork *fork, unsigned i,
                        struct variable *dest)
{
    const struct node *single = fork->branches[i].single;
    struct variable *first = single->binding != NULL ? single->binding : dest;

    if (single->kind == NODE_CALL)
        lower_take(lowering, fork->branches[i].strand, single->u.call.op, first, single->span);
    else
        lower_copy(lowering, first, single->u.delay.passes->variable, single->span);
    lower_copy(lowering, dest, single->binding, single->span);
}

static void take_bindings(struct lowering *lowering, struct fork *fork)
{
    for (unsigned i = 0; i < fork->count; i++)
        if (fork->branches[i].single != NULL && fork->branches[i].single->resource == NULL)
            take_single(lowering, fork, i, NULL);
}

/* ---- values that own something ------------------------------------------- */

/* What single operations have given is taken over whatever the outcome of the
 * whole is (rule 42c). */
static void adopt_singles(struct lowering *lowering, struct fork *fork)
{
    for (unsigned i = 0; i < fork->count; i++) {
        const struct node *single = fork->branches[i].single;
        if (single != NULL && single->resource != NULL)
            lower_adopt(lowering, fork->branches[i].strand, single->u.call.op,
                        single->binding != NULL ? single->binding : fork->branches[i].value,
                        single->span);
    }
}

/* Before the branches are started: names that the operations of an `all` bind
 * may have been bound by another way. */
static void prepare_bindings(struct lowering *lowering, const struct node *node)
{
    for (const struct node *branch = node->body; branch != NULL; branch = branch->next) {
        const struct node *single = lower_single_operation(branch, false);
        if (single != NULL && single->resource != NULL)
            lower_own_prepare(lowering, single->binding, single->span);
    }
}

static void take_outcomes(struct lowering *lowering, struct fork *fork)
{
    for (unsigned i = 0; i < fork->count; i++) {
        const struct node *branch = fork->branches[i].node, *single = fork->branches[i].single;
        struct ir_instr *instr;
        if (branch->u.block.outcome == NULL)
            continue;
        instr = lower_add(lowering, IR_OUTCOME, branch->span);
        instr->variable = branch->u.block.outcome;
        instr->strand = fork->branches[i].strand;
        if (single != NULL && single->kind == NODE_CALL && branch->u.block.value != NULL) {
            instr->op = single->u.call.op;
            instr->from = branch->u.block.value;
        } else if (single != NULL && single->kind == NODE_DELAY)
            lower_copy(lowering, branch->u.block.value, single->u.delay.passes->variable,
                       single->span);
    }
}

/* ---- race, any ----------------------------------------------------------- */

/* Where a branch's value waits until it is known who has won. */
static struct variable *value_of(const struct fork *fork, unsigned i)
{
    const struct node *branch = fork->branches[i].node;
    return fork->branches[i].value == NULL && branch->second != NULL ? branch->u.block.it->variable
                                                                     : fork->branches[i].value;
}

/* What the other branches have given although they lost is released before a
 * winner's block begins (rule 42c). */
static void release_losers(struct lowering *lowering, struct fork *fork, unsigned winner)
{
    const struct owned **list;
    unsigned count = 0;

    if (fork->owner == NULL)
        return;
    for (const struct owned *owned = fork->owner->last; owned != NULL; owned = owned->next)
        count++;
    list = arena_alloc(lowering->arena, (count + 1) * sizeof *list);
    count = 0;
    for (const struct owned *owned = fork->owner->last; owned != NULL; owned = owned->next)
        if (owned->variable != value_of(fork, winner)
            && owned->variable->scope != fork->branches[winner].node->u.block.scope)
            list[count++] = owned;
    lower_own_release_all(lowering, list, count, fork->branches[winner].node->span);
}

/* The value of the branch that won, or of its block. */
static void lower_winner(struct lowering *lowering, struct fork *fork, unsigned i,
                         struct variable *dest)
{
    const struct node *branch = fork->branches[i].node;
    struct variable *value = branch->second != NULL ? branch->u.block.it->variable : dest;

    if (branch->body->ends) /* it never has a value to win with */
        return;
    if (fork->branches[i].single != NULL && fork->branches[i].single->resource == NULL)
        take_single(lowering, fork, i, value);
    else
        lower_copy(lowering, value, fork->branches[i].value, branch->span);
    if (branch->second == NULL)
        return;
    release_losers(lowering, fork, i);
    lower(lowering, branch->second, dest);
}

static void lower_winners(struct lowering *lowering, struct fork *fork, struct variable *dest)
{
    struct ir_block *after = lower_inner_block(lowering, "after_winner");
    unsigned written = lower_own_written(dest);
    bool dirty = false;

    for (unsigned i = 0; i < fork->count; i++) {
        struct ir_block *won = lower_inner_block(lowering, "won");
        struct ir_block *next = lower_inner_block(lowering, "lost");
        won->apart = lower_branch_word(fork->branches[i].node);
        lowering->block->won = fork->branches[i].strand;
        lower_terminate(lowering, i + 1 < fork->count ? IR_WON : IR_GOTO, won,
                        i + 1 < fork->count ? next : NULL);
        lower_place(lowering, won);
        lowering->dirty = false;
        lower_own_set_written(dest, written);
        lower_winner(lowering, fork, i, dest);
        dirty |= lowering->dirty;
        lower_terminate(lowering, IR_GOTO, after, NULL);
        if (i + 1 < fork->count)
            lower_place(lowering, next);
    }
    lowering->dirty = dirty;
    lower_place(lowering, after);
}

struct variable *lower_value_apart(struct lowering *lowering, const struct variable *dest,
                                   struct span span)
{
    struct variable *value = lower_new_variable(lowering, VARIABLE_IT, "value", dest->type.before);

    value->type = dest->type;
    value->resource = dest->resource;
    value->span = span;
    return value;
}

/* Every strand keeps its value apart until it is known who has won. */
static void prepare_values(struct lowering *lowering, struct fork *fork, struct variable *dest)
{
    for (unsigned i = 0; i < fork->count; i++) {
        const struct node *branch = fork->branches[i].node;
        if (fork->branches[i].single != NULL && fork->branches[i].single->resource == NULL)
            continue;
        if (branch->second != NULL)
            fork->branches[i].value = branch->u.block.it->variable;
        else if (dest != NULL && !branch->ends)
            fork->branches[i].value = lower_value_apart(lowering, dest, branch->span);
    }
}

/* The winner's block sees what its branch has bound, so that lives until then. */
static void own_names(struct lowering *lowering, struct fork *fork, const struct node *branch)
{
    struct scope *scope = branch->u.block.scope;

    if (branch->second == NULL || scope->owned_count == 0)
        return;
    scope->owned_outside = true;
    for (struct variable *v = lowering->chain->checked->variables; v != NULL; v = v->next)
        if (v->scope == scope && v->kind == VARIABLE_BINDING && v->resource != NULL)
            lower_own(lowering, fork->owner, v);
}

static void own_values(struct lowering *lowering, struct fork *fork)
{
    for (unsigned i = 0; fork->owner != NULL && i < fork->count; i++) {
        struct variable *value = value_of(fork, i);
        own_names(lowering, fork, fork->branches[i].node);
        if (value != NULL && value->resource != NULL)
            lower_own(lowering, fork->owner, value);
    }
}

/* Whether a branch gives, or shows to its winner's block, something that has to
 * be released if it has lost. */
static bool gives_owned(const struct node *branch, const struct variable *dest)
{
    const struct variable *value = branch->second != NULL ? branch->u.block.it->variable
                                   : branch->ends         ? NULL
                                                          : dest;

    return (value != NULL && value->resource != NULL)
           || (branch->second != NULL && branch->u.block.scope->owned_count != 0);
}

static bool any_gives_owned(const struct node *node, const struct variable *dest)
{
    for (const struct node *branch = node->body; branch != NULL; branch = branch->next)
        if (gives_owned(branch, dest))
            return true;
    return false;
}

/* The errors of an any that no branch won, for `err.causes` (rule 47). */
static void collect_causes(struct lowering *lowering, struct fork *fork, const struct node *node)
{
    struct variable *causes =
        lower_new_variable(lowering, VARIABLE_CAUSES, "causes",
                           arena_format(lowering->arena,
                                        "struct { struct chain__carried chain__head; struct "
                                        "chain_error chain__causes[%u]; }",
                                        fork->count));

    causes->many_strands = true;
    lowering->chain->has_causes = true;
    for (unsigned i = 0; i < fork->count; i++) {
        struct ir_instr *instr = lower_add(lowering, IR_CAUSE, node->span);
        instr->variable = causes;
        instr->strand = fork->branches[i].strand;
        instr->number = i;
    }
}

static void lower_any_failure(struct lowering *lowering, struct fork *fork, const struct node *node)
{
    struct ir_block *failed = lower_inner_block(lowering, "all_rejected"),
                    *well = lower_inner_block(lowering, "not_all_rejected");

    lowering->block->site = lower_new_site(lowering, node->span, "any");
    lower_terminate(lowering, IR_CHECK, well, failed);
    lower_place(lowering, failed);
    collect_causes(lowering, fork, node);
    lower_terminate(lowering, IR_GOTO, lowering->fail, NULL);
    lower_place(lowering, well);
    lowering->dirty = false;
}

/* ---- the forms ----------------------------------------------------------- */

void lower_branches(struct lowering *lowering, const struct node *node, struct variable *dest)
{
    enum ast_form_kind kind = node->u.combinator;
    struct fork *fork = arena_new(lowering->arena, struct fork);
    struct owner owner;
    bool owns = (kind == AST_RACE || kind == AST_ANY) && any_gives_owned(node, dest),
         defers = lowering->defers;

    if (owns)
        lower_owner_open(lowering, &owner, NULL, OWNER_RELEASES);
    prepare_bindings(lowering, node);
    lower_begin_fork(lowering, fork, node, kind,
                     arena_format(lowering->arena, "after_%s", ast_form_traits[kind].word));
    fork->defers = defers;
    for (const struct node *branch = node->body; branch != NULL; branch = branch->next)
        lower_add_branch(lowering, fork, branch, owns && gives_owned(branch, dest));
    fork->owner = owns ? &owner : NULL;
    if (kind == AST_RACE || kind == AST_ANY)
        prepare_values(lowering, fork, dest);
    own_values(lowering, fork);
    if (kind == AST_SETTLE)
        for (unsigned i = 0; i < fork->count; i++)
            fork->branches[i].value = fork->branches[i].node->u.block.value;
    lower_end_fork(lowering, fork, node);
    adopt_singles(lowering, fork);
    if (kind == AST_ANY)
        lower_any_failure(lowering, fork, node);
    else
        lower_check_code(lowering, node->span, NULL);
    lower_make_jumps(lowering, fork);
    if (kind == AST_ALL)
        take_bindings(lowering, fork);
    else if (kind == AST_SETTLE)
        take_outcomes(lowering, fork);
    else
        lower_winners(lowering, fork, dest);
    if (owns)
        lower_owner_close(lowering, &owner, node->span);
}

void lower_timeout(struct lowering *lowering, const struct node *node, struct variable *dest)
{
    struct fork *fork = arena_new(lowering->arena, struct fork);
    const struct node *single = lower_single_operation(node->body, dest != NULL);
    struct variable *value = dest;
    struct owner owner;
    struct ir_instr *timer;
    bool defers = lowering->defers;

    if (dest != NULL && dest->resource != NULL) { /* it may come too late */
        lower_owner_open(lowering, &owner, NULL, OWNER_RELEASES);
        value = lower_value_apart(lowering, dest, node->span);
        lower_own(lowering, &owner, value);
    }
    lower_begin_fork(lowering, fork, node, AST_RACE, "after_timeout");
    fork->defers = defers;
    lower_make_room(lowering, MEMBER_TIMEOUT);
    timer = lower_add(lowering, IR_TIMEOUT, node->span);
    timer->node = node->u.limit;
    timer->text = node->u.limit->u.delay.count;
    lower_add_branch(lowering, fork, node->body, dest != NULL);
    fork->branches[0].value = single == NULL || single->resource != NULL ? value : NULL;
    lower_end_fork(lowering, fork, node);
    lower_add(lowering, IR_TIMEOUT_END, node->span);
    adopt_singles(lowering, fork);
    lower_check_code(lowering, node->span, "timeout");
    lower_make_jumps(lowering, fork);
    if (single != NULL && single->resource == NULL)
        take_single(lowering, fork, 0, value);
    if (value != dest) {
        if (!node->ends)
            lower_copy(lowering, dest, value, node->span);
        lower_owner_close(lowering, &owner, node->span);
    }
}

/* check_branches.c - part of check: all, any, race, settle, timeout.
 *
 * Branches run at the same time, so no branch sees the bindings of another.
 * After an `all` the last binding of each branch is visible, after a `settle`
 * its outcome. The winner's block of a race or any sees the names of its own
 * branch, and runs when the others have ended. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/intern.h"
#include "check/check.h"
#include "ctext/ctext.h"

/* The step whose `as` an `all` gives to the outside: the branch's last. */
static const struct ast_step *last_bound_step(const struct ast_pipeline *pipeline)
{
    const struct ast_step *last = pipeline->first->as != NULL ? pipeline->first : NULL;

    for (const struct ast_clause *clause = pipeline->clauses; clause != NULL; clause = clause->next)
        if (clause->step != NULL && clause->step->as != NULL)
            last = clause->step;
    return last;
}

/* The step that a branch ends with. */
static const struct ast_step *last_step(const struct ast_pipeline *pipeline)
{
    const struct ast_step *last = pipeline->first;

    for (const struct ast_clause *clause = pipeline->clauses; clause != NULL; clause = clause->next)
        last = clause->kind == AST_THEN ? clause->step : NULL;
    return last;
}

/* ---- winner's blocks ----------------------------------------------------- */

static void check_winner(struct checker *checker, const struct ast_branch *branch,
                         struct node *node, const struct own_point *start)
{
    struct incoming *outer = checker->around.it;
    bool outer_bare = checker->around.err_is_bare;

    check_own_winner(checker, start);
    node->u.block.it = checker->around.it = arena_new(checker->arena, struct incoming);
    checker->around.it->node = node->body;
    checker->around.it->scope = checker->scope;
    checker->around.err_is_bare = false;
    check_keep_owned(checker, node->body);
    node->second = check_block(checker, branch->winner);
    checker->around.it = outer;
    checker->around.err_is_bare = outer_bare;
    node->ends = node->body->ends || node->second->ends;
    check_take_type(node, node->second);
}

/* ---- settle -------------------------------------------------------------- */

/* "struct NAME_settled_3 { enum chain_outcome outcome; T value; struct
 * chain_error error; }", by the value's type. */
static struct ctype settled_type(struct checker *checker, struct ctype type)
{
    struct checked_chain *chain = checker->chain;
    struct settled_type **link = &chain->settled_types, *made;
    unsigned number = 1;

    for (; *link != NULL; link = &(*link)->next, number++)
        if (ctype_same((*link)->value, type))
            return (*link)->type;
    made = *link = arena_new(checker->arena, struct settled_type);
    made->value = type;
    made->type = ctype_of_words(checker->arena, arena_format(checker->arena, "struct %s_settled_%u",
                                                             chain->symbol->c_name, number));
    return made->type;
}

/* What `as` of the step binds: the outcome of the node's body. */
struct variable *check_outcome(struct checker *checker, struct node *node,
                               const struct ast_step *step)
{
    struct node *body = node->body;
    struct ctype type =
        step->as_type != NULL ? check_type(checker, step->as_type) : check_own_type(body);
    struct variable *variable;

    if (body->flexible && ctype_is_void(type))
        diag_report(checker->diags, D_BIND_UNTYPED, step->as->span, step->as->name, step->as->name);
    if (ctype_resource(checker->program, type) != NULL)
        diag_report(checker->diags, D_OWNED_OUTCOME, step->as->span, type.before,
                    node->kind == NODE_SETTLED ? "block" : "branch");
    if (!ctype_is_void(type))
        check_wanted(checker, body, type, step->as_type != NULL);
    variable = check_variable_new(checker, VARIABLE_BINDING, step->as->name,
                                  settled_type(checker, type), step->as->span);
    variable->address_taken = true;
    node->u.block.outcome = variable;
    if (!ctype_is_void(type)) {
        node->u.block.value =
            check_variable_new(checker, VARIABLE_MEMBER, "value", type, step->as->span);
        node->u.block.value->of = variable;
    }
    return variable;
}

/* What the branch's last `as` binds: its outcome, visible after the whole. */
static void bind_outcome(struct checker *checker, struct node *node, const struct ast_step *step)
{
    struct variable *variable = check_outcome(checker, node, step);

    variable->many_strands = true;
    if (node->u.block.value != NULL)
        node->u.block.value->many_strands = true;
    check_show_outside(checker, variable);
}

/* ---- branches ------------------------------------------------------------ */

/* What is known of promises after a combinator, from one branch: all have gone
 * on with a value, or one has, or each has ended somehow. */
static void take_promised(struct checker *checker, enum ast_form_kind kind,
                          const struct node *branch, struct rejected *result,
                          const struct rejected *rejected)
{
    struct rejected ended = { .anywhere = false };

    if (!branch->ends) {
        ended.anywhere = true;
        ended.promised = checker->moved.promised;
    }
    if (kind == AST_SETTLE)
        check_rejected_add(checker, &ended, rejected);
    if (!ended.anywhere)
        return;
    if (result->anywhere && (kind == AST_ALL || kind == AST_SETTLE))
        check_promised_add(&result->promised, checker, &ended.promised);
    else
        check_rejected_add(checker, result, &ended);
    result->anywhere = true;
}

static struct node *check_branch(struct checker *checker, const struct ast_branch *branch,
                                 enum ast_form_kind kind, struct assigned *result,
                                 struct own_point *start, struct rejected *promised)
{
    struct surroundings outer = checker->around;
    struct rejected rejected = checker->rejected;
    struct assigned before = check_assigned_copy(checker, &checker->assigned);
    struct node *node = check_new_node(checker, NODE_BLOCK, branch->span);
    const struct ast_step *outcome = kind == AST_SETTLE ? last_step(branch->pipeline) : NULL;
    struct own_point own = check_own_here(checker);
    unsigned winner;

    checker->around.outside_scope = checker->scope;
    check_scope_open(checker, branch->span);
    checker->around.outside_step = kind == AST_ALL ? last_bound_step(branch->pipeline) : NULL;
    checker->around.unbound_step = outcome;
    node->u.block.scope = checker->around.strand_scope = checker->scope;
    checker->rejected.anywhere = false;
    checker->around.start_place = "a branch";
    node->body = check_pipeline(checker, branch->pipeline);
    checker->around.start_place = outer.start_place;
    check_take_type(node, node->body);
    node->ends = node->body->ends;
    winner = checker->serial;
    if (branch->winner != NULL && (kind == AST_RACE || kind == AST_ANY))
        check_winner(checker, branch, node, start);
    else if (branch->winner != NULL)
        diag_report(checker->diags, D_WINNER, branch->winner->span, ast_form_traits[kind].word);
    if (outcome != NULL && outcome->as != NULL)
        bind_outcome(checker, node, outcome);
    check_scope_close(checker);
    take_promised(checker, kind, node, promised, &checker->rejected);
    if (kind == AST_SETTLE)
        checker->rejected = rejected;
    else
        check_rejected_add(checker, &checker->rejected, &rejected);
    checker->around = outer;
    if (kind == AST_ALL)
        check_assigned_union(checker, &start->moved.surely, &checker->moved.surely);
    check_own_branch(checker, start, &own, winner);
    /* a branch that only rejects sets nothing, and nobody goes on after it */
    if (kind == AST_ALL && !node->ends)
        check_assigned_union(checker, result, &checker->assigned);
    checker->assigned = before;
    if (node->u.block.outcome != NULL)
        check_assigned_add(checker, result, node->u.block.outcome);
    return node;
}

/* Names that branches give to the outside become visible after the whole. A
 * timeout kept them to itself once: one that would hide another is refused, so
 * that nothing means something else now (rule 156). */
static void show_outside(struct checker *checker, struct variable *variables, bool timed)
{
    while (variables != NULL) {
        struct variable *next = check_note(checker, variables)->outside;
        struct variable *old = check_variable_visible(checker, variables->name);
        if (old == NULL || (old->scope != checker->scope && !timed)) {
            check_new_name(checker, variables->name, variables->span);
            check_variable_show(checker, variables);
        } else if (old != variables) {
            struct diag *diag =
                diag_report(checker->diags, D_NAME_TAKEN, variables->span, variables->name);
            variables->used = true; /* enough has been said of it */
            diag_note(checker->diags, diag, old->span, "it is declared here");
        }
        variables = next;
    }
}

/* race and any have the value of the branch that wins. */
static void take_branch_type(struct node *node, const struct node *branch, bool first)
{
    if (first) {
        check_take_type(node, branch);
        node->ends = branch->ends;
        return;
    }
    check_add_type(node, branch);
    node->ends = node->ends && branch->ends;
    node->wrong |= branch->wrong;
}

struct node *check_branches(struct checker *checker, const struct ast_form *form)
{
    struct node *node = check_new_node(checker, NODE_BRANCHES, form->span), **last = &node->body;
    struct assigned result = check_assigned_copy(checker, &checker->assigned);
    struct variable *outer = checker->outside;
    struct own_point start = check_own_here(checker);
    struct rejected promised = { .anywhere = false };
    bool timed = checker->timed_names;
    unsigned count = 0;

    node->u.combinator = form->kind;
    checker->outside = NULL;
    checker->timed_names = false;
    for (const struct ast_branch *branch = form->u.branches; branch != NULL;
         branch = branch->next) {
        *last = check_branch(checker, branch, form->kind, &result, &start, &promised);
        if (form->kind == AST_ALL)
            node->ends |= (*last)->ends;
        else if (form->kind != AST_SETTLE)
            take_branch_type(node, *last, count == 0);
        last = &(*last)->next;
        count++;
    }
    if (count > 254)
        diag_report(checker->diags, D_TOO_MANY_BRANCHES, form->span);
    show_outside(checker, checker->outside, timed);
    checker->outside = outer;
    checker->assigned = result;
    check_own_branches(checker, &start);
    if (promised.anywhere)
        checker->moved.promised = promised.promised;
    return node;
}

/* ---- timeout ------------------------------------------------------------- */

/* `all` and `settle` show names to the block around, whatever prefixes they have (rule 156). */
static bool shows_names(const struct ast_form *form)
{
    form = ast_form_unprefixed(form);
    return form->kind == AST_ALL || form->kind == AST_SETTLE;
}

/* The form runs as a branch of its own, so that it can be cancelled alone. */
struct node *check_timeout(struct checker *checker, const struct ast_form *form)
{
    struct node *node = check_new_node(checker, NODE_TIMEOUT, form->span);
    struct node *branch = check_new_node(checker, NODE_BLOCK, form->inner->span);
    struct scope *outer = checker->scope, *own, *outer_strand = checker->around.strand_scope;

    node->u.limit = check_duration(checker, form->u.duration);
    node->body = branch;
    check_may_reject(checker); /* with ETIMEDOUT */
    check_scope_open(checker, branch->span);
    branch->u.block.scope = own = checker->around.strand_scope = checker->scope;
    checker->timed_names = shows_names(form->inner);
    if (checker->timed_names)
        checker->scope = outer;
    branch->body = check_form(checker, form->inner);
    checker->scope = own;
    checker->around.strand_scope = outer_strand;
    check_scope_close(checker);
    check_take_type(branch, branch->body);
    branch->ends = branch->body->ends;
    check_take_type(node, branch);
    node->ends = branch->ends;
    return node;
}

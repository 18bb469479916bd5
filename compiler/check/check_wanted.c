/* check_wanted.c - part of check: whether a later step uses the value of a
 * step, and whether all paths to it give the same type.
 *
 * The type of a step is known from its parts; whether its value is used is
 * known from the steps around it. So check types the nodes first, and a place
 * that uses a value demands it here. */
#include <string.h>

#include "base/arena.h"
#include "check/check.h"

/* One way to a value, for the note when two disagree. */
struct ways {
    struct ctype type;
    bool from_context; /* C converts to it; else all ways must have the same type */
    struct span first;
};

static const char *words_of(struct checker *checker, struct ctype type)
{
    return arena_format(checker->arena, "%s%s", type.before, type.after);
}

static struct variable *incoming_made(struct checker *checker, struct incoming *it,
                                      struct ctype type, struct span at, const char *by);

/* An `it` that owns something ends with the step that got it (rule 42b), so a
 * delay hands it over. */
static struct variable *passed_on(struct variable *variable)
{
    return variable != NULL && variable->kind == VARIABLE_IT && variable->resource != NULL
               ? NULL
               : variable;
}

/* Where a value comes from is asked of its last clause. Through a catch and a
 * finally comes, perhaps, that of what stands before it: those are followed in
 * a loop, down to the step or `then` that they guard, and up again along
 * `clause`. */
static struct node *guarded(const struct node *node)
{
    return node_traits[node->kind].value == VALUE_OF_BEFORE ? node->before : NULL;
}

static struct variable *bound_as(const struct node *node);

/* Of two ways, one of which has bound a value. */
static struct variable *both_bound_as(const struct node *a, struct variable *a_bound,
                                      const struct node *b)
{
    struct variable *b_bound = bound_as(b);

    if (a->ends || b->ends)
        return a->ends ? b_bound : a_bound;
    return a_bound == b_bound ? a_bound : NULL;
}

/* What every way to a value has bound it as; NULL: nothing, or not the same. */
static struct variable *bound_as(const struct node *node)
{
    const struct node *way = node;
    struct variable *bound;

    while (way->binding == NULL && guarded(way) != NULL)
        way = guarded(way);
    bound = way->binding;
    if (bound == NULL && way->kind == NODE_THEN)
        bound = bound_as(way->body);
    else if (bound == NULL && way->kind == NODE_THEN_ELSE)
        bound = both_bound_as(way->body, bound_as(way->body), way->second);
    for (; way != node; way = way->clause)
        if (way->clause->kind == NODE_CATCH)
            bound = both_bound_as(way, bound, way->clause->body);
    return bound;
}

/* The variable that holds a node's value anyway, so that `it` need not be a
 * copy: a binding, or what a delay passes on. */
static struct variable *holder(struct checker *checker, const struct node *node,
                               struct ctype context)
{
    struct variable *bound = bound_as(node);

    if (bound != NULL)
        return bound;
    while (node->kind == NODE_FINALLY)
        node = node->before;
    if (node->kind == NODE_EXPR && !ctype_is_void(node->type)) /* the name of what owns something */
        return text_moves(node->u.expr, node->type);
    if (node->kind == NODE_THEN)
        return holder(checker, node->body, context);
    if (node->kind == NODE_AWAIT && !ctype_is_void(node->type))
        return node->u.await.promise->variable;
    if (node->kind == NODE_DELAY)
        return passed_on(incoming_made(checker, node->u.delay.passes, context, node->span, NULL));
    return NULL;
}

/* A struct is no number, and no other struct; of names that C's typedef has
 * made nothing is known here. */
static bool could_convert(struct ctype a, struct ctype b)
{
    bool a_is_struct = ctype_is_struct(a), b_is_struct = ctype_is_struct(b);

    if (a_is_struct && b_is_struct)
        return ctype_same(a, b);
    return !(a_is_struct && ctype_is_scalar(b)) && !(b_is_struct && ctype_is_scalar(a));
}

/* Reported, if so: nothing at `at` gives the value that the chain's type asks for. */
static bool is_misspelt_void(const struct checker *checker, struct ctype type, struct span at)
{
    return misspelt_void(checker->program, checker->chain->symbol, type, at);
}

static void demand_way(struct checker *checker, struct node *node, struct ways *ways)
{
    struct ctype type = node->binding != NULL ? node->binding->type : node->type;
    struct diag *diag;

    if (node->binding != NULL)
        node->binding->used = true;
    if (node->binding != NULL && node->binding->resource != NULL)
        check_own_move(checker, node->binding, node->span);
    if (node->kind == NODE_DELAY) {
        struct variable *passed =
            incoming_made(checker, node->u.delay.passes, ways->type, node->span, NULL);
        if (passed == NULL || node->binding != NULL)
            return;
        if (passed->resource != NULL)
            check_own_move(checker, passed, node->span);
        type = passed->type;
    } else if (node->flexible && node->binding == NULL) {
        if (ctype_is_void(ways->type))
            diag_report(checker->diags, D_VALUE_UNTYPED, node->span);
        else if (!ctype_is_void(node->type) && !ctype_same(node->type, ways->type))
            diag_report(checker->diags, D_OWNER_LOST, node->span, words_of(checker, node->type),
                        words_of(checker, ways->type));
        else if (node->kind == NODE_EXPR)
            check_own_text(checker, node->u.expr, ways->type);
        return;
    }
    if (ctype_is_void(type) && is_misspelt_void(checker, ways->type, node->span))
        return;
    if (ctype_is_void(type)) {
        diag = diag_report(checker->diags, D_NO_VALUE, node->span,
                           node->kind == NODE_CALL
                               ? arena_format(checker->arena, "'%s'", node->u.call.op->name)
                               : "this");
        if (node->kind == NODE_DO)
            diag_help(checker->diags, diag, "a `do` with a value says its type: `do %s { }`",
                      ctype_is_void(ways->type) ? "TYPE" : words_of(checker, ways->type));
        return;
    }
    if (ways->from_context && ways->type.before != NULL && !could_convert(type, ways->type))
        diag_report(checker->diags, D_WANTED_TYPE, node->span, words_of(checker, type),
                    words_of(checker, ways->type));
    if (ways->from_context && ctype_resource(checker->program, type) != NULL
        && !ctype_same(type, ways->type))
        diag_report(checker->diags, D_OWNER_LOST, node->span, words_of(checker, type),
                    words_of(checker, ways->type));
    else if (ways->from_context && ctype_resource(checker->program, ways->type) != NULL
             && !ctype_same(type, ways->type))
        diag_report(checker->diags, D_OWNER_MADE, node->span, words_of(checker, type),
                    words_of(checker, ways->type));
    if (ways->from_context)
        return;
    if (ctype_is_void(ways->type))
        ways->type = type;
    else if (!ctype_same(type, ways->type)) {
        diag = diag_report(checker->diags, D_BRANCH_TYPES, node->span, words_of(checker, type),
                           words_of(checker, ways->type));
        if (ways->first.begin != 0)
            diag_note(checker->diags, diag, ways->first, "the other path is here");
    }
    if (ways->first.begin == 0)
        ways->first = node->span;
}

static void demand_ways(struct checker *checker, struct node *node, struct ways *ways);

/* A `delay` to which nothing comes. */
static bool passes_nothing(const struct node *node)
{
    return node->kind == NODE_DELAY && node->binding == NULL && node->u.delay.passes->node == NULL
           && node->u.delay.passes->variable == NULL;
}

static void demand_branch(struct checker *checker, struct node *branch, struct ways *ways)
{
    if (branch->ends)
        return;
    if (branch->second == NULL && passes_nothing(branch->body)) {
        if (is_misspelt_void(checker, ways->type, branch->span))
            return;
        struct diag *diag = diag_report(checker->diags, D_NO_VALUE, branch->span, "this branch");
        diag_help(checker->diags, diag, "a block after it can give one: `delay ... { (value) }`");
        return;
    }
    demand_ways(checker, branch->second != NULL ? branch->second : branch->body, ways);
}

static void demand_branches(struct checker *checker, struct node *node, struct ways *ways)
{
    if (node->u.combinator == AST_ALL || node->u.combinator == AST_SETTLE) {
        demand_way(checker, node, ways);
        return;
    }
    for (struct node *branch = node->body; branch != NULL; branch = branch->next)
        demand_branch(checker, branch, ways);
}

/* Of all but a catch and a finally. */
static void demand_inside(struct checker *checker, struct node *node, struct ways *ways)
{
    if (node->ends || node->wrong)
        return;
    if (node->binding != NULL) {
        demand_way(checker, node, ways);
        return;
    }
    switch (node_traits[node->kind].value) {
    case VALUE_OWN: demand_way(checker, node, ways); break;
    case VALUE_OF_BODY: demand_ways(checker, node->body, ways); break;
    case VALUE_OF_SECOND: demand_ways(checker, node->second, ways); break;
    case VALUE_OF_EITHER:
        if (node->second != NULL) {
            demand_ways(checker, node->body, ways);
            demand_ways(checker, node->second, ways);
        } else if (!is_misspelt_void(checker, ways->type, node->span))
            diag_report(checker->diags, D_NO_VALUE, node->span, "an 'if' without 'else'");
        break;
    case VALUE_OF_BRANCHES: demand_branches(checker, node, ways); break;
    case VALUE_OF_BEFORE: break;
    }
}

static void demand_ways(struct checker *checker, struct node *node, struct ways *ways)
{
    struct node *way = node;

    while (!way->ends && !way->wrong && guarded(way) != NULL)
        way = guarded(way);
    demand_inside(checker, way, ways);
    while (way != node) {
        way = way->clause;
        if (way->kind == NODE_CATCH)
            demand_ways(checker, way->body, ways);
    }
}

void check_wanted(struct checker *checker, struct node *node, struct ctype type, bool from_context)
{
    struct ways ways = { type, from_context, { 0, 0 } };
    demand_ways(checker, node, &ways);
}

static const char *step_name(const struct node *node)
{
    while (guarded(node) != NULL || node->kind == NODE_THEN)
        node = node->kind == NODE_THEN ? node->body : guarded(node);
    return node->kind == NODE_CALL ? node->u.call.op->name : NULL;
}

static void make_it(struct checker *checker, struct incoming *it, struct ctype context)
{
    /* what owns something never decays */
    struct ctype type = ctype_is_void(it->node->type) ? context : it->node->type;
    struct scope *here = checker->scope;

    it->variable = holder(checker, it->node, context);
    if (it->variable != NULL)
        return;
    check_wanted(checker, it->node, type, it->node->flexible);
    if (ctype_is_void(type))
        return;
    checker->scope = it->scope;
    it->variable = check_variable_new(checker, VARIABLE_IT, "it", type, it->node->span);
    it->variable->from = step_name(it->node);
    checker->scope = here;
}

static struct variable *incoming_made(struct checker *checker, struct incoming *it,
                                      struct ctype type, struct span at, const char *by)
{
    if (it->variable != NULL)
        return it->variable;
    if (it->node != NULL && it->node->wrong)
        return NULL;
    if (it->node != NULL && it->node->flexible && ctype_is_void(type))
        type = check_own_type(it->node);
    if (it->node != NULL && it->node->flexible && ctype_is_void(type))
        diag_report(checker->diags, D_IT_UNTYPED, it->node->span);
    else if (it->node != NULL && (it->node->flexible || !ctype_is_void(it->node->type)))
        make_it(checker, it, type);
    else if (by != NULL)
        diag_report(checker->diags, D_BARE_NO_VALUE, at, by,
                    it->node != NULL ? "the step before has none" : it->why_none);
    else
        diag_report(checker->diags, D_IT_UNSET, at,
                    it->node != NULL ? "the step before has none" : it->why_none);
    return it->variable;
}

struct variable *check_incoming_wanted(struct checker *checker, struct ctype type, struct span at,
                                       const char *by)
{
    return incoming_made(checker, checker->around.it, type, at, by);
}

/* ---- values that own something ------------------------------------------- */

/* What a delay passes on is in somebody's care already. */
static bool is_passed_on(const struct node *node)
{
    while (node->kind == NODE_THEN)
        node = node->body;
    return node->kind == NODE_DELAY;
}

/* Every way to the value has bound it, so that a block owns it already. */
static bool is_bound(const struct node *node)
{
    for (; node->binding == NULL && !node->ends; node = guarded(node)) {
        if (node->kind == NODE_THEN || node->kind == NODE_THEN_ELSE)
            return is_bound(node->body) && (node->kind == NODE_THEN || is_bound(node->second));
        if (guarded(node) == NULL || (node->kind == NODE_CATCH && !is_bound(node->body)))
            return false;
    }
    return true;
}

static bool gives(const struct node *node, struct ctype type);

/* Of all but a catch and a finally. */
static bool gives_inside(const struct node *node, struct ctype type)
{
    if (node->ends || node->wrong)
        return true;
    if (node->binding != NULL)
        return ctype_same(node->binding->type, type);
    switch (node_traits[node->kind].value) {
    case VALUE_OF_BODY: return gives(node->body, type);
    case VALUE_OF_SECOND: return gives(node->second, type);
    case VALUE_OF_EITHER:
        return node->second != NULL && gives(node->body, type) && gives(node->second, type);
    case VALUE_OF_BRANCHES:
        for (const struct node *branch = node->body; branch != NULL; branch = branch->next)
            if (!gives(branch->second != NULL ? branch->second : branch, type))
                return false;
        return true;
    case VALUE_OWN:
    case VALUE_OF_BEFORE: break;
    }
    return ctype_same(node->type, type);
}

/* Whether every way ends with a value of this type. */
static bool gives(const struct node *node, struct ctype type)
{
    for (; !node->ends && !node->wrong && guarded(node) != NULL; node = guarded(node))
        if (node->kind == NODE_CATCH && !gives(node->body, type))
            return false;
    return gives_inside(node, type);
}

/* A value that owns something is kept until the next step has settled, whether
 * that mentions it or not; but one that only some ways give nobody can want
 * (rule 42b). */
void check_keep_owned(struct checker *checker, const struct node *first)
{
    if (!is_passed_on(first) && !is_bound(first) && !first->flexible
        && ctype_resource(checker->program, first->type) != NULL && gives(first, first->type))
        check_incoming_wanted(checker, first->type, first->span, NULL);
}

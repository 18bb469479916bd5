/* check.c - from the syntax tree to the checked tree: every name resolved,
 * every value typed, every path accounted for.
 *
 *     a(x) then b(it) as y catch c     ->   catch (then (call a [x], it1, call b [it1] as y), call c)
 *
 * The steps of a pipeline nest to the left, as the rules read (rules 21-31): a
 * clause sees what stands before it as one thing. */
#include <string.h>

#include "base/arena.h"
#include "base/intern.h"
#include "check/check.h"
#include "ctext/ctext.h"
#include "ctext/reserved.h"
#include "passes.h"

static const struct ctype no_type = { NULL, "", 0 };

/* ---- blocks -------------------------------------------------------------- */

static struct node_var *check_var(struct checker *checker, const struct ast_var *var)
{
    struct node_var *made = arena_new(checker->arena, struct node_var);
    const char *declaration = var->declaration->text, *name, *value;
    size_t length;
    struct ctype type;
    struct span named;

    if (!ctext_declared_name(declaration, &name, &length) || name == declaration
        || ctext_find(declaration, ',') != NULL) {
        diag_report(checker->diags, D_VAR_DECLARATION, var->declaration->span);
        return NULL;
    }
    value = ctext_find(declaration, '=');
    if (value != NULL) { /* before the name is visible, as its value cannot be */
        struct ast_c c = *var->declaration;
        c.text = value + 1 + strspn(value + 1, " \t\r\n");
        c.span.begin += (pos)(c.text - declaration);
        made->initializer = check_text(checker, &c, no_type, false, NULL);
    }
    type = symbol_c_type(checker->program, checker->program->units,
                         ctype_of_declaration(checker->arena, declaration, name, length),
                         var->declaration->span);
    type.at = var->declaration->span.begin;
    if (*type.after == '(') /* a function */
        diag_report(checker->diags, D_VAR_DECLARATION, var->declaration->span);
    if (ctype_resource(checker->program, type) != NULL)
        diag_report(checker->diags, D_OWNED_VAR, var->declaration->span, type.before);
    named = ast_c_span(var->declaration, name, length);
    name = intern(checker->program->names, name, length);
    if (strncmp(type.after, "[]", 2) == 0)
        diag_report(checker->diags, D_VAR_SIZE, var->declaration->span, name);
    check_new_name(checker, name, named);
    made->variable = check_variable_new(checker, VARIABLE_VAR, name, type, var->span);
    made->variable->address_taken = !ctype_is_scalar(type);
    check_note(checker, made->variable)->no_value =
        value == NULL && (ctype_is_scalar(type) || ctype_same(type, check_handle_type));
    check_variable_show(checker, made->variable);
    return made;
}

static struct node_var *check_vars(struct checker *checker, const struct ast_var *vars)
{
    struct node_var *first = NULL, **last = &first;

    for (; vars != NULL; vars = vars->next) {
        *last = check_var(checker, vars);
        if (*last != NULL)
            last = &(*last)->next;
    }
    return first;
}

struct node *check_block(struct checker *checker, const struct ast_block *block)
{
    struct node *node = check_new_node(checker, NODE_BLOCK, block->span);
    const char *outer = checker->around.start_place;

    check_scope_open(checker, block->span);
    node->u.block.scope = checker->scope;
    node->u.block.vars = check_vars(checker, block->vars);
    checker->around.start_place = NULL;
    if (block->pipeline != NULL)
        node->body = check_pipeline(checker, block->pipeline);
    else
        node->body = check_new_node(checker, NODE_NOTHING, block->span);
    checker->around.start_place = outer;
    if (!node->body->ends)
        check_promises_end(checker);
    check_scope_close(checker);
    check_take_type(node, node->body);
    node->ends = node->body->ends;
    return node;
}

/* ---- as ------------------------------------------------------------------ */

/* A form that runs on the way out, shielded: receives nothing, and nothing jumps out of it. */
static struct node *check_shielded(struct checker *checker, const struct ast_form *form,
                                   const char *word, const char *why_no_value)
{
    struct surroundings outer = checker->around;
    struct node *node;

    checker->around.it = check_no_incoming(checker, why_no_value);
    checker->around.err = NULL;
    checker->around.err_is_bare = false;
    checker->around.shield = checker->around.fence = word;
    checker->around.shield_scope = checker->scope;
    checker->around.fence_loops = checker->loops;
    checker->around.start_place = word;
    node = check_form(checker, form);
    checker->around = outer;
    return node;
}

/* Bits of the variable in which a block keeps what has been done. */
enum { MOST_UNDOS = 32 };

/* It runs when its block ends and sees what was bound up to its step (rule 42a). */
static struct node *check_undo(struct checker *checker, const struct ast_form *form)
{
    struct assigned assigned = checker->assigned;
    struct own_point before = check_own_here(checker);
    struct rejected rejected = checker->rejected;
    struct node *node, *block = check_new_node(checker, NODE_BLOCK, form->span);

    if (++checker->scope->undo_count == MOST_UNDOS + 1)
        diag_report(checker->diags, D_TOO_MANY_UNDOS, form->span, MOST_UNDOS);
    checker->assigned = check_assigned_copy(checker, &assigned);
    checker->undo = &before;
    checker->undo_scope = checker->scope;
    /* what it binds is its own: the block has ended when it runs */
    check_scope_open(checker, form->span);
    block->u.block.scope = checker->scope;
    node =
        check_shielded(checker, form, "undo", "'undo' receives nothing: bind the value with 'as'");
    check_scope_close(checker);
    checker->undo = NULL;
    checker->rejected = rejected; /* the outcome of the block goes on (rule 42a) */
    check_own_return(checker, &before);
    checker->assigned = assigned;
    if (node->kind == NODE_CALL)
        return node;
    block->body = node;
    check_take_type(block, node);
    return block;
}

/* It runs only if the promise gave its value (rule 143), awaited or not. */
static struct node *check_undo_of_value(struct checker *checker, const struct ast_form *form,
                                        const struct promise *promise)
{
    struct promised promised = check_promised_copy(checker, &checker->moved.promised);
    struct node *node;

    check_assigned_add(checker, &checker->moved.promised.awaited, promise->variable);
    node = check_undo(checker, form);
    checker->moved.promised = promised;
    return node;
}

/* The `spawn` that is the whole of a form, whatever prefixes it has; NULL: the form is another. */
static const struct ast_form *spawn_in(const struct ast_form *form)
{
    form = ast_form_unprefixed(form);
    return form->kind == AST_SPAWN ? form : NULL;
}

static struct node *check_plain_step(struct checker *checker, const struct ast_step *step)
{
    bool binds = step->as != NULL && step != checker->around.unbound_step;
    struct node *node;

    checker->handled = binds ? spawn_in(step->form) : NULL;
    node = check_form(checker, step->form);

    if (node->binding != NULL) { /* a block whose last step is bound inside, bound again outside */
        struct node *outer = check_new_node(checker, NODE_BLOCK, step->span);
        outer->body = node;
        outer->u.block.scope = checker->scope;
        check_take_type(outer, node);
        node = outer;
    }
    if (binds)
        check_bind(checker, step, node);
    return node;
}

static struct node *check_step(struct checker *checker, const struct ast_step *step)
{
    struct node *node = step->form->kind == AST_START ? check_start(checker, step)
                                                      : check_plain_step(checker, step);

    if (step->undo != NULL && node->kind == NODE_START)
        node->undo = check_undo_of_value(checker, step->undo, node->u.promise);
    else if (step->undo != NULL)
        node->undo = check_undo(checker, step->undo);
    return node;
}

/* ---- clauses ------------------------------------------------------------- */

static void check_reachable(struct checker *checker, const struct node *before,
                            const struct ast_clause *clause)
{
    if (before->ends && !before->wrong
        && (clause->kind == AST_THEN || clause->kind == AST_THEN_ELSE)
        && before->kind != NODE_REJECT)
        diag_report(checker->diags, D_UNREACHABLE, clause->keyword,
                    "the pipeline before it never ends with a value");
    else if (before->kind == NODE_REJECT && clause->kind == AST_THEN)
        diag_report(checker->diags, D_UNREACHABLE, clause->keyword, "'reject' skips it");
}

static struct node *check_then(struct checker *checker, struct node *first,
                               const struct ast_clause *clause)
{
    struct node *node =
        check_new_node(checker, clause->kind == AST_THEN ? NODE_THEN : NODE_THEN_ELSE,
                       clause->span);
    struct incoming *outer = checker->around.it;
    const char *place = checker->around.start_place;

    check_reachable(checker, first, clause);
    node->before = first;
    first->clause = node;
    node->u.clause.it = checker->around.it = arena_new(checker->arena, struct incoming);
    checker->around.it->node = first;
    checker->around.it->scope = checker->scope;
    check_keep_owned(checker, first);
    if (clause->kind == AST_THEN_ELSE)
        checker->around.start_place = "one of two paths";
    node->body = check_step(checker, clause->step);
    checker->around.it = outer;
    checker->around.start_place = place;
    check_take_type(node, node->body);
    node->ends = first->ends || node->body->ends;
    return node;
}

/* A handler: sees `err`, and only what was bound before the pipeline. */
static struct node *check_handler(struct checker *checker, const struct ast_step *step,
                                  const struct assigned *at_start, const char *why,
                                  struct variable **err)
{
    struct ctype error_type = { "struct chain_error", "", 0 };
    struct incoming *outer_it = checker->around.it;
    struct variable *outer_err = checker->around.err;
    bool outer_bare = checker->around.err_is_bare;
    const char *place = checker->around.start_place;
    struct assigned after = checker->assigned;
    struct node *node;

    checker->assigned = check_assigned_copy(checker, &after);
    check_assigned_meet(checker, &checker->assigned, at_start, why, step->span);
    checker->around.it = check_no_incoming(checker, "a handler has 'err'");
    checker->around.err = check_variable_new(checker, VARIABLE_ERR, "err", error_type, step->span);
    checker->around.err->address_taken = true;
    checker->around.err_is_bare = true;
    checker->around.start_place = "a handler";
    node = check_step(checker, step);
    checker->around.start_place = place;
    *err = checker->around.err->used ? checker->around.err : NULL;
    checker->around.it = outer_it;
    checker->around.err = outer_err;
    checker->around.err_is_bare = outer_bare;
    return node;
}

/* After two ways: what both have set. */
static void meet_ways(struct checker *checker, const struct node *first,
                      const struct assigned *first_set, const struct node *second, const char *why)
{
    struct assigned second_set = checker->assigned;

    if (first->ends)
        return;
    checker->assigned = check_assigned_copy(checker, first_set);
    if (!second->ends)
        check_assigned_meet(checker, &checker->assigned, &second_set, why, second->span);
}

/* After two ways: what either has moved. */
static void join_moved(struct checker *checker, const struct node *first,
                       const struct moved *first_moved, const struct node *second)
{
    struct moved second_moved = checker->moved;

    if (first->ends)
        return;
    checker->moved = *first_moved;
    if (second->ends)
        return;
    check_promised_part(checker, &first_moved->promised, &second_moved.promised, second->span);
    check_own_join(checker, &second_moved);
}

static struct node *check_else(struct checker *checker, struct node *then,
                               const struct ast_clause *clause, const struct assigned *at_start,
                               const struct own_point *start, unsigned first_end,
                               const struct rejected *rejected)
{
    struct assigned then_set = checker->assigned;
    struct moved moved = checker->moved;

    check_own_handler(checker, start, first_end);
    check_begin_handler(checker, rejected, &moved.promised);
    then->second = check_handler(checker, clause->else_step, at_start,
                                 "a rejection before it leads to this 'else'", &then->u.clause.err);
    meet_ways(checker, then, &then_set, then->second, "the 'else' goes on without it");
    join_moved(checker, then, &moved, then->second);
    /* for the types: the first step's end is its own matter */
    then->ends = then->body->ends;
    check_take_types(then, then->body, then->second);
    return then;
}

static struct node *check_catch(struct checker *checker, struct node *body,
                                const struct ast_clause *clause, const struct assigned *at_start,
                                const struct own_point *start)
{
    struct node *node = check_new_node(checker, NODE_CATCH, clause->span);
    struct assigned body_set = checker->assigned;
    struct moved moved = checker->moved;

    node->before = body;
    body->clause = node;
    node->u.clause.codes = clause->codes;
    check_own_handler(checker, start, checker->serial);
    check_begin_handler(checker, &checker->rejected, &moved.promised);
    if (clause->codes == NULL) /* what it takes does not get further */
        checker->rejected.anywhere = false;
    node->body = check_handler(checker, clause->step, at_start,
                               "a rejection before it leads to this 'catch'", &node->u.clause.err);
    meet_ways(checker, body, &body_set, node->body, "the 'catch' goes on without it");
    join_moved(checker, body, &moved, node->body);
    check_take_types(node, body, node->body);
    return node;
}

static struct node *check_finally(struct checker *checker, struct node *body,
                                  const struct ast_clause *clause, const struct assigned *at_start,
                                  const struct own_point *start)
{
    struct node *node = check_new_node(checker, NODE_FINALLY, clause->span);
    struct assigned assigned = checker->assigned;
    struct moved moved = checker->moved;
    struct own_point cleanup;

    node->before = body;
    body->clause = node;
    checker->assigned = check_assigned_copy(checker, &assigned);
    check_assigned_meet(checker, &checker->assigned, at_start,
                        "a rejection before it leads to this 'finally'", clause->span);
    check_own_handler(checker, start, checker->serial);
    check_assigned_union(checker, &checker->moved.promised.loose, &moved.promised.loose);
    if (checker->rejected.anywhere)
        check_assigned_union(checker, &checker->moved.promised.loose,
                             &checker->rejected.promised.loose);
    cleanup = check_own_here(checker);
    node->body = check_shielded(checker, clause->step->form, "finally",
                                "'finally' receives nothing (rule 37)");
    check_own_after_cleanup(checker, &cleanup, &moved);
    checker->assigned = assigned;
    check_take_type(node, body);
    node->ends = body->ends || (node->body->ends && !node->body->wrong);
    return node;
}

enum { LONGEST_PIPELINE = 10000 };

static void check_length(struct checker *checker, const struct ast_pipeline *pipeline)
{
    unsigned length = 1;

    for (const struct ast_clause *clause = pipeline->clauses; clause != NULL; clause = clause->next)
        if (++length == LONGEST_PIPELINE + 1)
            diag_report(checker->diags, D_LONG_PIPELINE, clause->keyword, LONGEST_PIPELINE);
}

/* `catch A: reject  catch …`: the second handler gets A, too (rule 30). */
static void warn_of_second_catch(struct checker *checker, const struct ast_clause *clause)
{
    const struct ast_form *form = clause->step->form;
    const struct ast_clause *next = clause->next;
    struct diag *diag;

    if (clause->codes == NULL || form->kind != AST_REJECT || form->u.reject.given || next == NULL
        || next->kind != AST_CATCH || next->codes != NULL)
        return;
    diag = diag_report(checker->diags, D_CATCH_AGAIN, form->span);
    diag_note(checker->diags, diag, next->keyword, "it stands here");
}

struct node *check_pipeline(struct checker *checker, const struct ast_pipeline *pipeline)
{
    struct assigned at_start = check_assigned_copy(checker, &checker->assigned);
    struct own_point start = check_own_here(checker);
    struct incoming *before = checker->around.it;
    struct rejected outer = checker->rejected, rejected;
    bool bare = checker->around.err_is_bare;
    struct node *node;
    unsigned serial;

    checker->rejected.anywhere = false;
    node = check_step(checker, pipeline->first);
    check_length(checker, pipeline);
    if (pipeline->clauses != NULL)
        checker->around.err_is_bare = false;
    for (const struct ast_clause *clause = pipeline->clauses; clause != NULL;
         clause = clause->next) {
        switch (clause->kind) {
        case AST_THEN: node = check_then(checker, node, clause); break;
        case AST_THEN_ELSE:
            serial = checker->serial;
            rejected = checker->rejected;
            checker->rejected.anywhere = false;
            node = check_else(checker, check_then(checker, node, clause), clause, &at_start, &start,
                              serial, &rejected);
            break;
        case AST_CATCH:
            warn_of_second_catch(checker, clause);
            node = check_catch(checker, node, clause, &at_start, &start);
            break;
        case AST_FINALLY: node = check_finally(checker, node, clause, &at_start, &start); break;
        }
    }
    check_rejected_add(checker, &checker->rejected, &outer);
    checker->around.it = before;
    checker->around.err_is_bare = bare;
    return node;
}

/* ---- chains -------------------------------------------------------------- */

static void add_parameters(struct checker *checker)
{
    for (const struct parameter *param = checker->chain->symbol->params; param != NULL;
         param = param->next) {
        struct variable *variable;
        check_new_name(checker, param->name, param->span);
        variable =
            check_variable_new(checker, VARIABLE_PARAMETER, param->name, param->type, param->span);
        check_variable_show(checker, variable);
    }
}

static void check_main(struct checker *checker, const struct symbol *chain)
{
    bool no_parameters = chain->param_count == 0;
    bool two = chain->param_count == 2 && strcmp(chain->params->type.before, "int") == 0
               && strcmp(chain->params->next->type.before, "char **") == 0;

    if (ctype_is_void(chain->value) || strcmp(chain->value.before, "int") != 0
        || (!no_parameters && !two))
        diag_report(checker->diags, D_BLOCK_MAIN, chain->span);
    checker->chain->is_main = true;
}

/* Only now is it known whose value was wanted. */
static void warn_of_unused(const struct checker *checker)
{
    for (const struct variable *v = checker->chain->variables; v != NULL; v = v->next)
        if (v->kind == VARIABLE_BINDING && !v->used && v->resource == NULL)
            diag_report(checker->diags, D_UNUSED_BINDING, v->span, v->name);
}

static struct checked_chain *check_chain(struct program *program, struct symbol *symbol)
{
    struct checked_chain *chain = arena_new(program->arena, struct checked_chain);
    struct checker checker = {
        .program = program, .arena = program->arena, .diags = program->diags, .chain = chain
    };

    checker.around.it = check_no_incoming(&checker, "no step stands before this one");
    chain->symbol = symbol;
    symbol->checked = chain;
    chain->last_variable = &chain->variables;
    chain->last_spawn = &chain->spawns;
    check_scope_open(&checker, symbol->span);
    chain->scope = checker.scope;
    if (strcmp(symbol->name, "main") == 0)
        check_main(&checker, symbol);
    add_parameters(&checker);
    if (!ctype_is_void(symbol->value))
        chain->result =
            check_variable_new(&checker, VARIABLE_RESULT, "result", symbol->value, symbol->span);
    chain->body = check_block(&checker, symbol->proto->body);
    if (chain->result != NULL && !chain->body->ends)
        check_wanted(&checker, chain->body, symbol->value, true);
    check_scope_close(&checker);
    check_joins(&checker);
    warn_of_unused(&checker);
    return chain;
}

static bool releases_something(const struct program *program, const struct symbol *chain)
{
    for (const struct symbol *symbol = program->symbols; symbol != NULL; symbol = symbol->next)
        if (symbol->kind == SYMBOL_RESOURCE && symbol->release == chain)
            return true;
    return false;
}

/* Nobody else can know a static chain. */
static void warn_of_uncalled(const struct program *program, const struct checked_chain *chain)
{
    for (; chain != NULL; chain = chain->next) {
        const struct symbol *symbol = chain->symbol;
        if (symbol->is_static && !symbol->is_called && !symbol->is_spawned
            && !releases_something(program, symbol))
            diag_report(program->diags, D_UNUSED_CHAIN, symbol->span, symbol->name);
    }
}

struct checked_chain *check(struct program *program)
{
    struct checked_chain *first = NULL, **last = &first;

    for (struct symbol *symbol = program->chains; symbol != NULL; symbol = symbol->next_chain) {
        if (symbol->proto->body == NULL || symbol->unit != program->units)
            continue;
        *last = check_chain(program, symbol);
        last = &(*last)->next;
    }
    warn_of_uncalled(program, first);
    return first;
}

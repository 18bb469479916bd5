/* check.c - from the syntax tree to the checked tree: every name resolved, every value typed, every path accounted for.
 *
 *     a(x) then b(it) as y catch c     ->   catch (then (call a [x], it1, call b [it1] as y), call c)
 *
 * The steps of a pipeline nest to the left, as the rules read (rules 21-31): a clause sees what stands before it as one thing.
 */
#include <string.h>

#include "arena.h"
#include "ctext.h"
#include "intern.h"
#include "passes.h"
#include "scope.h"

static const struct ctype no_type = { NULL, "" };

static struct node *check_form(struct checker *checker, const struct ast_form *form);
static struct node *check_pipeline(struct checker *checker, const struct ast_pipeline *pipeline);
static struct node *check_block(struct checker *checker, const struct ast_block *block);

static struct node *node_new(struct checker *checker, enum node_kind kind, struct span span)
{
    struct node *node = arena_new(checker->arena, struct node);
    node->kind = kind;
    node->span = span;
    return node;
}

/* Something is missing here, and it has been said. */
static struct node *node_wrong(struct checker *checker, struct span span)
{
    struct node *node = node_new(checker, NODE_NOTHING, span);
    node->wrong = true;
    node->flexible = true;
    return node;
}

static struct node *unsupported(struct checker *checker, struct span span, const char *word)
{
    diag_report(checker->diags, D_UNSUPPORTED, span, word);
    return node_wrong(checker, span);
}

static struct incoming *nothing_comes_in(struct checker *checker, const char *why)
{
    struct incoming *it = arena_new(checker->arena, struct incoming);
    it->why_none = why;
    return it;
}

/* ---- the type of a node with several ways ---- */

static void take_type(struct node *node, const struct node *from)
{
    node->type = from->binding != NULL ? from->binding->type : from->type;
    node->flexible = from->flexible && from->binding == NULL;
    node->wrong = from->wrong;
}

/* The first way that ends in a typed value decides; `demand` compares the others if anybody wants the value. */
static void take_types(struct node *node, const struct node *a, const struct node *b)
{
    const struct node *first = a->ends ? b : a, *second = a->ends ? a : b;

    node->ends = a->ends && b->ends;
    take_type(node, first);
    if (node->flexible && !second->ends && !second->flexible)
        take_type(node, second);
    node->wrong = a->wrong || b->wrong;
}

/* ---- calls ---- */

static struct text *check_arguments(struct checker *checker, const struct ast_args *args, const struct parameter *param)
{
    struct text *first = NULL, **last = &first;

    for (; args != NULL; args = args->next) {
        *last = check_text(checker, &args->c, param == NULL ? no_type : param->type, false, NULL);
        last = &(*last)->next;
        param = param == NULL ? NULL : param->next;
    }
    return first;
}

static void check_count(struct checker *checker, const struct ast_form *form, const struct symbol *op)
{
    unsigned count = 0;
    struct diag *diag;

    for (const struct ast_args *arg = form->u.call.args; arg != NULL; arg = arg->next)
        count++;
    if (count == op->param_count || (op->variadic && count > op->param_count))
        return;
    diag = diag_report(checker->diags, D_TOO_FEW_ARGUMENTS, form->span, op->name, op->variadic ? "at least " : "", op->param_count,
                       op->param_count == 1 ? "" : "s", count);
    diag_note(checker->diags, diag, op->span, "'%s' is declared here", op->name);
}

/* A bare name passes `it`, in a handler `err`, to an operation with one parameter. */
static struct text *bare_argument(struct checker *checker, const struct ast_form *form, const struct symbol *op)
{
    struct variable *variable;
    struct diag *diag;

    if (op->param_count == 0)
        return NULL;
    if (op->param_count > 1) {
        diag = diag_report(checker->diags, D_BARE_PARAMETERS, form->span, op->name, op->param_count, op->name);
        diag_note(checker->diags, diag, op->span, "'%s' is declared here", op->name);
        return NULL;
    }
    variable = checker->err_is_bare ? checker->err : incoming_wanted(checker, op->params->type, form->span, op->name);
    return variable == NULL ? NULL : text_of_variable(checker, variable, form->span);
}

static struct node *check_call(struct checker *checker, const struct ast_form *form)
{
    const struct symbol *op = form->u.call.op;
    struct node *node;

    if (op == NULL)
        return node_wrong(checker, form->span);
    if (op->proto_kind == AST_BLOCKING)
        return unsupported(checker, form->span, "blocking");
    if (op->proto_kind == AST_CHAIN && op->proto->body == NULL) {
        diag_report(checker->diags, D_NO_BODY, form->span, op->name);
        return node_wrong(checker, form->span);
    }
    node = node_new(checker, NODE_CALL, form->span);
    node->u.call.op = symbol_find(checker->program, op->name);
    node->type = op->value;
    if (form->u.call.bare)
        node->u.call.args = bare_argument(checker, form, op);
    else {
        check_count(checker, form, op);
        node->u.call.args = check_arguments(checker, form->u.call.args, op->params);
    }
    return node;
}

static struct node *check_expr(struct checker *checker, const struct ast_form *form)
{
    struct node *node = node_new(checker, NODE_EXPR, form->span);
    node->u.expr = check_text(checker, form->u.expr, no_type, false, NULL);
    node->flexible = true;
    return node;
}

static struct node *check_do(struct checker *checker, const struct ast_form *form)
{
    struct node *node = node_new(checker, NODE_DO, form->span);
    if (form->u.do_.type != NULL)
        node->type = ctype_of_words(checker->arena, form->u.do_.type->text);
    node->u.do_.type = node->type;
    node->u.do_.body = check_text(checker, form->u.do_.body, no_type, true, node);
    return node;
}

/* ---- blocks ---- */

/* Reports a name that cannot be declared here. */
static void check_new_name(struct checker *checker, const char *name, struct span span)
{
    struct variable *old = variable_visible(checker, name);
    struct diag *diag;

    if (strcmp(name, "it") == 0 || strcmp(name, "err") == 0 || strcmp(name, "attempt") == 0)
        diag_report(checker->diags, D_RESERVED_NAME, span, name);
    if (old == NULL)
        return;
    diag = diag_report(checker->diags, old->scope == checker->scope ? D_NAME_TAKEN : D_SHADOW, span, name);
    diag_note(checker->diags, diag, old->span, "it is declared here");
}

static struct node_var *check_var(struct checker *checker, const struct ast_var *var)
{
    struct node_var *made = arena_new(checker->arena, struct node_var);
    const char *declaration = var->declaration->text, *name, *value;
    size_t length;
    struct ctype type;

    if (!ctext_declared_name(declaration, &name, &length) || name == declaration || ctext_find(declaration, ',') != NULL) {
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
    type = ctype_of_declaration(checker->arena, declaration, name, length);
    name = intern(checker->program->names, name, length);
    check_new_name(checker, name, var->span);
    made->variable = variable_new(checker, VARIABLE_VAR, name, type, var->span);
    made->variable->address_taken = !ctype_is_scalar(type);
    variable_show(checker, made->variable);
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

static struct node *check_block(struct checker *checker, const struct ast_block *block)
{
    struct node *node = node_new(checker, NODE_BLOCK, block->span);

    scope_open(checker, block->span);
    node->u.block.scope = checker->scope;
    node->u.block.vars = check_vars(checker, block->vars);
    if (block->pipeline != NULL)
        node->u.block.body = check_pipeline(checker, block->pipeline);
    else
        node->u.block.body = node_new(checker, NODE_NOTHING, block->span);
    scope_close(checker);
    take_type(node, node->u.block.body);
    node->ends = node->u.block.body->ends;
    return node;
}

/* ---- if and loops ---- */

static struct node *check_if(struct checker *checker, const struct ast_form *form)
{
    struct node *node = node_new(checker, NODE_IF, form->span);

    node->u.if_.condition = check_text(checker, form->u.if_.condition, no_type, false, NULL);
    node->u.if_.yes = check_block(checker, form->u.if_.yes);
    if (form->u.if_.no != NULL) {
        node->u.if_.no = check_form(checker, form->u.if_.no);
        take_types(node, node->u.if_.yes, node->u.if_.no);
    }
    return node;
}

static struct node *check_loop(struct checker *checker, const struct ast_form *form)
{
    struct node *node = node_new(checker, form->kind == AST_WHILE ? NODE_WHILE : NODE_LOOP, form->span);
    struct incoming *outer = checker->it;
    bool outer_break = checker->has_break;

    checker->it = nothing_comes_in(checker, "a loop's round begins without a value (rule 93)");
    checker->has_break = false;
    if (form->kind == AST_WHILE)
        node->u.loop.condition = check_text(checker, form->u.while_.condition, no_type, false, NULL);
    checker->loops++;
    node->u.loop.body = check_block(checker, form->kind == AST_WHILE ? form->u.while_.body : form->u.block);
    checker->loops--;
    node->ends = form->kind == AST_LOOP && !checker->has_break;
    checker->it = outer;
    checker->has_break = outer_break;
    return node;
}

static struct node *check_jump(struct checker *checker, const struct ast_form *form)
{
    const char *word = form->kind == AST_BREAK ? "break" : "continue";
    struct node *node = node_new(checker, form->kind == AST_BREAK ? NODE_BREAK : NODE_CONTINUE, form->span);

    node->ends = true;
    if (checker->loops == 0)
        diag_report(checker->diags, D_JUMP_OUTSIDE, form->span, word);
    else if (checker->in_finally && checker->loops == checker->finally_loops)
        diag_report(checker->diags, D_JUMP_FROM_FINALLY, form->span, word);
    else if (checker->branch_word != NULL && checker->loops == checker->branch_loops)
        diag_report(checker->diags, D_JUMP_FROM_BRANCH, form->span, word, checker->branch_word);
    if (form->kind == AST_BREAK)
        checker->has_break = true;
    return node;
}

/* ---- leaving ---- */

/* `return NAME` gives a name of the chain, or the value of an operation. */
static struct node *check_returned(struct checker *checker, const struct ast_form *value)
{
    struct variable *variable;
    struct ast_c c;
    struct node *node;

    if (value->kind != AST_CALL || !value->u.call.bare)
        return check_form(checker, value);
    variable = variable_visible(checker, value->u.call.name);
    if (variable == NULL && strcmp(value->u.call.name, "it") != 0 && strcmp(value->u.call.name, "err") != 0)
        return check_form(checker, value);
    c.span = value->u.call.name_span;
    c.text = value->u.call.name;
    node = node_new(checker, NODE_EXPR, value->span);
    node->u.expr = check_text(checker, &c, checker->chain->symbol->value, false, NULL);
    node->flexible = true;
    return node;
}

static struct node *check_return(struct checker *checker, const struct ast_form *form)
{
    struct node *node = node_new(checker, NODE_RETURN, form->span);
    const struct symbol *chain = checker->chain->symbol;

    node->ends = true;
    if (checker->in_finally)
        diag_report(checker->diags, D_JUMP_FROM_FINALLY, form->span, "return");
    else if (checker->branch_word != NULL)
        diag_report(checker->diags, D_JUMP_FROM_BRANCH, form->span, "return", checker->branch_word);
    if (!form->u.return_.given) {
        if (!ctype_is_void(chain->value))
            diag_report(checker->diags, D_RETURN_NOTHING, form->span, chain->name);
        return node;
    }
    node->u.value = check_returned(checker, form->u.return_.value);
    if (ctype_is_void(chain->value)) {
        if (node->u.value->flexible || !ctype_is_void(node->u.value->type))
            diag_report(checker->diags, D_RETURN_VALUE, form->span, chain->name);
    } else
        demand(checker, node->u.value, chain->value, true);
    return node;
}

/* A code that is a single name must be a known one; anything else is C. */
static void check_code(struct checker *checker, const struct ast_c *code)
{
    const char *p = code->text;
    struct ctoken token = ctext_next_solid(&p);
    const char *name = intern(checker->program->names, token.text, token.length);
    struct symbol *symbol;
    struct nearest nearest = { name, NULL, 0 };
    struct diag *diag;

    if (token.kind != CTOKEN_NAME || ctext_next_solid(&p).kind != CTOKEN_END || code_is_builtin(name)
        || variable_visible(checker, name) != NULL)
        return;
    symbol = symbol_find(checker->program, name);
    if (symbol != NULL && symbol->kind == SYMBOL_CODE)
        return;
    diag = diag_report(checker->diags, D_UNKNOWN_CODE, code->span, name);
    code_offer_builtins(&nearest);
    for (symbol = checker->program->symbols; symbol != NULL; symbol = symbol->next)
        if (symbol->kind == SYMBOL_CODE)
            nearest_offer(&nearest, symbol->name);
    if (nearest.best != NULL)
        diag_help(checker->diags, diag, "did you mean '%s'?", nearest.best);
    else
        diag_help(checker->diags, diag, "codes of one's own are declared with 'codes { %s };'", name);
}

static struct node *check_reject(struct checker *checker, const struct ast_form *form)
{
    struct node *node = node_new(checker, NODE_REJECT, form->span);
    unsigned count = 0;

    node->ends = true;
    for (const struct ast_args *arg = form->u.reject.args; arg != NULL; arg = arg->next)
        count++;
    if (form->u.reject.given) {
        if (count < 1 || count > 3)
            diag_report(checker->diags, D_REJECT_ARGUMENTS, form->span, count);
        else
            check_code(checker, &form->u.reject.args->c);
        node->u.reject.args = check_arguments(checker, form->u.reject.args, NULL);
        return node;
    }
    node->u.reject.again = checker->err;
    if (checker->err == NULL)
        diag_report(checker->diags, D_REJECT_BARE, form->span);
    else
        checker->err->used = true;
    return node;
}

/* ---- delay ---- */

static int64_t unit_ns(enum ast_unit unit)
{
    static const int64_t ns[] = { [AST_US] = 1000, [AST_MS] = 1000000, [AST_S] = 1000000000, [AST_M] = 60 * INT64_C(1000000000),
        [AST_H] = 3600 * INT64_C(1000000000) };
    return ns[unit];
}

/* It passes `it` on, so it has the type of what comes in; the value stays where it is. */
static struct node *check_delay(struct checker *checker, const struct ast_form *form)
{
    struct node *node = node_new(checker, NODE_DELAY, form->span);
    const struct ast_duration *duration = form->u.delay;

    if (duration->count != NULL)
        node->u.delay.count = check_text(checker, duration->count, no_type, false, NULL);
    node->u.delay.ns = duration->ns;
    node->u.delay.unit = unit_ns(duration->unit);
    node->u.delay.passes = checker->it;
    if (checker->it->node != NULL)
        take_type(node, checker->it->node);
    else if (checker->it->variable != NULL)
        node->type = checker->it->variable->type;
    return node;
}

/* ---- all ---- */

/* The name that a branch gives to the outside: its last `as`. */
static const struct ast_step *last_bound_step(const struct ast_pipeline *pipeline)
{
    const struct ast_step *last = pipeline->first->as != NULL ? pipeline->first : NULL;

    for (const struct ast_clause *clause = pipeline->clauses; clause != NULL; clause = clause->next)
        if (clause->step != NULL && clause->step->as != NULL)
            last = clause->step;
    return last;
}

static struct node *check_branch(struct checker *checker, const struct ast_branch *branch, struct assigned *result)
{
    struct checker saved = *checker;
    struct assigned before = assigned_copy(checker, &checker->assigned);
    struct node *node;

    scope_open(checker, branch->span);
    checker->outside_step = last_bound_step(branch->pipeline);
    checker->outside_scope = saved.scope;
    checker->branch_word = "all";
    checker->branch_loops = checker->loops;
    node = node_new(checker, NODE_BLOCK, branch->span);
    node->u.block.scope = checker->scope;
    node->u.block.body = check_pipeline(checker, branch->pipeline);
    take_type(node, node->u.block.body);
    node->ends = node->u.block.body->ends;
    scope_close(checker);
    if (!node->ends) /* a branch that only rejects sets nothing, and nobody goes on behind it */
        assigned_union(checker, result, &checker->assigned);
    checker->assigned = before;
    checker->outside_step = saved.outside_step;
    checker->outside_scope = saved.outside_scope;
    checker->branch_word = saved.branch_word;
    checker->branch_loops = saved.branch_loops;
    return node;
}

/* Names that branches give to the outside become visible behind the whole. */
static void show_outside(struct checker *checker, struct variable *variables)
{
    while (variables != NULL) {
        struct variable *next = variables->outside;
        struct variable *old = variable_visible(checker, variables->name);
        if (old == NULL || old->scope != checker->scope) {
            check_new_name(checker, variables->name, variables->span);
            variable_show(checker, variables);
        } else if (old != variables) {
            struct diag *diag = diag_report(checker->diags, D_NAME_TAKEN, variables->span, variables->name);
            diag_note(checker->diags, diag, old->span, "it is declared here");
        }
        variables = next;
    }
}

static struct node *check_all(struct checker *checker, const struct ast_form *form)
{
    struct node *node = node_new(checker, NODE_ALL, form->span), **last = &node->u.branches;
    struct assigned result = assigned_copy(checker, &checker->assigned);
    struct variable *outer = checker->outside;
    unsigned count = 0;

    checker->outside = NULL;
    for (const struct ast_branch *branch = form->u.branches; branch != NULL; branch = branch->next) {
        if (branch->winner != NULL)
            unsupported(checker, branch->winner->span, "all (p { q })");
        *last = check_branch(checker, branch, &result);
        node->ends |= (*last)->ends;
        last = &(*last)->next;
        count++;
    }
    if (count > 254)
        diag_report(checker->diags, D_TOO_MANY_BRANCHES, form->span);
    show_outside(checker, checker->outside);
    checker->outside = outer;
    checker->assigned = result;
    return node;
}

/* ---- forms ---- */

static struct node *check_form(struct checker *checker, const struct ast_form *form)
{
    switch (form->kind) {
    case AST_CALL: return check_call(checker, form);
    case AST_EXPR: return check_expr(checker, form);
    case AST_DO: return check_do(checker, form);
    case AST_BLOCK: return check_block(checker, form->u.block);
    case AST_ALL: return check_all(checker, form);
    case AST_SETTLE: return unsupported(checker, form->span, "settle");
    case AST_ANY: return unsupported(checker, form->span, "any");
    case AST_RACE: return unsupported(checker, form->span, "race");
    case AST_EACH_IN: case AST_EACH_FROM: return unsupported(checker, form->span, "each");
    case AST_IF: return check_if(checker, form);
    case AST_WHILE: case AST_LOOP: return check_loop(checker, form);
    case AST_BREAK: case AST_CONTINUE: return check_jump(checker, form);
    case AST_TIMEOUT: return unsupported(checker, form->span, "timeout");
    case AST_RETRY: return unsupported(checker, form->span, "retry");
    case AST_DELAY: return check_delay(checker, form);
    case AST_SPAWN: return unsupported(checker, form->span, "spawn");
    case AST_JOIN: return unsupported(checker, form->span, "join");
    case AST_RETURN: return check_return(checker, form);
    case AST_REJECT: return check_reject(checker, form);
    }
    return NULL;
}

/* ---- as ---- */

static struct variable *new_binding(struct checker *checker, const struct ast_step *step, struct ctype type)
{
    struct scope *here = checker->scope;
    struct variable *variable;
    bool outside = step == checker->outside_step;

    if (!outside)
        check_new_name(checker, step->as->name, step->as->span);
    checker->scope = outside ? checker->outside_scope : here;
    variable = variable_new(checker, VARIABLE_BINDING, step->as->name, type, step->as->span);
    checker->scope = here;
    if (outside) {
        variable->outside = checker->outside;
        checker->outside = variable;
    } else
        variable_show(checker, variable);
    return variable;
}

/* The same name may be bound on several ways of one pipeline (rule 33). */
static struct variable *old_binding(struct checker *checker, const struct ast_step *step, struct ctype type)
{
    struct variable *old = variable_visible(checker, step->as->name);
    struct diag *diag;

    if (old == NULL || old->kind != VARIABLE_BINDING || old->scope != checker->scope || assigned_has(&checker->assigned, old))
        return NULL;
    if (!ctype_is_void(type) && !ctype_same(old->type, type)) {
        diag = diag_report(checker->diags, D_BIND_TYPE, step->as->span, old->name,
                           arena_format(checker->arena, "%s%s", type.before, type.after),
                           arena_format(checker->arena, "%s%s", old->type.before, old->type.after));
        diag_note(checker->diags, diag, old->span, "it is bound here");
    }
    return old;
}

static void bind(struct checker *checker, const struct ast_step *step, struct node *node)
{
    struct ctype type = step->as_type != NULL ? ctype_of_words(checker->arena, step->as_type->text) : node->type;
    struct variable *variable = old_binding(checker, step, type);

    if (node->wrong && ctype_is_void(type))
        type = ctype_of_words(checker->arena, "int");
    else if (node->flexible && step->as_type == NULL && variable == NULL) {
        diag_report(checker->diags, D_BIND_UNTYPED, step->as->span, step->as->name, step->as->name);
        type = ctype_of_words(checker->arena, "int");
    } else if (ctype_is_void(type) && variable == NULL) {
        diag_report(checker->diags, D_BIND_NOTHING, step->as->span, step->as->name);
        type = ctype_of_words(checker->arena, "int");
    } else
        demand(checker, node, variable != NULL ? variable->type : type, step->as_type != NULL || node->flexible);
    if (variable == NULL)
        variable = new_binding(checker, step, type);
    if (variable->from == NULL && node->kind == NODE_CALL)
        variable->from = node->u.call.op->name;
    node->binding = variable;
    node->flexible = false;
    node->type = variable->type;
    if (!node->ends)
        assigned_add(checker, &checker->assigned, variable);
}

static struct node *check_step(struct checker *checker, const struct ast_step *step)
{
    struct node *node = check_form(checker, step->form);

    if (node->binding != NULL) { /* a block whose last step is bound inside, bound again outside */
        struct node *outer = node_new(checker, NODE_BLOCK, step->span);
        outer->u.block.body = node;
        outer->u.block.scope = checker->scope;
        take_type(outer, node);
        node = outer;
    }
    if (step->as != NULL)
        bind(checker, step, node);
    if (step->undo != NULL)
        unsupported(checker, step->undo->span, "undo");
    return node;
}

/* ---- clauses ---- */

static void check_reachable(struct checker *checker, const struct node *before, const struct ast_clause *clause)
{
    if (before->ends && !before->wrong && (clause->kind == AST_THEN || clause->kind == AST_THEN_ELSE)
        && before->kind != NODE_REJECT)
        diag_report(checker->diags, D_UNREACHABLE, clause->keyword, "what stands before it never ends with a value");
    else if (before->kind == NODE_REJECT && clause->kind == AST_THEN)
        diag_report(checker->diags, D_UNREACHABLE, clause->keyword, "'reject' skips it");
}

static struct node *check_then(struct checker *checker, struct node *first, const struct ast_clause *clause)
{
    struct node *node = node_new(checker, clause->kind == AST_THEN ? NODE_THEN : NODE_THEN_ELSE, clause->span);
    struct incoming *outer = checker->it;

    check_reachable(checker, first, clause);
    node->u.then.first = first;
    node->u.then.it = checker->it = arena_new(checker->arena, struct incoming);
    checker->it->node = first;
    checker->it->scope = checker->scope;
    node->u.then.second = check_step(checker, clause->step);
    checker->it = outer;
    take_type(node, node->u.then.second);
    node->ends = first->ends || node->u.then.second->ends;
    return node;
}

/* A handler: sees `err`, and only what was bound before the pipeline. */
static struct node *check_handler(struct checker *checker, const struct ast_step *step, const struct assigned *at_start,
                                  const char *why, struct variable **err)
{
    struct ctype error_type = { "struct chain_error", "" };
    struct incoming *outer_it = checker->it;
    struct variable *outer_err = checker->err;
    bool outer_bare = checker->err_is_bare;
    struct assigned after = checker->assigned;
    struct node *node;

    checker->assigned = assigned_copy(checker, &after);
    assigned_meet(checker, &checker->assigned, at_start, why, step->span);
    checker->it = nothing_comes_in(checker, "a handler has 'err'");
    checker->err = variable_new(checker, VARIABLE_ERR, "err", error_type, step->span);
    checker->err->address_taken = true;
    checker->err_is_bare = true;
    node = check_step(checker, step);
    *err = checker->err->used ? checker->err : NULL;
    checker->it = outer_it;
    checker->err = outer_err;
    checker->err_is_bare = outer_bare;
    return node;
}

/* Behind two ways: what both have set. */
static void meet_ways(struct checker *checker, const struct node *first, const struct assigned *first_set,
                      const struct node *second, const char *why)
{
    struct assigned second_set = checker->assigned;

    if (first->ends)
        return;
    checker->assigned = assigned_copy(checker, first_set);
    if (!second->ends)
        assigned_meet(checker, &checker->assigned, &second_set, why, second->span);
}

static struct node *check_else(struct checker *checker, struct node *then, const struct ast_clause *clause,
                               const struct assigned *at_start)
{
    struct assigned then_set = checker->assigned;

    then->u.then.no = check_handler(checker, clause->else_step, at_start, "a rejection before it leads to this 'else'",
                                    &then->u.then.err);
    meet_ways(checker, then, &then_set, then->u.then.no, "the 'else' goes on without it");
    then->ends = then->u.then.second->ends; /* for the types: the first step's end is its own matter */
    take_types(then, then->u.then.second, then->u.then.no);
    return then;
}

static struct node *check_catch(struct checker *checker, struct node *body, const struct ast_clause *clause,
                                const struct assigned *at_start)
{
    struct node *node = node_new(checker, NODE_CATCH, clause->span);
    struct assigned body_set = checker->assigned;

    node->u.catch_.body = body;
    node->u.catch_.codes = clause->codes;
    node->u.catch_.handler = check_handler(checker, clause->step, at_start, "a rejection before it leads to this 'catch'",
                                           &node->u.catch_.err);
    meet_ways(checker, body, &body_set, node->u.catch_.handler, "the 'catch' goes on without it");
    take_types(node, body, node->u.catch_.handler);
    return node;
}

static struct node *check_finally(struct checker *checker, struct node *body, const struct ast_clause *clause,
                                  const struct assigned *at_start)
{
    struct node *node = node_new(checker, NODE_FINALLY, clause->span);
    struct checker saved = *checker;

    node->u.finally.body = body;
    checker->assigned = assigned_copy(checker, &checker->assigned);
    assigned_meet(checker, &checker->assigned, at_start, "a rejection before it leads to this 'finally'", clause->span);
    checker->it = nothing_comes_in(checker, "'finally' receives nothing (rule 37)");
    checker->err = NULL;
    checker->err_is_bare = false;
    checker->in_finally = true;
    checker->finally_loops = checker->loops;
    node->u.finally.cleanup = check_form(checker, clause->step->form);
    checker->assigned = saved.assigned;
    checker->it = saved.it;
    checker->err = saved.err;
    checker->err_is_bare = saved.err_is_bare;
    checker->in_finally = saved.in_finally;
    checker->finally_loops = saved.finally_loops;
    take_type(node, body);
    node->ends = body->ends || node->u.finally.cleanup->ends;
    return node;
}

static struct node *check_pipeline(struct checker *checker, const struct ast_pipeline *pipeline)
{
    struct assigned at_start = assigned_copy(checker, &checker->assigned);
    struct incoming *before = checker->it;
    struct node *node = check_step(checker, pipeline->first);
    bool bare = checker->err_is_bare;

    if (pipeline->clauses != NULL)
        checker->err_is_bare = false;
    for (const struct ast_clause *clause = pipeline->clauses; clause != NULL; clause = clause->next) {
        switch (clause->kind) {
        case AST_THEN:
            node = check_then(checker, node, clause);
            break;
        case AST_THEN_ELSE:
            node = check_else(checker, check_then(checker, node, clause), clause, &at_start);
            break;
        case AST_CATCH:
            node = check_catch(checker, node, clause, &at_start);
            break;
        case AST_FINALLY:
            node = check_finally(checker, node, clause, &at_start);
            break;
        }
    }
    checker->it = before;
    checker->err_is_bare = bare;
    return node;
}

/* ---- chains ---- */

static void add_parameters(struct checker *checker)
{
    for (const struct parameter *param = checker->chain->symbol->params; param != NULL; param = param->next) {
        struct variable *variable;
        check_new_name(checker, param->name, param->span);
        variable = variable_new(checker, VARIABLE_PARAMETER, param->name, param->type, param->span);
        variable_show(checker, variable);
    }
}

static void check_main(struct checker *checker, const struct symbol *chain)
{
    bool no_parameters = chain->param_count == 0;
    bool two = chain->param_count == 2 && strcmp(chain->params->type.before, "int") == 0
               && strcmp(chain->params->next->type.before, "char **") == 0;

    if (ctype_is_void(chain->value) || strcmp(chain->value.before, "int") != 0 || (!no_parameters && !two))
        diag_report(checker->diags, D_BLOCK_MAIN, chain->span);
    checker->chain->is_main = true;
}

static struct checked_chain *check_chain(struct program *program, struct symbol *symbol)
{
    struct checked_chain *chain = arena_new(program->arena, struct checked_chain);
    struct checker checker = { .program = program, .arena = program->arena, .diags = program->diags, .chain = chain };

    checker.it = nothing_comes_in(&checker, "it is the value of the step before");
    chain->symbol = symbol;
    chain->last_variable = &chain->variables;
    scope_open(&checker, symbol->span);
    chain->scope = checker.scope;
    if (strcmp(symbol->name, "main") == 0)
        check_main(&checker, symbol);
    add_parameters(&checker);
    if (!ctype_is_void(symbol->value))
        chain->result = variable_new(&checker, VARIABLE_RESULT, "result", symbol->value, symbol->span);
    chain->body = check_block(&checker, symbol->proto->body);
    if (chain->result != NULL && !chain->body->ends)
        demand(&checker, chain->body, symbol->value, true);
    scope_close(&checker);
    visible_release(&checker);
    return chain;
}

struct checked_chain *check(struct program *program)
{
    struct checked_chain *first = NULL, **last = &first;

    for (struct symbol *symbol = program->symbols; symbol != NULL; symbol = symbol->next) {
        if (symbol->kind != SYMBOL_OPERATION || symbol->proto_kind != AST_CHAIN || symbol->proto->body == NULL
            || symbol->unit != program->units)
            continue;
        *last = check_chain(program, symbol);
        last = &(*last)->next;
    }
    return first;
}

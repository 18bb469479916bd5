/* check_form.c - part of check: what a single form means. */
#include <string.h>

#include "base/arena.h"
#include "base/intern.h"
#include "base/nearest.h"
#include "check/check.h"
#include "ctext/ctext.h"

static const struct ctype no_type = { NULL, "", 0 };

/* The variable that is the whole of a text, brackets and comments aside; NULL: it is something else. */
static const struct variable *text_name(const struct ast_c *c, const struct text *text)
{
    const struct piece *piece = text->pieces;
    const char *at = c->text;

    while (piece != NULL && piece->kind != PIECE_VARIABLE)
        piece = piece->next;
    if (piece == NULL || ctext_next_in_brackets(&at).kind != CTOKEN_NAME
        || ctext_next_in_brackets(&at).kind != CTOKEN_END)
        return NULL;
    return piece->variable;
}

/* C text has the type that its place asks for; the name of what owns something
 * is of that type if nobody asks, and so is any other name that is no array (rule 157). */
static void take_text_type(struct node *node, const struct ast_c *c)
{
    const struct piece *piece = node->u.expr->pieces;
    const struct variable *name = text_name(c, node->u.expr);

    node->flexible = true;
    if (name != NULL && *name->type.after != '[')
        node->named = name->type;
    if (piece != NULL && piece->next == NULL && piece->kind == PIECE_VARIABLE
        && piece->variable->resource != NULL)
        node->type = piece->variable->type;
}

static struct node *check_expr(struct checker *checker, const struct ast_form *form)
{
    struct node *node = check_new_node(checker, NODE_EXPR, form->span);
    node->u.expr = check_text(checker, form->u.expr, no_type, false, NULL);
    take_text_type(node, form->u.expr);
    return node;
}

static struct node *check_do(struct checker *checker, const struct ast_form *form)
{
    struct node *node = check_new_node(checker, NODE_DO, form->span);
    if (form->u.do_.type != NULL)
        node->type = check_type(checker, form->u.do_.type);
    node->resource = ctype_resource(checker->program, node->type);
    node->u.do_.body = check_text(checker, form->u.do_.body, no_type, true, node);
    if (text_mentions(node->u.do_.body, node->type) != NULL) /* what it returns may be that */
        check_own_text(checker, node->u.do_.body, node->type);
    if (node->u.do_.rejects)
        check_may_reject(checker);
    return node;
}

/* ---- if and loops -------------------------------------------------------- */

static struct text *check_condition(struct checker *checker, const struct ast_c *condition)
{
    struct diag *diag;

    if (ctext_assigns(condition->text)) {
        diag = diag_report(checker->diags, D_CONDITION_ASSIGNS, condition->span);
        diag_help(checker->diags, diag, "if that is meant, write `((%s))`", condition->text);
    }
    return check_text(checker, condition, no_type, false, NULL);
}

static struct node *check_if(struct checker *checker, const struct ast_form *form)
{
    struct node *node = check_new_node(checker, NODE_IF, form->span);
    struct own_point before;
    struct moved yes;

    node->u.expr = check_condition(checker, form->u.expr);
    before = check_own_here(checker);
    node->body = check_block(checker, form->block);
    yes = checker->moved;
    check_own_return(checker, &before);
    if (form->inner == NULL && !node->body->ends)
        check_promised_part(checker, &yes.promised, &before.moved.promised, form->span);
    if (form->inner != NULL) {
        node->second = check_form(checker, form->inner);
        check_take_types(node, node->body, node->second);
        if (node->second->ends)
            checker->moved = yes;
        else if (!node->body->ends)
            check_promised_part(checker, &yes.promised, &checker->moved.promised, form->span);
    }
    if (!node->body->ends)
        check_own_join(checker, &yes);
    return node;
}

static struct node *check_loop(struct checker *checker, const struct ast_form *form)
{
    struct node *node =
        check_new_node(checker, form->kind == AST_WHILE ? NODE_WHILE : NODE_LOOP, form->span);
    struct incoming *outer = checker->around.it;
    bool outer_break = checker->has_break;
    struct scope *outer_scope = checker->loop_scope;
    struct own_loop own;

    checker->around.it =
        check_no_incoming(checker, "a loop's round begins without a value (rule 93)");
    checker->has_break = false;
    if (form->kind == AST_WHILE)
        node->u.expr = check_condition(checker, form->u.expr);
    check_own_loop_begin(checker, &own, form->kind == AST_WHILE);
    checker->loops++;
    checker->loop_scope = checker->scope;
    node->body = check_block(checker, form->block);
    checker->loop_scope = outer_scope;
    checker->loops--;
    if (form->kind == AST_WHILE) /* no round may be run */
        check_promised_part(checker, &checker->moved.promised, &own.head.moved.promised,
                            form->span);
    if (!node->body->ends)
        check_own_next_round(checker);
    check_own_loop_end(checker);
    node->ends = form->kind == AST_LOOP && !checker->has_break;
    checker->around.it = outer;
    checker->has_break = outer_break;
    return node;
}

static struct node *check_jump(struct checker *checker, const struct ast_form *form)
{
    const char *word = ast_form_traits[form->kind].word;
    struct node *node =
        check_new_node(checker, form->kind == AST_BREAK ? NODE_BREAK : NODE_CONTINUE, form->span);

    node->ends = true;
    node->wrong =
        checker->loops == 0
        || (checker->around.fence != NULL && checker->loops == checker->around.fence_loops);
    if (checker->loops == 0)
        diag_report(checker->diags, D_JUMP_OUTSIDE, form->span, word);
    else if (node->wrong)
        diag_report(checker->diags, D_JUMP_FROM_FINALLY, form->span, word, checker->around.fence);
    check_promises_left(checker, checker->loop_scope, form->span);
    if (form->kind == AST_BREAK) {
        checker->has_break = true;
        check_own_break(checker);
    } else
        check_own_next_round(checker);
    return node;
}

/* ---- leaving ------------------------------------------------------------- */

/* `return NAME` gives a name of the chain, or the value of an operation. */
static struct node *check_returned(struct checker *checker, const struct ast_form *value)
{
    struct variable *variable;
    struct ast_c c;
    struct node *node;

    if (value->kind != AST_CALL || !value->u.call.bare)
        return check_form(checker, value);
    variable = check_variable_visible(checker, value->u.call.name);
    if (variable == NULL && strcmp(value->u.call.name, "it") != 0
        && strcmp(value->u.call.name, "err") != 0)
        return check_form(checker, value);
    c.span = value->u.call.name_span;
    c.text = value->u.call.name;
    node = check_new_node(checker, NODE_EXPR, value->span);
    node->u.expr = check_text(checker, &c, checker->chain->symbol->value, false, NULL);
    take_text_type(node, &c);
    return node;
}

static struct node *check_return(struct checker *checker, const struct ast_form *form)
{
    struct node *node = check_new_node(checker, NODE_RETURN, form->span);
    const struct symbol *chain = checker->chain->symbol;

    node->ends = true;
    node->wrong = checker->around.fence != NULL;
    if (node->wrong)
        diag_report(checker->diags, D_JUMP_FROM_FINALLY, form->span, "return",
                    checker->around.fence);
    if (form->inner == NULL) {
        check_promises_left(checker, NULL, form->span);
        if (!ctype_is_void(chain->value)
            && !misspelt_void(checker->program, chain, chain->value, form->span))
            diag_report(checker->diags, D_RETURN_NOTHING, form->span, chain->name);
        return node;
    }
    node->body = check_returned(checker, form->inner);
    check_promises_left(checker, NULL, form->span);
    if (ctype_is_void(chain->value)) {
        if (node->body->flexible || !ctype_is_void(node->body->type))
            diag_report(checker->diags, D_RETURN_VALUE, form->span, chain->name);
    } else
        check_wanted(checker, node->body, chain->value, true);
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

    if (token.kind != CTOKEN_NAME || ctext_next_solid(&p).kind != CTOKEN_END
        || reserved_is_code(name) || check_variable_visible(checker, name) != NULL)
        return;
    symbol = symbol_find(checker->program, name);
    if (symbol != NULL && symbol->kind == SYMBOL_CODE)
        return;
    diag = diag_report(checker->diags, D_UNKNOWN_CODE, code->span, name);
    if (symbol_help_hidden(checker->program, checker->program->units, name, diag))
        return;
    reserved_offer_codes(&nearest);
    for (symbol = checker->program->symbols; symbol != NULL && diag_is_kept(diag);
         symbol = symbol->next)
        if (symbol->kind == SYMBOL_CODE)
            nearest_offer(&nearest, symbol->name);
    if (nearest.best != NULL)
        diag_help(checker->diags, diag, "did you mean '%s'?", nearest.best);
    else
        diag_help(checker->diags, diag, "codes of one's own are declared with 'codes { %s };'",
                  name);
}

/* What a rejection carries. */
static void check_told(struct checker *checker, const struct ast_form *form, struct node *node)
{
    static const struct ctype text = { "const char *", "", 0 };

    if (form->u.reject.says != NULL)
        node->u.reject.says = check_text(checker, form->u.reject.says, text, false, NULL);
    if (!form->u.reject.because)
        return;
    node->u.reject.because = checker->around.err;
    if (checker->around.err == NULL)
        diag_report(checker->diags, D_BECAUSE_OUTSIDE,
                    (struct span){ form->span.end - (pos)strlen("because"), form->span.end });
    else
        checker->around.err->used = true;
}

static struct node *check_reject(struct checker *checker, const struct ast_form *form)
{
    struct node *node = check_new_node(checker, NODE_REJECT, form->span);
    unsigned count = 0;

    node->ends = true;
    for (const struct ast_args *arg = form->u.reject.args; arg != NULL; arg = arg->next)
        count++;
    if (form->u.reject.given) {
        if (count < 1 || count > 3)
            diag_report(checker->diags, D_REJECT_ARGUMENTS, form->span, count);
        else {
            check_code(checker, &form->u.reject.args->c);
            symbol_check_positive(checker->program, checker->program->units,
                                  &form->u.reject.args->c);
        }
        node->u.reject.args = check_arguments(checker, form->u.reject.args, NULL);
        check_told(checker, form, node);
        check_may_reject(checker);
        return node;
    }
    check_may_reject(checker);
    node->u.reject.again = checker->around.err;
    if (checker->around.err == NULL)
        diag_report(checker->diags, D_REJECT_BARE, form->span);
    else
        checker->around.err->used = true;
    return node;
}

/* ---- retry --------------------------------------------------------------- */

static const char *number_text(const struct ast_number *number)
{
    return number == NULL ? NULL : number->text;
}

/* As far as it can be known: an expression is. */
static bool is_shorter(const struct ast_duration *to, const struct ast_duration *backoff)
{
    return to != NULL && to->count == NULL && backoff->count == NULL && to->ns < backoff->ns;
}

static void check_attempts(struct checker *checker, const struct ast_number *number,
                           struct node_retry *retry)
{
    intmax_t count;
    struct ast_c text;

    if (number == NULL)
        return;
    text = (struct ast_c){ number->span, number->text };
    retry->attempts = check_text(checker, &text, no_type, false, NULL);
    if (ctext_number(text.text, &count) && count < 1)
        diag_report(checker->diags, D_RETRY_ZERO, text.span, text.text);
}

/* What is asked after an attempt sees its rejection, as a handler does (rules 158, 159). */
static void check_failed(struct checker *checker, const struct ast_form *form,
                         struct node_retry *retry)
{
    struct variable *outer = checker->around.err;
    struct ctype type = ctype_of_words(checker->arena, "struct chain_error");

    if (form->u.retry.pause == NULL && form->u.retry.condition == NULL)
        return;
    checker->around.err = check_variable_new(checker, VARIABLE_ERR, "err", type, form->span);
    checker->around.err->address_taken = true;
    if (form->u.retry.pause != NULL)
        retry->pause = check_duration(checker, form->u.retry.pause);
    if (form->u.retry.condition != NULL)
        retry->condition = check_condition(checker, form->u.retry.condition);
    retry->err = checker->around.err->used ? checker->around.err : NULL;
    checker->around.err = outer;
}

static void check_pauses(struct checker *checker, const struct ast_form *form,
                         struct node_retry *retry)
{
    const struct ast_number *jitter = form->u.retry.jitter;
    intmax_t percent;

    if (form->u.retry.backoff != NULL)
        retry->backoff = check_duration(checker, form->u.retry.backoff);
    if (form->u.retry.to != NULL)
        retry->to = check_duration(checker, form->u.retry.to);
    check_failed(checker, form, retry);
    if (is_shorter(form->u.retry.to, form->u.retry.backoff))
        diag_report(checker->diags, D_BACKOFF_RANGE, form->u.retry.to->span);
    retry->jitter = number_text(jitter);
    if (jitter != NULL && retry->backoff == NULL && retry->pause == NULL)
        diag_report(checker->diags, D_JITTER, jitter->span);
    if (jitter != NULL && ctext_number(jitter->text, &percent) && percent > 100)
        diag_report(checker->diags, D_JITTER_RANGE, jitter->span);
}

/* The body is run again on the same strand; `attempt` counts (rules 89-92). */
static struct node *check_retry(struct checker *checker, const struct ast_form *form)
{
    struct node *node = check_new_node(checker, NODE_RETRY, form->span);
    struct node_retry *retry = node->u.retry = arena_new(checker->arena, struct node_retry);
    struct variable *outer = checker->attempt;
    struct incoming *it = checker->around.it;
    struct own_point start;

    retry->attempt = check_variable_new(checker, VARIABLE_ATTEMPT, "attempt",
                                        ctype_of_words(checker->arena, "int"), form->span);
    checker->attempt = retry->attempt;
    check_attempts(checker, form->u.retry.attempts, retry);
    check_pauses(checker, form, retry);
    retry->codes = form->u.retry.codes;
    start = check_own_here(checker);
    node->body = check_form(checker, form->inner);
    check_own_once(checker, &start, "a 'retry': the next attempt would not have it");
    check_take_type(node, node->body);
    node->ends = node->body->ends;
    checker->attempt = outer;
    checker->around.it = it;
    return node;
}

/* ---- forms --------------------------------------------------------------- */

struct node *check_form(struct checker *checker, const struct ast_form *form)
{
    switch (form->kind) {
    case AST_CALL: return check_call(checker, form);
    case AST_EXPR: return check_expr(checker, form);
    case AST_DO: return check_do(checker, form);
    case AST_BLOCK: return check_block(checker, form->block);
    case AST_ALL:
    case AST_SETTLE:
    case AST_ANY:
    case AST_RACE: return check_branches(checker, form);
    case AST_EACH_IN:
    case AST_EACH_FROM: return check_each(checker, form);
    case AST_IF: return check_if(checker, form);
    case AST_WHILE:
    case AST_LOOP: return check_loop(checker, form);
    case AST_BREAK:
    case AST_CONTINUE: return check_jump(checker, form);
    case AST_TIMEOUT: return check_timeout(checker, form);
    case AST_RETRY: return check_retry(checker, form);
    case AST_DELAY: return check_delay(checker, form);
    case AST_SPAWN: return check_spawn(checker, form);
    case AST_JOIN: return check_join(checker, form);
    case AST_START: return check_start_misplaced(checker, form);
    case AST_AWAIT: return check_await(checker, form);
    case AST_CANCEL: return check_cancel(checker, form);
    case AST_RETURN: return check_return(checker, form);
    case AST_REJECT: return check_reject(checker, form);
    case AST_FORM_COUNT: break;
    }
    return NULL;
}

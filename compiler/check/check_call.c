/* check_call.c - part of check: calls, their arguments, and operations that nobody declares. */
#include <string.h>

#include "base/nearest.h"
#include "check/check.h"

static const struct ctype no_type = { NULL, "", 0 };

struct text *check_arguments(struct checker *checker, const struct ast_args *args,
                             const struct parameter *param)
{
    struct text *first = NULL, **last = &first;

    for (; args != NULL; args = args->next) {
        *last = check_text(checker, &args->c, param == NULL ? no_type : param->type, false, NULL);
        last = &(*last)->next;
        param = param == NULL ? NULL : param->next;
    }
    return first;
}

static void check_count(struct checker *checker, const struct ast_form *form,
                        const struct symbol *op)
{
    unsigned count = 0;
    struct diag *diag;

    for (const struct ast_args *arg = form->u.call.args; arg != NULL; arg = arg->next)
        count++;
    if (count == op->param_count || (op->variadic && count > op->param_count))
        return;
    diag = diag_report(checker->diags, D_TOO_FEW_ARGUMENTS, form->span, op->name,
                       op->variadic ? "at least " : "", op->param_count,
                       op->param_count == 1 ? "" : "s", count);
    diag_note(checker->diags, diag, op->span, "'%s' is declared here", op->name);
}

/* A bare name passes `it`, in a handler `err`, to an operation with one parameter. */
static struct text *bare_argument(struct checker *checker, const struct ast_form *form,
                                  const struct symbol *op)
{
    struct variable *variable;
    struct diag *diag;

    if (op->param_count == 0)
        return NULL;
    if (op->param_count > 1) {
        diag = diag_report(checker->diags, D_BARE_PARAMETERS, form->span, op->name, op->param_count,
                           op->name);
        diag_note(checker->diags, diag, op->span, "'%s' is declared here", op->name);
        return NULL;
    }
    variable = checker->around.err_is_bare
                   ? checker->around.err
                   : check_incoming_wanted(checker, op->params->type, form->span, op->name);
    return variable == NULL ? NULL : check_text_of_variable(checker, variable, form->span);
}

void check_call_arguments(struct checker *checker, const struct ast_form *form,
                          const struct symbol *op, struct node *node)
{
    check_count(checker, form, op);
    node->u.call.args = check_arguments(checker, form->u.call.args, op->params);
    check_own_arguments(checker, node->u.call.args, op->params);
}

/* `retun (x)` is a call for the parser; a call is never a `do`. */
static void offer_step_words(struct nearest *nearest)
{
    struct nearest word = { nearest->wanted, NULL, 0 };

    for (int kind = 0; kind < AST_FORM_COUNT; kind++)
        if ((ast_form_traits[kind].flags & FORM_WORD) != 0 && kind != AST_DO)
            nearest_offer(&word, ast_form_traits[kind].word);
    if (word.best != NULL && word.distance == 1 && (nearest->best == NULL || nearest->distance > 1))
        *nearest = word;
}

/* `start (x) as p` and `await (p)` are calls for the parser. */
static const char *promise_form(const char *name)
{
    return strcmp(name, "start") == 0    ? "start f(x) as NAME"
           : strcmp(name, "await") == 0  ? "await NAME"
           : strcmp(name, "cancel") == 0 ? "cancel NAME"
                                         : NULL;
}

static void help_with_value(struct checker *checker, const char *name, struct variable *variable,
                            struct diag *diag)
{
    if (variable != NULL)
        variable->used = true;
    if (variable != NULL && variable->kind == VARIABLE_PROMISE)
        diag_help(checker->diags, diag, "'%s' is a promise: `await %s` waits for it", name, name);
    else
        diag_help(checker->diags, diag, "'%s' is a value: '(%s)' passes it on", name, name);
}

void check_unknown_operation(struct checker *checker, const struct ast_call *call)
{
    struct program *program = checker->program;
    struct nearest nearest = { call->name, NULL, 0 };
    const struct symbol *other = symbol_find(program, call->name);
    struct variable *variable = check_variable_visible(checker, call->name);
    struct diag *diag;

    if (other != NULL) {
        diag = diag_report(program->diags, D_NOT_AN_OPERATION, call->name_span, call->name,
                           other->kind == SYMBOL_CODE ? "a code" : "a resource");
        if (other->kind == SYMBOL_CODE && checker->around.err_is_bare)
            diag_help(program->diags, diag,
                      "a handler for a code has a ':' before its step: `catch %s: step`",
                      call->name);
        return;
    }
    if (!misspelt_is_new(program, call->name)
        || (variable == NULL
            && misspelt_declaration(program, call->name, call->name_span, SYMBOL_OPERATION)))
        return;
    diag = diag_report(program->diags, D_UNKNOWN_OPERATION, call->name_span, call->name);
    if (symbol_help_hidden(program, program->units, call->name, diag))
        return;
    if (variable != NULL || (call->bare && strcmp(call->name, "it") == 0)) { /* rule 7 */
        help_with_value(checker, call->name, variable, diag);
        return;
    }
    if (promise_form(call->name) != NULL) {
        diag_help(program->diags, diag, "the form is `%s`", promise_form(call->name));
        return;
    }
    if (symbol_module_of(call->name) != NULL) {
        diag_help(program->diags, diag, "it is declared in a module: `import \"%s\";`",
                  symbol_module_of(call->name));
        return;
    }
    for (struct symbol *symbol = program->symbols; symbol != NULL && diag_is_kept(diag);
         symbol = symbol->next)
        if (symbol->kind == SYMBOL_OPERATION)
            nearest_offer(&nearest, symbol->name);
    offer_step_words(&nearest);
    if (nearest.best != NULL)
        diag_help(program->diags, diag, "did you mean '%s'?", nearest.best);
    else if (!call->bare)
        diag_help(program->diags, diag,
                  "a plain C function is called as '(%s(...))', or declared with 'sync'",
                  call->name);
}

struct node *check_call(struct checker *checker, const struct ast_form *form)
{
    struct symbol *op = form->u.call.op;
    struct node *node;

    if (op == NULL) {
        check_unknown_operation(checker, &form->u.call);
        return check_wrong_node(checker, form->span);
    }
    if (op->proto_kind == AST_CHAIN && op->proto->body == NULL) {
        diag_report(checker->diags, D_NO_BODY, form->span, op->name);
        return check_wrong_node(checker, form->span);
    }
    node = check_new_node(checker, NODE_CALL, form->span);
    node->u.call.op = op;
    op->is_called = true;
    node->type = op->value;
    node->resource = ctype_resource(checker->program, op->value);
    if (form->u.call.bare)
        check_own_arguments(checker, node->u.call.args = bare_argument(checker, form, op),
                            op->params);
    else
        check_call_arguments(checker, form, op, node);
    check_own_release_arguments(checker, node->u.call.args, op);
    if (symbol_may_reject(op))
        check_may_reject(checker);
    return node;
}

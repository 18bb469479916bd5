/* check_bind.c - part of check: new names, and the value that `as` binds to one. */
#include "base/arena.h"
#include "check/check.h"

/* Reports a name that cannot be declared here. */
void check_new_name(struct checker *checker, const char *name, struct span span)
{
    struct variable *old = check_variable_visible(checker, name);
    struct diag *diag;

    if (reserved_is(name, RESERVED_KEYWORD, NULL))
        diag_report(checker->diags, D_C_KEYWORD_NAME, span, name, reserved_standard(name));
    if (strcmp(name, "it") == 0 || strcmp(name, "err") == 0 || strcmp(name, "attempt") == 0
        || strcmp(name, "reject") == 0)
        diag_report(checker->diags, D_RESERVED_NAME, span, name);
    if (old == NULL)
        return;
    diag = diag_report(checker->diags, old->scope == checker->scope ? D_NAME_TAKEN : D_SHADOW, span,
                       name);
    diag_note(checker->diags, diag, old->span, "it is declared here");
}

void check_show_outside(struct checker *checker, struct variable *variable)
{
    struct variable **last = &checker->outside;

    while (*last != NULL)
        last = &check_note(checker, *last)->outside;
    *last = variable;
    variable->scope = checker->around.outside_scope;
}

static struct variable *new_binding(struct checker *checker, const struct ast_step *step,
                                    struct ctype type)
{
    struct scope *here = checker->scope;
    struct variable *variable;
    bool outside = step == checker->around.outside_step;

    if (!outside)
        check_new_name(checker, step->as->name, step->as->span);
    checker->scope = outside ? checker->around.outside_scope : here;
    variable = check_variable_new(checker, VARIABLE_BINDING, step->as->name, type, step->as->span);
    checker->scope = here;
    if (outside)
        check_show_outside(checker, variable);
    check_variable_show(checker, variable);
    return variable;
}

/* The same name may be bound on several ways of one pipeline (rule 33). */
static struct variable *old_binding(struct checker *checker, const struct ast_step *step,
                                    struct ctype type)
{
    struct variable *old = check_variable_visible(checker, step->as->name);
    struct diag *diag;

    if (old == NULL || old->kind != VARIABLE_BINDING || old->scope != checker->scope
        || check_assigned_has(&checker->assigned, old))
        return NULL;
    if (!ctype_is_void(type) && !ctype_same(old->type, type)) {
        diag = diag_report(checker->diags, D_BIND_TYPE, step->as->span, old->name,
                           arena_format(checker->arena, "%s%s", type.before, type.after),
                           arena_format(checker->arena, "%s%s", old->type.before, old->type.after));
        diag_note(checker->diags, diag, old->span, "it is bound here");
    }
    return old;
}

void check_bind(struct checker *checker, const struct ast_step *step, struct node *node)
{
    struct ctype type = step->as_type != NULL ? check_type(checker, step->as_type) : node->type;
    struct variable *variable = old_binding(checker, step, type);
    unsigned errors = checker->diags->errors;

    if (variable == NULL && step->as_type == NULL)
        type = check_own_type(node);
    if (node->wrong && ctype_is_void(type))
        type = ctype_of_words(checker->arena, "int");
    else if (node->flexible && ctype_is_void(type) && variable == NULL) {
        diag_report(checker->diags, D_BIND_UNTYPED, step->as->span, step->as->name, step->as->name);
        type = ctype_of_words(checker->arena, "int");
    } else if (ctype_is_void(type) && variable == NULL) {
        diag_report(checker->diags, D_BIND_NOTHING, step->as->span, step->as->name);
        type = ctype_of_words(checker->arena, "int");
    } else if (variable == NULL || ctype_same(variable->type, type))
        check_wanted(checker, node, type, step->as_type != NULL || node->flexible);
    /* bound on an earlier way of this branch, too */
    if (variable != NULL && step == checker->around.outside_step)
        check_show_outside(checker, variable);
    if (variable == NULL)
        variable = new_binding(checker, step, type);
    if (errors != checker->diags->errors)
        variable->used = true; /* enough has been said of it */
    if (variable->from == NULL && node->kind == NODE_CALL)
        variable->from = node->u.call.op->name;
    node->binding = variable;
    node->flexible = false;
    node->type = variable->type;
    check_own_bound(checker, variable);
    if (!node->ends)
        check_assigned_add(checker, &checker->assigned, variable);
}

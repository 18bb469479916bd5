/* resolve_resources.c - part of resolve: the release functions of resources,
 * and functions that cannot be given one.
 *
 *     resource conn = int releases hang_up;     ->     conn.release = hang_up, which takes one conn or int
 */
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/nearest.h"
#include "check/resolve.h"

/* `void *`, or `const void *`, as free() has: of a pointer, as far as one can see. */
static bool takes_any_pointer(struct ctype parameter, struct ctype value)
{
    bool is_void = *parameter.after == '\0'
                   && (strcmp(parameter.before, "void *") == 0
                       || strcmp(parameter.before, "const void *") == 0);

    return is_void && ctype_may_be_pointer(value);
}

/* It is given the value and nothing else. A chain gets it as plain C: a
 * parameter that it owned it would have to release by calling itself. */
static bool can_release(const struct symbol *op, const struct symbol *resource)
{
    bool takes_resource;

    if (op->param_count != 1 || op->variadic)
        return false;
    takes_resource =
        strcmp(op->params->type.before, resource->c_name) == 0 && *op->params->type.after == '\0';
    return ctype_same(op->params->type, resource->value)
           || takes_any_pointer(op->params->type, resource->value)
           || (takes_resource && op->proto_kind != AST_CHAIN);
}

/* Those that its parameter may have instead of the C type, for a message. */
static const char *other_types(struct program *program, const struct symbol *op,
                               const struct symbol *resource)
{
    bool is_pointer = ctype_may_be_pointer(resource->value);

    if (op->proto_kind == AST_CHAIN || op->proto_kind == AST_BLOCKING)
        return is_pointer ? " or 'void *'" : "";
    return arena_format(program->arena, is_pointer ? ", '%s' or 'void *'" : " or '%s'",
                        resource->name);
}

static void resolve_release(struct program *program, struct symbol *resource)
{
    const struct ast_name *name = resource->resource->u.resource.releases;
    struct symbol *op = symbol_find_in(program, resource->unit, name->name);
    struct nearest nearest = { name->name, NULL, 0 };
    struct diag *diag;

    symbol_check_clear(program, resource->unit, name->name, name->span);

    if (ctype_is_void(resource->value) || ctype_resource(program, resource->value) != NULL) {
        diag_report(program->diags, D_RESOURCE_TYPE, resource->span, resource->name);
        return;
    }
    if (op == NULL || op->kind != SYMBOL_OPERATION) {
        if (misspelt_declaration(program, name->name, name->span, SYMBOL_OPERATION))
            return;
        diag = diag_report(program->diags, D_UNKNOWN_OPERATION, name->span, name->name);
        for (struct symbol *symbol = program->symbols; symbol != NULL && diag_is_kept(diag);
             symbol = symbol->next)
            if (symbol->kind == SYMBOL_OPERATION)
                nearest_offer(&nearest, symbol->name);
        if (nearest.best != NULL)
            diag_help(program->diags, diag, "did you mean '%s'?", nearest.best);
        return;
    }
    if (op->proto_kind == AST_BLOCKING || !can_release(op, resource)) {
        bool is_slip = op->param_count == 1
                       && misspelt_rather(program, op->params->type.before, resource->name);
        diag = diag_report(program->diags, D_RELEASE_PARAMETER,
                           is_slip ? op->params->span : name->span, op->name,
                           resource->resource->u.resource.type->text,
                           other_types(program, op, resource));
        diag_note(program->diags, diag, op->span, "'%s' is declared here", op->name);
    } else if (ctype_resource(program, op->value) != NULL)
        diag_report(program->diags, D_RELEASE_VALUE, name->span, op->name);
    else if (op->is_static && op->proto_kind == AST_CHAIN && op->unit != program->units
             && !resource->is_static)
        diag_report(program->diags, D_RELEASE_STATIC, name->span, op->name, resource->name);
    else
        resource->release = op;
}

/* What other files can call cannot give or take what only its own file releases. */
static void check_private(struct program *program, const struct symbol *op, struct ctype type,
                          struct span span)
{
    const struct symbol *resource = ctype_resource(program, type);

    if (resource != NULL && resource->is_static && !op->is_static)
        diag_report(program->diags, D_PRIVATE_TYPE, span, resource->name, op->name);
}

static void check_private_types(struct program *program, const struct symbol *op)
{
    check_private(program, op, op->value, op->span);
    for (const struct parameter *param = op->params; param != NULL; param = param->next)
        check_private(program, op, param->type, param->span);
}

/* A call that waits for a thread may never begin, and what it was given would be nobody's. */
static void check_blocking_owner(struct program *program, const struct symbol *op)
{
    if (op->kind != SYMBOL_OPERATION || op->proto_kind != AST_BLOCKING)
        return;
    for (const struct parameter *param = op->params; param != NULL; param = param->next)
        if (ctype_resource(program, param->type) != NULL)
            diag_report(program->diags, D_BLOCKING_OWNER, param->span, param->name, param->name);
}

void resolve_resources(struct program *program)
{
    for (struct symbol *symbol = program->symbols; symbol != NULL; symbol = symbol->next)
        if (symbol->kind == SYMBOL_RESOURCE)
            resolve_release(program, symbol);
        else if (symbol->kind == SYMBOL_OPERATION) {
            check_blocking_owner(program, symbol);
            check_private_types(program, symbol);
        }
}

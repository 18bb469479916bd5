/* resolve_parameters.c - the parameters of an operation: their names and types. */
#include "base/arena.h"
#include "base/diag.h"
#include "check/resolve.h"
#include "ctext/ctext.h"

/* What an imported file declares has its types in the header of that file; C
 * functions have none. */
bool resolve_is_shown(const struct program *program, const struct symbol *symbol)
{
    return symbol->unit == program->units || symbol->proto_kind == AST_SYNC;
}

/* C passes arrays and functions as pointers. A chain keeps what it is given, so
 * there it has to be said. */
static void adjust_parameter(struct program *program, const struct symbol *symbol,
                             struct parameter *parameter)
{
    bool is_array = *parameter->type.after == '[';
    /* const int v[] */
    struct ctype adjusted =
        ctype_adjusted(program->arena, is_array ? parameter->declared : parameter->type);
    struct diag *diag;

    if (adjusted.after != parameter->type.after
        && (symbol->proto_kind == AST_CHAIN || symbol->proto_kind == AST_BLOCKING)) {
        diag = diag_report(program->diags, D_PARAMETER_ARRAY, parameter->span, parameter->name,
                           is_array ? "an array" : "a function");
        diag_help(program->diags, diag, "write `%s`",
                  ctype_declare(program->arena, adjusted, parameter->name));
    }
    parameter->type = adjusted;
    parameter->declared = ctype_adjusted(program->arena, parameter->declared);
}

void resolve_parameters(struct program *program, struct symbol *symbol)
{
    struct parameter **last = &symbol->params;

    for (const struct ast_param *param = symbol->proto->params; param != NULL;
         param = param->next) {
        const char *name_at;
        size_t length;
        struct parameter *parameter;
        if (param->name == NULL || !ctext_declared_name(param->text, &name_at, &length))
            continue;
        parameter = *last = arena_new(program->arena, struct parameter);
        parameter->name = param->name;
        parameter->span = param->name_span;
        parameter->type = ctype_of_declaration(program->arena, param->text, name_at, length);
        parameter->declared = ctype_as_declared(program->arena, param->text, name_at, length);
        parameter->type.at = resolve_is_shown(program, symbol) ? param->span.begin : 0;
        adjust_parameter(program, symbol, parameter);
        symbol->param_count++;
        last = &parameter->next;
    }
}

/* resolve_twice.c - part of resolve: names that a list has twice: parameters of
 * a prototype, codes of `raises`, `catch` and `on`. */
#include "base/diag.h"
#include "base/table.h"
#include "check/resolve.h"

struct seen {
    const char *key;
    struct span span;
    UT_hash_handle hh;
};

/* `key` is interned; a code can have two names, BUSY and db.BUSY. */
static void see(struct program *program, struct seen **table, const char *key, const char *name,
                struct span span, enum diag_code code)
{
    struct arena *arena = program->arena;
    struct seen *seen;

    HASH_FIND_PTR(*table, &key, seen);
    if (seen != NULL) {
        diag_note(program->diags, diag_report(program->diags, code, span, name), seen->span,
                  "the first one is here");
        return;
    }
    seen = arena_new(arena, struct seen);
    seen->key = key;
    seen->span = span;
    HASH_ADD_PTR(*table, key, seen);
}

void resolve_parameters_twice(struct program *program, const struct ast_proto *proto)
{
    struct seen *table = NULL;

    for (const struct ast_param *param = proto->params; param != NULL; param = param->next)
        if (param->name != NULL && *param->name != '\0')
            see(program, &table, param->name, param->name, param->name_span, D_PARAMETER_TWICE);
}

void resolve_codes_twice(struct program *program, const struct ast_name *codes)
{
    struct seen *table = NULL;

    for (; codes != NULL; codes = codes->next)
        see(program, &table, codes->c_name, codes->name, codes->span, D_CLAUSE_TWICE);
}

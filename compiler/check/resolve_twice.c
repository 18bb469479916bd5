/* resolve_twice.c - part of resolve: names that a list has twice: parameters of
 * a prototype, codes of `raises`, `catch` and `on`; pools of threads whose number
 * is said twice. */
#include "base/arena.h"
#include "base/diag.h"
#include "base/table.h"
#include "check/resolve.h"
#include "ctext/ctext.h"

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

/* ---- pools of threads ----------------------------------------------------- */

struct pool {
    const char *name; /* interned */
    const struct ast_number *most;
    UT_hash_handle hh;
};

/* Of two macros, or a macro and a number, only the C compiler knows. */
static bool differ(const struct ast_number *a, const struct ast_number *b)
{
    intmax_t first, second;

    return ctext_number(a->text, &first) && ctext_number(b->text, &second) && first != second;
}

static void see_pool(struct program *program, struct pool **pools, const struct symbol *op)
{
    struct arena *arena = program->arena;
    struct pool *pool;
    struct diag *diag;

    HASH_FIND_PTR(*pools, &op->threads, pool);
    if (pool == NULL) {
        pool = arena_new(arena, struct pool);
        pool->name = op->threads;
        pool->most = op->most;
        HASH_ADD_PTR(*pools, name, pool);
    } else if (differ(pool->most, op->most)) {
        diag = diag_report(program->diags, D_THREADS_DIFFER, op->most->span, op->threads,
                           op->most->text, pool->most->text);
        diag_note(program->diags, diag, pool->most->span, "the other number is here");
    }
}

void resolve_pools(struct program *program)
{
    struct pool *pools = NULL;

    for (const struct symbol *op = program->symbols; op != NULL; op = op->next)
        if (op->kind == SYMBOL_OPERATION && op->most != NULL)
            see_pool(program, &pools, op);
}

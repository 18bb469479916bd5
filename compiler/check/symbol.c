/* symbol.c - names at file level. */
#include "check/symbol.h"

#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "ctext/ctext.h"

const char *symbol_module_name(const struct unit *unit)
{
    return unit->module != NULL ? unit->module->name : unit->base;
}

struct symbol *symbol_own(const struct unit *unit, const char *name)
{
    struct symbol *symbol;

    HASH_FIND_STR(unit->own, name, symbol);
    return symbol;
}

struct symbol *symbol_of_c_name(const struct program *program, const char *c_name)
{
    struct symbol *symbol;

    HASH_FIND(hh_c, program->c_names, c_name, strlen(c_name), symbol);
    return symbol;
}

void symbol_add_c_name(struct program *program, struct symbol *symbol)
{
    struct arena *arena = program->arena;

    if (symbol_of_c_name(program, symbol->c_name) == NULL)
        HASH_ADD_KEYPTR(hh_c, program->c_names, symbol->c_name, strlen(symbol->c_name), symbol);
}

/* ---- codes --------------------------------------------------------------- */

static bool is_code(const struct program *program, const char *name)
{
    const struct symbol *symbol = symbol_of_c_name(program, name);
    return reserved_is_code(name) || (symbol != NULL && symbol->kind == SYMBOL_CODE);
}

void symbol_check_positive(const struct program *program, const struct ast_c *code)
{
    const char *p = code->text;
    struct ctoken token = ctext_next_in_brackets(&p);
    bool negative = ctoken_is(token, "-");
    const char *value;
    struct diag *diag;

    if (token.kind == CTOKEN_STRING && *token.text == '"') {
        diag = diag_report(program->diags, D_CODE_TEXT, code->span);
        diag_help(program->diags, diag, "the text comes after it: `reject(EPROTO, %.*s)`",
                  (int)token.length, token.text);
        return;
    }
    if (negative)
        token = ctext_next_in_brackets(&p);
    value = arena_copy(program->arena, token.text, token.length);
    if (ctext_next_in_brackets(&p).kind != CTOKEN_END
        || (token.kind == CTOKEN_NAME
                ? !negative || !is_code(program, value)
                : token.kind != CTOKEN_NUMBER || (!negative && !ctext_is_zero(value))))
        return;
    diag = diag_report(program->diags, D_CODE_NOT_POSITIVE, code->span, negative ? "-" : "", value);
    if (token.kind == CTOKEN_NAME)
        diag_help(program->diags, diag, "did you mean '%s'?", value);
}

/* ---- installed modules --------------------------------------------------- */

/* What runtime/ops/NAME.chain declares: tests/scripts/modules.py compares. */
const struct module symbol_modules[] = {
    { "net.chain",
      " tcp_listen tcp_port tcp_accept tcp_connect tcp_read tcp_write tcp_shutdown_write tcp_close " },
    { "signals.chain", " signal_wait " },
    { "time.chain", " time_now_ns time_now_ms time_unix_ms " },
};
const size_t symbol_module_count = sizeof symbol_modules / sizeof *symbol_modules;

const char *symbol_module_of(const char *operation)
{
    size_t length = strlen(operation);

    for (size_t i = 0; i < symbol_module_count; i++)
        for (const char *p = symbol_modules[i].operations; (p = strstr(p, operation)) != NULL; p++)
            if (p[-1] == ' ' && p[length] == ' ')
                return symbol_modules[i].name;
    return NULL;
}

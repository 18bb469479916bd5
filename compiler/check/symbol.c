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

bool symbol_may_reject(const struct symbol *op)
{
    if (op->proto_kind == AST_BLOCKING)
        return true; /* there may be no thread for it (rule 104) */
    if (op->raises != NULL)
        return op->raises->codes != NULL;
    return op->proto_kind != AST_SYNC || op->fails != NULL;
}

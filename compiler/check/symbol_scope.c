/* symbol_scope.c - which item a name means in a file (rules 109 to 115). What
 * C calls it: symbol_words.c.
 *
 *     import "db.chain";     next(3) db.next(3)     ->     the operation `next` of db.chain
 *
 * A file sees its own items, and the public ones of the files that it imports;
 * of what those import in turn only what they pass on with `export import`. */
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/intern.h"
#include "base/nearest.h"
#include "check/symbol.h"
#include "ctext/ctext.h"

/* ---- C functions that several files declare ------------------------------- */

/* The same C tokens, or none. */
static bool is_same_text(const struct ast_c *a, const struct ast_c *b)
{
    const char *p, *q;
    struct ctoken token, other;

    if (a == NULL || b == NULL)
        return a == b;
    p = a->text;
    q = b->text;
    do {
        token = ctext_next_solid(&p);
        other = ctext_next_solid(&q);
        if (token.length != other.length || memcmp(token.text, other.text, token.length) != 0)
            return false;
    } while (token.kind != CTOKEN_END);
    return true;
}

static bool has_same_parameters(const struct symbol *a, const struct symbol *b)
{
    const struct parameter *p = a->params, *q = b->params;

    for (; p != NULL && q != NULL; p = p->next, q = q->next)
        if (!ctype_same(p->type, q->type))
            return false;
    return p == q && a->variadic == b->variadic && ctype_same(a->value, b->value);
}

static bool has_same_raises(const struct ast_opclause *a, const struct ast_opclause *b)
{
    const struct ast_name *p, *q;

    if (a == NULL || b == NULL)
        return a == b;
    for (p = a->codes, q = b->codes; p != NULL && q != NULL; p = p->next, q = q->next)
        if (p->c_name == NULL || q->c_name == NULL || strcmp(p->c_name, q->c_name) != 0)
            return false;
    return p == q;
}

static bool has_same_fails(const struct symbol *a, const struct symbol *b)
{
    for (int i = 0; i < FAILS_TEXTS; i++)
        if (!is_same_text(a->fails_texts[i], b->fails_texts[i]))
            return false;
    return true;
}

/* A C function may be declared as often as one likes, in the same way: two
 * files that use printf can import each other. */
bool symbol_is_same_function(const struct symbol *a, const struct symbol *b)
{
    return a->kind == SYMBOL_OPERATION && b->kind == SYMBOL_OPERATION && a->proto_kind == AST_SYNC
           && b->proto_kind == AST_SYNC && has_same_parameters(a, b) && has_same_fails(a, b)
           && has_same_raises(a->raises, b->raises);
}

/* ---- what the imports of a file bring ------------------------------------ */

/* What a name means in a file. */
struct meaning {
    struct symbol *symbol;
    struct symbol *other; /* another import has an item of that name; NULL: it is clear */
};

/* A name that one or more imports bring. */
struct visible {
    UT_hash_handle hh;
    const char *name;
    struct item *items, **last;
};

struct item {
    struct item *next;
    struct symbol *symbol;
};

/* One of the files whose public items are seen through an import. */
struct provider {
    struct provider *next;
    struct unit *unit;
};

/* The unit, and what it passes on, and so on; each once. */
static struct provider *providers_of(struct program *program, struct unit *unit)
{
    struct provider *first = arena_new(program->arena, struct provider), **last = &first->next;

    program->searches++;
    first->unit = unit;
    unit->searched = program->searches;
    for (const struct provider *at = first; at != NULL; at = at->next)
        for (const struct import *import = at->unit->imports; import != NULL;
             import = import->next) {
            if (!import->is_export || import->unit->searched == program->searches)
                continue;
            import->unit->searched = program->searches;
            *last = arena_new(program->arena, struct provider);
            (*last)->unit = import->unit;
            last = &(*last)->next;
        }
    return first;
}

/* One more item that the name may mean. Two declarations of a C function are
 * compared in the words of C, so whether they differ is known only after
 * symbol_use_c_words(). */
static void note(struct meaning *meaning, struct symbol *symbol)
{
    if (meaning->symbol == NULL)
        meaning->symbol = symbol;
    else if (meaning->other == NULL && meaning->symbol != symbol
             && !symbol_is_same_function(meaning->symbol, symbol))
        meaning->other = symbol;
}

static bool is_renamed(const struct symbol *symbol)
{
    return symbol->kind != SYMBOL_OPERATION && symbol->c_name != symbol->name;
}

static void add_visible(struct program *program, struct unit *unit, struct symbol *symbol)
{
    struct arena *arena = program->arena;
    struct visible *visible;
    struct item *item;

    HASH_FIND_STR(unit->visible, symbol->name, visible);
    if (visible == NULL) {
        visible = arena_new(arena, struct visible);
        visible->name = symbol->name;
        visible->last = &visible->items;
        HASH_ADD_KEYPTR(hh, unit->visible, visible->name, strlen(visible->name), visible);
    }
    item = arena_new(arena, struct item);
    item->symbol = symbol;
    *visible->last = item;
    visible->last = &item->next;
    unit->renames |= is_renamed(symbol);
}

/* Asked for the first time. */
static void fill(struct program *program, struct unit *unit)
{
    unit->is_filled = true;
    for (const struct symbol *symbol = unit->own; symbol != NULL; symbol = symbol->hh.next)
        unit->renames |= is_renamed(symbol);
    for (const struct import *import = unit->imports; import != NULL; import = import->next)
        for (const struct provider *at = providers_of(program, import->unit); at != NULL;
             at = at->next)
            for (struct symbol *symbol = at->unit->own; symbol != NULL; symbol = symbol->hh.next)
                if (!symbol->is_static)
                    add_visible(program, unit, symbol);
}

bool symbol_renames(struct program *program, struct unit *unit)
{
    if (!unit->is_filled)
        fill(program, unit);
    return unit->renames;
}

/* ---- what a name means --------------------------------------------------- */

bool symbol_is_qualifier(const struct unit *unit, const char *name)
{
    const struct import *import = unit->imports;

    while (import != NULL && import->qualifier != name)
        import = import->next;
    return import != NULL;
}

/* QUALIFIER.NAME: of all imports that are called so. */
static struct meaning qualified(struct program *program, const struct unit *unit, const char *name,
                                const char *dot)
{
    const char *qualifier = intern(program->names, name, (size_t)(dot - name));
    struct meaning meaning = { NULL, NULL };

    for (const struct import *import = unit->imports; import != NULL; import = import->next) {
        if (import->qualifier != qualifier)
            continue;
        for (const struct provider *at = providers_of(program, import->unit); at != NULL;
             at = at->next) {
            struct symbol *symbol = symbol_own(at->unit, dot + 1);
            if (symbol != NULL && !symbol->is_static)
                note(&meaning, symbol);
        }
    }
    return meaning;
}

static struct meaning mean(struct program *program, struct unit *unit, const char *name)
{
    const char *dot = strchr(name, '.');
    struct meaning meaning = { NULL, NULL };
    struct visible *visible;

    if (dot != NULL)
        return qualified(program, unit, name, dot);
    meaning.symbol = symbol_own(unit, name);
    if (meaning.symbol != NULL)
        return meaning;
    if (!unit->is_filled)
        fill(program, unit);
    HASH_FIND_STR(unit->visible, name, visible);
    for (const struct item *item = visible == NULL ? NULL : visible->items; item != NULL;
         item = item->next)
        note(&meaning, item->symbol);
    return meaning;
}

struct symbol *symbol_find_in(struct program *program, struct unit *unit, const char *name)
{
    return mean(program, unit, name).symbol;
}

struct symbol *symbol_find(struct program *program, const char *name)
{
    return symbol_find_in(program, program->units, name);
}

/* The import through which a file sees an item; NULL: through none. */
static const struct import *import_of(struct program *program, const struct unit *unit,
                                      const struct symbol *symbol)
{
    for (const struct import *import = unit->imports; import != NULL; import = import->next)
        for (const struct provider *at = providers_of(program, import->unit); at != NULL;
             at = at->next)
            if (at->unit == symbol->unit)
                return import;
    return NULL;
}

/* How a file calls what it sees through an import. */
static const char *with_qualifier(struct program *program, const struct unit *unit,
                                  const struct symbol *symbol)
{
    return arena_format(program->arena, "%s.%s", import_of(program, unit, symbol)->qualifier,
                        symbol->name);
}

const char *symbol_shown_code(struct program *program, const char *c_name)
{
    const struct symbol *symbol = symbol_of_c_name(program, c_name);
    struct meaning meaning;

    if (symbol == NULL || symbol->c_name == symbol->name)
        return c_name;
    meaning = mean(program, program->units, symbol->name);
    if (meaning.symbol == symbol && meaning.other == NULL)
        return symbol->name;
    return import_of(program, program->units, symbol) == NULL
               ? c_name
               : with_qualifier(program, program->units, symbol);
}

/* QUALIFIER.NAME; the qualifier of `a-b.chain` is no name. */
static bool is_name(const char *qualified)
{
    struct ctoken token = ctext_next_solid(&qualified);

    return token.kind == CTOKEN_NAME && *qualified == '.';
}

void symbol_check_clear(struct program *program, struct unit *unit, const char *name,
                        struct span span)
{
    struct meaning meaning = mean(program, unit, name);
    const char *one, *two;
    struct diag *diag;

    if (meaning.other == NULL)
        return;
    one = with_qualifier(program, unit, meaning.symbol);
    two = with_qualifier(program, unit, meaning.other);
    diag = diag_report(program->diags, D_AMBIGUOUS, span, name, meaning.symbol->unit->path,
                       meaning.other->unit->path);
    if (strcmp(one, two) != 0 && is_name(one) && is_name(two))
        diag_help(program->diags, diag, "write `%s` or `%s`", one, two);
    else
        diag_help(program->diags, diag,
                  "give one of the imports another name: `import \"%s\" as NAME;`",
                  meaning.other->unit->path);
}

/* ---- a name that cannot be seen from here -------------------------------- */

static void help_with_qualified(struct program *program, const struct unit *unit, const char *name,
                                const char *dot, struct diag *diag)
{
    const char *qualifier = intern(program->names, name, (size_t)(dot - name));
    struct nearest nearest = { dot + 1, NULL, 0 };

    for (const struct import *import = unit->imports; import != NULL; import = import->next) {
        if (import->qualifier != qualifier)
            continue;
        for (const struct provider *at = providers_of(program, import->unit); at != NULL;
             at = at->next)
            for (const struct symbol *own = at->unit->own; own != NULL; own = own->hh.next)
                if (!own->is_static)
                    nearest_offer(&nearest, own->name);
    }
    if (nearest.best != NULL)
        diag_help(program->diags, diag, "did you mean '%s.%s'?", qualifier, nearest.best);
}

bool symbol_help_hidden(struct program *program, const struct unit *unit, const char *name,
                        struct diag *diag)
{
    const char *dot = strchr(name, '.'), *whole = name;

    name = dot != NULL ? dot + 1 : name;
    for (const struct unit *other = program->units; other != NULL; other = other->next) {
        const struct symbol *symbol = other == unit ? NULL : symbol_own(other, name);
        if (symbol == NULL || (!symbol->is_static && import_of(program, unit, symbol) != NULL))
            continue;
        if (symbol->is_static)
            diag_help(program->diags, diag, "in '%s' it is static: only that file can use it",
                      other->path);
        else
            diag_help(program->diags, diag,
                      "it is declared in '%s': import that file here, or write `export import` "
                      "where it is imported",
                      other->path);
        return true;
    }
    if (dot != NULL)
        help_with_qualified(program, unit, whole, dot, diag);
    return dot != NULL;
}

/* ---- codes --------------------------------------------------------------- */

static bool is_code(struct program *program, struct unit *unit, const char *name)
{
    const struct symbol *symbol = symbol_find_in(program, unit, name);
    return reserved_is_code(name) || (symbol != NULL && symbol->kind == SYMBOL_CODE);
}

void symbol_check_positive(struct program *program, struct unit *unit, const struct ast_c *code)
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
                ? !negative || !is_code(program, unit, value)
                : token.kind != CTOKEN_NUMBER || (!negative && !ctext_is_zero(value))))
        return;
    diag = diag_report(program->diags, D_CODE_NOT_POSITIVE, code->span, negative ? "-" : "", value);
    if (token.kind == CTOKEN_NAME)
        diag_help(program->diags, diag, "did you mean '%s'?", value);
}

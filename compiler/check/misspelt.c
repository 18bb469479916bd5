/* misspelt.c - a name that is used but not declared, and one that is declared
 * but not used, are one letter apart: which of them is the slip?
 *
 *     async int fetc(int n);
 *     chain int twice(int n) { fetch(n) then fetch }    the declaration is: 'fetch' occurs twice, 'fetc' once
 *
 * The spelling that occurs more often in the file, comments and C included, is
 * the right one. If both occur as often, the use is the slip: that is the place
 * to report, which the caller does. */
#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/nearest.h"
#include "check/symbol.h"

enum { MOST_UNKNOWN = 100 }; /* nobody reads more; looking for them would take long */

static bool is_word_byte(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static unsigned occurrences(const struct source *source, const char *name)
{
    size_t length = strlen(name);
    unsigned count = 0;

    for (const char *at = source->text; (at = strstr(at, name)) != NULL; at += length)
        count += !is_word_byte(at[length]) && (at == source->text || !is_word_byte(at[-1]));
    return count;
}

static bool is_reported(const struct program *program, const char *name)
{
    for (const struct unknown *unknown = program->unknown; unknown != NULL; unknown = unknown->next)
        if (unknown->name == name)
            return true;
    return false;
}

bool misspelt_is_new(struct program *program, const char *name)
{
    struct unknown *unknown;

    if (program->diags->errors >= MOST_UNKNOWN)
        return true;
    if (is_reported(program, name))
        return false;
    unknown = arena_new(program->arena, struct unknown);
    unknown->name = name;
    unknown->next = program->unknown;
    program->unknown = unknown;
    return true;
}

/* The nearest of that kind; NULL if none is near. */
static const struct symbol *nearest_symbol(const struct program *program, const char *name,
                                           enum symbol_kind kind)
{
    struct nearest nearest = { name, NULL, 0 };
    const struct symbol *best = NULL;

    for (const struct symbol *symbol = program->symbols; symbol != NULL; symbol = symbol->next)
        if (symbol->kind == kind) {
            nearest_offer(&nearest, symbol->name);
            best = nearest.best == symbol->name ? symbol : best;
        }
    return nearest.best == NULL || nearest.distance > 1 ? NULL : best;
}

bool misspelt_declaration(const struct program *program, const char *name, struct span use,
                          enum symbol_kind kind)
{
    const struct symbol *symbol =
        program->diags->errors < MOST_UNKNOWN ? nearest_symbol(program, name, kind) : NULL;
    const struct source *source = program->units->file->source;
    struct diag *diag;

    if (symbol == NULL || symbol->unit != program->units || occurrences(source, symbol->name) != 1
        || occurrences(source, name) < 2)
        return false;
    diag = diag_report(program->diags, D_MISSPELT_DECLARATION, symbol->span, symbol->name, name);
    diag_note(program->diags, diag, use, "'%s' is used here", name);
    diag_help(program->diags, diag, "did you mean '%s'?", name);
    return true;
}

bool misspelt_void(struct program *program, const struct symbol *chain, struct ctype type,
                   struct span at)
{
    const char *words = chain->value.before; /* the chain's own: it is reported once for each */
    struct nearest nearest = { words, NULL, 0 };
    struct diag *diag;

    if (*type.after != '\0' || !ctype_same(type, chain->value))
        return false;
    nearest_offer(&nearest, "void");
    if (nearest.best == NULL || nearest.distance > 1)
        return false;
    if (!misspelt_is_new(program, words))
        return true;
    diag = diag_report(program->diags, D_MISSPELT_VOID, chain->span, chain->name, words);
    diag_note(program->diags, diag, at, "no value comes from here");
    diag_help(program->diags, diag, "did you mean 'void'?");
    return true;
}

bool misspelt_rather(const struct program *program, const char *a, const char *b)
{
    const struct source *source = program->units->file->source;
    struct nearest nearest = { a, NULL, 0 };

    nearest_offer(&nearest, b);
    return nearest.best != NULL && nearest.distance <= 1
           && occurrences(source, a) < occurrences(source, b);
}

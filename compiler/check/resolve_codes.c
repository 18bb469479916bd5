/* resolve_codes.c - part of resolve: the numbers of codes, which C gives them too.
 *
 *     codes { BAD_CRC = 0x4000, TOO_LONG };     ->     BAD_CRC 0x4000, TOO_LONG 0x4001
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/fnv.h"
#include "base/table.h"
#include "check/resolve.h"
#include "ctext/ctext.h"

/* Numbers that a file may give are up to LAST_CODE; those that chainc makes are above. */
enum { FIRST_CODE = 0x4000, LAST_CODE = 0x3fffffff, UNSAID_CODES = 0x40000000 };

/* The number is the same in every build. Two names rarely have the same one (rule 118). */
static int32_t unsaid_number(struct arena *arena, const struct unit *unit, const char *name)
{
    const char *text = arena_format(arena, "%s.%s", symbol_module_name(unit), name);
    uint32_t hash = fnv_add_text(FNV_BEGIN, text, strlen(text));

    return (int32_t)(UNSAID_CODES | (hash & LAST_CODE));
}

/* The given number, or one more than the one before, as in an enum of C. 0: none
 * that a code of one's own can have, as the numbers below are those of errno.h,
 * which differ from system to system, and of the runtime. */
static int32_t said_number(const struct ast_code *code, int32_t before)
{
    unsigned long long number;
    char *end;

    if (code->value == NULL)
        return before == LAST_CODE ? 0 : before + 1;
    errno = 0;
    number = strtoull(code->value->text, &end, 0);
    return *end != '\0' || errno != 0 || number < FIRST_CODE || number > LAST_CODE
               ? 0
               : (int32_t)number;
}

/* What follows on one without a number is not worth a second message. */
static void number_codes(struct program *program, const struct unit *unit,
                         const struct ast_code *codes)
{
    int32_t said = 0, number; /* 0: none so far */

    for (const struct ast_code *code = codes; code != NULL; code = code->next) {
        struct symbol *symbol = symbol_own(unit, code->name->name);
        if (code->value == NULL && said == 0)
            number = unsaid_number(program->arena, unit, code->name->name);
        else
            number = said = said_number(code, said);
        if (number == 0) {
            diag_report(program->diags, D_CODE_NUMBER, code->name->span, code->name->name);
            return;
        }
        if (reserved_is_code(code->name->name))
            diag_report(program->diags, D_CODE_BUILT_IN, code->name->span, code->name->name);
        else if (symbol->code == code)
            symbol->number = number;
    }
}

/* The codes of one number, in order of declaration. */
struct numbered {
    UT_hash_handle hh;
    int32_t number;
    struct symbol *first, **last;
};

struct numbers {
    struct numbered *table; /* uthash, by number */
    int32_t highest;
};

static struct numbered *find_number(const struct numbers *numbers, int32_t number)
{
    struct numbered *found;

    HASH_FIND(hh, numbers->table, &number, sizeof number, found);
    return found;
}

static struct numbered *add_number(struct arena *arena, struct numbers *numbers, int32_t number)
{
    struct numbered *added = arena_new(arena, struct numbered);

    added->number = number;
    added->last = &added->first;
    HASH_ADD(hh, numbers->table, number, sizeof number, added);
    return added;
}

static void note_number(struct arena *arena, struct numbers *numbers, struct symbol *symbol)
{
    struct numbered *same = find_number(numbers, symbol->number);

    if (same == NULL)
        same = add_number(arena, numbers, symbol->number);
    *same->last = symbol;
    same->last = &symbol->same_number;
    if (symbol->number > numbers->highest && symbol->number <= LAST_CODE)
        numbers->highest = symbol->number;
}

/* The first number of the next 256 that nobody uses; 0 if there is none. */
static int32_t free_number(const struct numbers *numbers)
{
    return numbers->highest > LAST_CODE - 0x100 ? 0 : (numbers->highest | 0xff) + 1;
}

/* A handler for the one would take the other, too. Said where it can be
 * changed: in the compiled file if one of them is there. */
static void check_number(struct program *program, const struct numbers *numbers,
                         const struct symbol *symbol)
{
    bool imported = symbol->unit != program->units, is_later = false;

    for (const struct symbol *other = find_number(numbers, symbol->number)->first; other != NULL;
         other = other->same_number) {
        bool other_imported = other->unit != program->units;
        struct diag *diag;
        is_later = is_later || other == symbol;
        if (other == symbol || (imported == other_imported ? is_later : imported))
            continue;
        diag = diag_report(program->diags, D_SAME_CODE, symbol->span, symbol->name, other->name,
                           (unsigned)symbol->number);
        diag_note(program->diags, diag, other->span, "'%s' is declared here", other->name);
        if (free_number(numbers) != 0)
            diag_help(program->diags, diag, "say another number: '%s = 0x%x'", symbol->name,
                      (unsigned)free_number(numbers));
        return;
    }
}

/* `it` where `it < 0`: a function that returns -EIO. */
static bool is_negative_it(const struct ast_opclause *fails)
{
    static const char *const condition[] = { "it", "<", "0" };
    const char *p = fails->condition->text, *code = fails->code->text;
    struct ctoken token;

    for (size_t i = 0; i < sizeof condition / sizeof *condition; i++)
        if (!ctoken_is(ctext_next_solid(&p), condition[i]))
            return false;
    if (ctext_next_solid(&p).kind != CTOKEN_END)
        return false;
    while (ctoken_is(token = ctext_next_solid(&code), "("))
        ;
    return ctoken_is(token, "it")
           && (token = ctext_next_solid(&code), token.kind == CTOKEN_END || ctoken_is(token, ")"));
}

static void check_fails_condition(struct program *program, const struct ast_c *condition)
{
    struct diag *diag;

    if (!ctext_assigns(condition->text))
        return;
    diag = diag_report(program->diags, D_CONDITION_ASSIGNS, condition->span);
    diag_help(program->diags, diag, "if that is meant, write `((%s))`", condition->text);
}

static void check_fails(struct program *program, struct unit *unit)
{
    for (const struct ast_item *item = unit->file->items; item != NULL; item = item->next) {
        if (item->kind != AST_PROTO)
            continue;
        for (const struct ast_opclause *clause = item->u.proto->clauses; clause != NULL;
             clause = clause->next) {
            if (clause->kind != AST_FAILS)
                continue;
            check_fails_condition(program, clause->condition);
            symbol_check_positive(program, unit, clause->code);
            if (is_negative_it(clause))
                diag_report(program->diags, D_FAILS_NEGATIVE, clause->code->span);
        }
    }
}

static bool is_numbered(const struct symbol *symbol)
{
    return symbol->kind == SYMBOL_CODE && symbol->number != 0;
}

static void check_numbers(struct program *program)
{
    struct numbers numbers = { NULL, FIRST_CODE };

    for (struct symbol *symbol = program->symbols; symbol != NULL; symbol = symbol->next)
        if (is_numbered(symbol))
            note_number(program->arena, &numbers, symbol);
    for (const struct symbol *symbol = program->symbols; symbol != NULL; symbol = symbol->next)
        if (is_numbered(symbol))
            check_number(program, &numbers, symbol);
}

void resolve_codes(struct program *program)
{
    for (struct unit *unit = program->units; unit != NULL; unit = unit->next)
        check_fails(program, unit);
    for (const struct unit *unit = program->units; unit != NULL; unit = unit->next)
        for (const struct ast_item *item = unit->file->items; item != NULL; item = item->next)
            if (item->kind == AST_CODES)
                number_codes(program, unit, item->u.codes);
    check_numbers(program);
}

/* resolve_made.c - part of resolve: names that chainc makes from others, such
 * as trip_run. Two declarations may lead to the same one, or the C text of the
 * file may declare it. */
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "check/resolve.h"
#include "ctext/cdecl.h"
#include "ctext/ctext.h"

/* ---- makers -------------------------------------------------------------- */

/* What a C name stands for; several things may have one, such as a chain and its module. */
struct maker {
    UT_hash_handle hh;
    const char *name;
    unsigned kinds;
    const struct symbol *symbol; /* NULL: a module */
    const struct unit *unit;
    struct maker *next; /* of the same name */
};

unsigned resolve_kinds_of(const struct symbol *symbol)
{
    static const unsigned of_proto[] = { [AST_ASYNC] = MADE_ASYNC,
                                         [AST_SYNC] = MADE_SYNC,
                                         [AST_BLOCKING] = MADE_BLOCKING,
                                         [AST_CHAIN] = MADE_CHAIN };

    switch (symbol->kind) {
    case SYMBOL_CODE: return MADE_CODE;
    case SYMBOL_RESOURCE: return MADE_RESOURCE;
    case SYMBOL_OPERATION: break;
    }
    if (symbol->is_static && symbol->proto_kind == AST_CHAIN)
        return MADE_STATIC;
    return of_proto[symbol->proto_kind] | (strcmp(symbol->name, "main") == 0 ? MADE_MAIN : 0);
}

static const char *words_of(const struct maker *maker)
{
    return maker->symbol != NULL ? maker->symbol->name : maker->unit->path;
}

/* Where something stands; a module where its first code does. */
static struct span place_of(const struct maker *maker)
{
    if (maker->symbol != NULL)
        return maker->symbol->span;
    for (const struct ast_item *item = maker->unit->file->items; item != NULL; item = item->next)
        if (item->kind == AST_CODES && item->u.codes != NULL)
            return item->u.codes->name->span;
    return maker->unit->file->items->span;
}

/* Items of two files that are called the same in C. */
static bool is_same_name(const struct maker *a, const struct maker *b)
{
    return a->symbol != NULL && b->symbol != NULL && a->unit != b->unit
           && strcmp(a->name, b->name) == 0;
}

static void report(struct program *program, const struct maker *a, const struct maker *b,
                   const char *ending)
{
    bool there = a->unit != program->units && b->unit == program->units;
    const struct maker *at = there ? b : a, *other = there ? a : b;
    const char *made = arena_format(program->arena, "%s%s", a->name, ending);
    struct diag *diag;

    if (is_same_name(a, b)) {
        diag = diag_report(program->diags, D_SAME_C_NAME, place_of(at), made, at->unit->path,
                           other->unit->path);
        if (a->unit->module == NULL || b->unit->module == NULL)
            diag_help(program->diags, diag,
                      "give one of the files names of its own in C: `module NAME;`");
    } else if (*ending == '\0')
        diag = diag_report(program->diags, D_GENERATED_CLASH, place_of(at), made,
                           words_of(at == a ? b : a));
    else
        diag = diag_report(program->diags, D_GENERATED_TWICE, place_of(at), made, words_of(at),
                           words_of(other));
    if (other->symbol != NULL)
        diag_note(program->diags, diag, place_of(other), "'%s' is declared here", words_of(other));
    else if (at->symbol == NULL)
        diag_help(program->diags, diag, "rename one of the files");
}

/* Whether `rest` and what is made from `maker` is made from `owner`, too. One
 * clash of two is enough. */
static bool compare(struct program *program, const struct maker *maker, const struct maker *owner,
                    const char *rest)
{
    for (size_t i = 0; i < reserved_made_count; i++) {
        const char *ending = reserved_made_endings[i].text;
        if ((reserved_made_endings[i].kinds & maker->kinds) == 0
            || reserved_made_as(owner->kinds, arena_format(program->arena, "%s%s", rest, ending))
                   == 0)
            continue;
        report(program, maker, owner, ending);
        return true;
    }
    return false;
}

static void check_maker(struct program *program, struct maker *makers, const struct maker *maker)
{
    struct maker *owner;

    for (owner = maker->next; owner != NULL; owner = owner->next)
        if (owner->kinds != maker->kinds
            || (maker->kinds != MADE_SYNC && maker->kinds != MADE_MODULE)) /* one in C, too */
            compare(program, owner, maker, "");
    for (const char *rest = maker->name; (rest = strchr(rest + 1, '_')) != NULL;) {
        HASH_FIND(hh, makers, maker->name, (size_t)(rest - maker->name), owner);
        for (; owner != NULL; owner = owner->next)
            if (compare(program, maker, owner, rest))
                return;
    }
}

static void add_maker(struct program *program, struct maker **makers, struct maker *maker)
{
    struct arena *arena = program->arena;
    struct maker *first;

    HASH_FIND_STR(*makers, maker->name, first);
    if (first == NULL) {
        HASH_ADD_KEYPTR(hh, *makers, maker->name, strlen(maker->name), maker);
        return;
    }
    while (first->next != NULL)
        first = first->next;
    first->next = maker;
}

static void add_symbol(struct program *program, struct maker **makers, const struct symbol *symbol)
{
    struct maker *maker = arena_new(program->arena, struct maker);

    maker->name = symbol->c_name;
    maker->kinds = resolve_kinds_of(symbol);
    maker->symbol = symbol;
    maker->unit = symbol->unit;
    add_maker(program, makers, maker);
}

static void add_module(struct program *program, struct maker **makers, struct unit *unit)
{
    struct maker *maker;

    if (!unit->knows_codes) /* else its header has the functions of emit_codes.c */
        return;
    maker = arena_new(program->arena, struct maker);
    maker->name = unit->stem;
    maker->kinds = MADE_MODULE;
    maker->unit = unit;
    add_maker(program, makers, maker);
}

/* ---- what C text declares at file level ---------------------------------- */

enum declared { DECLARED_NAME, DECLARED_ENUMERATOR, DECLARED_TYPE, DECLARED_TAG };

/* C text on its way past. */
struct text {
    struct program *program;
    struct maker *makers;
    const struct ast_c *c;
    bool in_header;  /* it is C++, too */
    bool is_own;     /* of the compiled file */
    bool is_typedef; /* since the last `;` outside of brackets */
    struct ctoken before;
};

/* Whether C cannot have both. A struct and a type of one name are one thing to C++. */
static bool clashes(const struct text *text, enum declared declared, unsigned made)
{
    if ((made & MADE_SKELETON) != 0 && !text->in_header)
        return false;
    switch (declared) {
    case DECLARED_TAG: return (made & MADE_TAG) != 0;
    case DECLARED_TYPE:
        return (made & (MADE_NAME | MADE_FUNCTION)) != 0
               || (text->in_header && (made & MADE_TAG) != 0);
    case DECLARED_ENUMERATOR: return (made & (MADE_NAME | MADE_FUNCTION)) != 0;
    case DECLARED_NAME: return (made & MADE_NAME) != 0;
    }
    return false;
}

static void report_declared(struct text *text, const struct maker *owner, const char *shown,
                            struct span span)
{
    struct program *program = text->program;
    struct diag *diag =
        diag_report(program->diags, D_GENERATED_CLASH, span, shown, words_of(owner));

    if (owner->symbol != NULL)
        diag_note(program->diags, diag, place_of(owner), "'%s' is declared here", words_of(owner));
}

/* enum { BUSY }; where a chain of the file means the code BUSY of a module by that. */
static void check_meaning(struct text *text, struct ctoken token, const char *name)
{
    struct program *program = text->program;
    const struct symbol *symbol = symbol_find(program, name);
    struct diag *diag;

    if (symbol == NULL || symbol->kind == SYMBOL_OPERATION || symbol->c_name == symbol->name)
        return;
    diag = diag_report(program->diags, D_DECLARED_IN_C,
                       ast_c_span(text->c, token.text, token.length), name, symbol->unit->path);
    diag_note(program->diags, diag, symbol->span, "'%s' is declared here", symbol->name);
}

/* The function of a `sync` or `blocking` operation is the user's, whatever it is declared as. */
static void check_declared(struct text *text, struct ctoken token, enum declared declared)
{
    struct arena *arena = text->program->arena;
    const char *name = arena_copy(arena, token.text, token.length), *rest = name;
    bool is_tag = declared == DECLARED_TAG;
    struct maker *owner;

    if (text->is_own && !is_tag)
        check_meaning(text, token, name);
    do {
        rest += strcspn(rest + 1, "_") + 1;
        HASH_FIND(hh, text->makers, name, (size_t)(rest - name), owner);
        for (; owner != NULL; owner = owner->next)
            if ((*rest != '\0' || (owner->kinds & (MADE_SYNC | MADE_BLOCKING)) == 0)
                && clashes(text, declared, reserved_made_as(owner->kinds, rest))) {
                report_declared(text, owner,
                                is_tag ? arena_format(arena, "%.*s %s", (int)text->before.length,
                                                      text->before.text, name)
                                       : name,
                                ast_c_span(text->c, token.text, token.length));
                return;
            }
    } while (*rest != '\0');
}

static void take_token(struct text *text, struct cdecl *declares, struct ctoken token,
                       const char *after)
{
    bool is_outside = cdecl_is_outside(declares), is_enumerator = cdecl_is_enumerators(declares);
    enum cname name = cdecl_take(declares, token, after, false);
    const char *at = after;

    if (is_outside && !is_enumerator && (ctoken_is(token, "typedef") || ctoken_is(token, ";")))
        text->is_typedef = ctoken_is(token, "typedef");
    if (!is_outside || token.kind != CTOKEN_NAME)
        return;
    if (name == CNAME_DECLARED)
        check_declared(text, token,
                       is_enumerator      ? DECLARED_ENUMERATOR
                       : text->is_typedef ? DECLARED_TYPE
                                          : DECLARED_NAME);
    else if (ctoken_is_tag_word(text->before) && ctoken_is(ctext_next_solid(&at), "{"))
        check_declared(text, token, DECLARED_TAG);
}

static void check_text(struct program *program, struct maker *makers, const struct ast_c *c,
                       bool in_header, bool is_own)
{
    struct text text = {
        .program = program, .makers = makers, .c = c, .in_header = in_header, .is_own = is_own
    };
    struct cdecl declares;
    struct ctoken token;

    cdecl_init(&declares, program->arena, true);
    for (const char *p = c->text; (token = ctext_next_solid(&p)).kind != CTOKEN_END;
         text.before = token)
        take_token(&text, &declares, token, p);
}

/* The parser has taken the `;` away. */
static void check_item(struct program *program, struct maker *makers, const struct ast_c *c,
                       bool is_own)
{
    struct ast_c whole = { .span = c->span, .text = arena_format(program->arena, "%s;", c->text) };

    check_text(program, makers, &whole, true, is_own);
}

/* Imported files have only what stands between their items in their headers. */
static void check_texts(struct program *program, struct maker *makers)
{
    for (const struct unit *unit = program->units; unit != NULL; unit = unit->next)
        for (const struct ast_item *item = unit->file->items; item != NULL; item = item->next)
            if (item->kind == AST_CDECL)
                check_item(program, makers, item->u.c, unit == program->units);
            else if (item->kind == AST_PROLOGUE && unit == program->units)
                check_text(program, makers, item->u.c, false, true);
}

/* ---- macros -------------------------------------------------------------- */

/* Those with the name of something itself are refused there. */
static void check_macros(struct program *program, struct maker *makers,
                         const struct word_entry *macros)
{
    for (const struct word_entry *macro = macros; macro != NULL; macro = macro->hh.next)
        for (const char *rest = macro->name; (rest = strchr(rest + 1, '_')) != NULL;) {
            struct text text = { .program = program };
            struct maker *owner;
            HASH_FIND(hh, makers, macro->name, (size_t)(rest - macro->name), owner);
            while (owner != NULL && reserved_made_as(owner->kinds, rest) == 0)
                owner = owner->next;
            if (owner == NULL)
                continue;
            report_declared(&text, owner, macro->name, macro->span);
            break;
        }
}

/* ---- the part of the pass ------------------------------------------------ */

static struct maker *makers_of(struct program *program)
{
    struct maker *makers = NULL;

    for (const struct symbol *symbol = program->symbols; symbol != NULL; symbol = symbol->next)
        add_symbol(program, &makers, symbol);
    for (struct unit *unit = program->units; unit != NULL; unit = unit->next) {
        add_module(program, &makers, unit);
        for (const struct symbol *symbol = unit->own; symbol != NULL; symbol = symbol->hh.next)
            if (symbol->is_static && unit != program->units)
                add_symbol(program, &makers, symbol);
    }
    return makers;
}

void resolve_made(struct program *program)
{
    struct maker *makers = makers_of(program);

    for (const struct maker *first = makers; first != NULL; first = first->hh.next)
        for (const struct maker *maker = first; maker != NULL; maker = maker->next)
            check_maker(program, makers, maker);
    check_texts(program, makers);
    check_macros(program, makers, program->macros);
    check_macros(program, makers, program->called_macros);
}

/* resolve_names.c - part of resolve: names that a C compiler reads, or a C++
 * compiler in the header.
 *
 *     chain int trip(int class)     ->     struct trip, trip_run, trip_frame …; the parameter is called class_ in C
 *
 * A name at file level may be a word or a macro: that is an error, at the line
 * of the .chain file. resolve_made.c checks names that are made from it.
 * Parameters get another name. */
#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/intern.h"
#include "check/resolve.h"
#include "ctext/ctext.h"
#include "ctext/reserved.h"
#include "syntax/ast_walk.h"

/* ---- words of the text at file level ------------------------------------- */

static void note(struct program *program, struct word_entry **set, const char *name,
                 struct span span)
{
    struct arena *arena = program->arena;
    struct word_entry *entry;

    HASH_FIND_STR(*set, name, entry);
    if (entry != NULL)
        return;
    entry = arena_new(program->arena, struct word_entry);
    entry->name = name;
    entry->span = span;
    HASH_ADD_KEYPTR(hh, *set, entry->name, strlen(entry->name), entry);
}

static const char *copy(const struct program *program, struct ctoken token)
{
    return arena_copy(program->arena, token.text, token.length);
}

/* "<sys/stat.h>" or "\"own.h\"", and what that includes. */
static void note_header(struct program *program, const char *p, struct span span)
{
    const char *header;
    size_t length;

    p += strspn(p, " \t");
    if (*p != '<' && *p != '"')
        return;
    header = arena_copy(program->arena, p + 1, strcspn(p + 1, ">\"\n"));
    note(program, &program->headers, header, span);
    for (const char *next = reserved_included(header); *next != '\0';
         next += length + strspn(next + length, " ")) {
        length = strcspn(next, " ");
        note(program, &program->headers, arena_copy(program->arena, next, length), span);
    }
}

/* After a '#': the macro that is defined, the header that is included. */
static void note_directive(struct program *program, const struct ast_c *c, const char *p)
{
    struct ctoken word = ctext_next_solid(&p), name;

    if (ctoken_is(word, "include"))
        note_header(program, p, c->span);
    if (!ctoken_is(word, "define"))
        return;
    name = ctext_next_solid(&p);
    if (name.kind == CTOKEN_NAME)
        note(program, &program->words, copy(program, name), ast_c_span(c, name.text, name.length));
    if (name.kind == CTOKEN_NAME)
        note(program, *p == '(' ? &program->called_macros : &program->macros, copy(program, name),
             ast_c_span(c, name.text, name.length));
}

/* All words, but of members and parameters only those of an enum. */
static void note_text(struct program *program, const struct ast_c *c, bool members)
{
    struct ctoken token, before = { CTOKEN_END, "", 0 };
    bool in_enum = false;
    int depth = 0;

    for (const char *p = c->text; (token = ctext_next_solid(&p)).kind != CTOKEN_END;
         before = token) {
        if (ctoken_is(token, "#"))
            note_directive(program, c, p);
        if (token.kind == CTOKEN_PUNCT && strchr("([{", *token.text) != NULL)
            depth++;
        else if (token.kind == CTOKEN_PUNCT && strchr(")]}", *token.text) != NULL)
            depth--;
        if (ctoken_is(token, "enum") || ctoken_is(token, ";"))
            in_enum = ctoken_is(token, "enum");
        if (token.kind == CTOKEN_NAME && (members || depth == 0 || in_enum)
            && !ctoken_is(before, ".") && !ctoken_is(before, "->"))
            note(program, &program->words, copy(program, token),
                 ast_c_span(c, token.text, token.length));
    }
}

/* A macro that is defined in a `do` replaces words of what is generated after it. */
static void note_do(void *context, struct ast_form *form)
{
    struct program *program = context;
    const struct ast_c *c = form->kind == AST_DO ? form->u.do_.body : NULL;
    struct ctoken token;

    for (const char *p = c == NULL ? "" : c->text;
         (token = ctext_next_solid(&p)).kind != CTOKEN_END;)
        if (ctoken_is(token, "#"))
            note_directive(program, c, p);
}

static void note_bodies(struct program *program)
{
    struct ast_visitor visitor = { .form = note_do, .context = program };

    for (const struct ast_item *item = program->units->file->items; item != NULL; item = item->next)
        if (item->kind == AST_PROTO && item->u.proto->body != NULL)
            ast_walk_block(&visitor, item->u.proto->body);
}

static void note_words(struct program *program)
{
    for (const struct unit *unit = program->units; unit != NULL; unit = unit->next)
        for (const struct ast_item *item = unit->file->items; item != NULL; item = item->next)
            if (item->kind == AST_CPP || item->kind == AST_CDECL
                || (item->kind == AST_PROLOGUE && unit == program->units))
                note_text(program, item->u.c, item->kind != AST_CDECL);
}

static bool has(const struct word_entry *set, const char *name)
{
    const struct word_entry *entry;

    HASH_FIND_STR(set, name, entry);
    return entry != NULL;
}

/* What decides of a blocking call, and says more than a code, stands in a
 * function of ours. */
static void note_fails(struct program *program, const struct symbol *op)
{
    struct ctoken token;

    if (op->proto_kind != AST_BLOCKING && op->fails_message == NULL)
        return;
    for (int i = 0; i < FAILS_TEXTS; i++)
        for (const char *p = op->fails_texts[i] == NULL ? "" : op->fails_texts[i]->text;
             (token = ctext_next_name(&p)).kind != CTOKEN_END;)
            if (!ctoken_is(token, "it"))
                note(program, &program->words, copy(program, token), op->span);
}

/* A name that the user's text has not. */
static const char *own_name(const struct program *program, const char *name)
{
    const char *own = name;

    for (unsigned number = 1; has(program->words, own) || symbol_of_c_name(program, own) != NULL;
         number++)
        own = arena_format(program->arena, "chain__%s%.0u", name, number == 1 ? 0 : number);
    return own;
}

/* ---- parameters ---------------------------------------------------------- */

/* The names that a parameter of an operation cannot have, in its prototype and
 * in its definition. */
struct taken {
    struct word_entry *types; /* what the parameters' types consist of */
    struct word_entry *names; /* of the other parameters, as they are written and as C has them */
    struct word_entry *locals;
};

static struct taken taken_by(struct program *program, const struct symbol *op)
{
    struct taken taken = { NULL, NULL, NULL };
    struct ctoken token;

    for (const struct parameter *param = op->params; param != NULL; param = param->next) {
        note(program, &taken.names, param->name, op->span);
        for (int i = 0; i < 2; i++)
            for (const char *p = i == 0 ? param->type.before : param->type.after;
                 (token = ctext_next_solid(&p)).kind != CTOKEN_END;)
                if (token.kind == CTOKEN_NAME)
                    note(program, &taken.types, copy(program, token), op->span);
    }
    return taken;
}

static bool is_no_parameter(const struct program *program, const struct taken *taken,
                            const char *name)
{
    return resolve_name_is_replaced(program, name) || has(taken->types, name);
}

/* In a prototype and as a member: as written, unless that is a word, a macro,
 * or a type that is needed there. In a definition: with an underscore at its
 * end, so that it hides nothing that a header the compiler does not read may
 * declare. */
static void name_parameters(struct program *program, struct symbol *op)
{
    struct taken taken = taken_by(program, op);

    for (struct parameter *param = op->params; param != NULL; param = param->next) {
        param->c_name = param->name;
        while (is_no_parameter(program, &taken, param->c_name)
               || (param->c_name != param->name && has(taken.names, param->c_name)))
            param->c_name = resolve_name_after(program->arena, param->c_name);
        note(program, &taken.names, param->c_name, op->span);
        param->local = param->name;
        do
            param->local = resolve_name_after(program->arena, param->local);
        while (is_no_parameter(program, &taken, param->local) || has(taken.locals, param->local)
               || has(program->words, param->local)
               || symbol_of_c_name(program, param->local) != NULL);
        note(program, &taken.locals, param->local, op->span);
    }
}

/* ---- names that something else has --------------------------------------- */

/* A header of libchain for tests includes it, and so does what --skeleton writes. */
static const char of_tests[] = "stdio.h";

/* Whether a header that has the name is included. `header`: the one where it is
 * listed; it becomes the one that is included. */
static bool is_mentioned(const struct program *program, const char *name, const char **header)
{
    if (*header == NULL || reserved_is_always_there(*header) || has(program->headers, *header)
        || strcmp(*header, of_tests) == 0 || reserved_shares(of_tests, name))
        return true;
    for (const struct word_entry *other = program->headers; other != NULL; other = other->hh.next)
        if (reserved_shares(other->name, name)) {
            *header = other->name;
            return true;
        }
    return false;
}

static bool has_small_letter(const char *name)
{
    while (*name != '\0' && !islower((unsigned char)*name))
        name++;
    return *name != '\0';
}

/* `name`: as it is written, or in C. */
static void refuse(struct program *program, const struct symbol *symbol, const char *name,
                   const char *what)
{
    struct diag *diag = diag_report(program->diags, D_NAME_OTHERS, symbol->span, name, what);

    if (name == symbol->name)
        return;
    if (symbol->unit->module != NULL)
        diag_help(program->diags, diag, "it is made from the name of the module: choose another");
    else
        diag_help(
            program->diags, diag,
            "it is made from the name of the file: rename the file, or give it a module: `module NAME;`");
}

static const char *in_header(struct program *program, const char *what, const char *header)
{
    return header == NULL ? what : arena_format(program->arena, "%s of <%s>", what, header);
}

/* A macro of the file, or of a header that it includes. Those in small letters
 * are always refused: the C file with the operations may include the header. */
static bool check_macro(struct program *program, const struct symbol *symbol, const char *name)
{
    const char *header = NULL;

    if (reserved_is_compilers(name) && (name == symbol->name || symbol->unit->module != NULL))
        refuse(program, symbol, name,
               "a name of the C compiler, like all that begin with '__' or '_' and a capital");
    else if (has(program->macros, name))
        refuse(program, symbol, name, "a macro of this file, or of one that it imports");
    else if (reserved_is(name, RESERVED_PREDEFINED, NULL)
             || (reserved_is(name, RESERVED_MACRO, &header)
                 && (has_small_letter(name) || is_mentioned(program, name, &header))))
        refuse(program, symbol, name, in_header(program, "a macro", header));
    else
        return false;
    return true;
}

/* Something that the library declares, where the generated header declares the
 * same name as something else. */
static bool check_declared(struct program *program, const struct symbol *symbol, const char *name)
{
    static const struct {
        enum reserved_kind kind;
        unsigned kinds;
        const char *what;
    } rules[] = {
        { RESERVED_TYPE, MADE_ASYNC | MADE_CHAIN | MADE_CODE | MADE_RESOURCE, "a type" },
        { RESERVED_TAG, MADE_ASYNC | MADE_CHAIN | MADE_RESOURCE, "a struct" },
        { RESERVED_DECLARED, MADE_CODE | MADE_RESOURCE, "a function or variable" },
        /* in C++ they are functions */
        { RESERVED_CALLED_MACRO, MADE_CODE | MADE_RESOURCE, "a macro" },
    };
    unsigned kinds = resolve_kinds_of(symbol);
    const char *header;

    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if ((rules[i].kinds & kinds) != 0 && reserved_is(name, rules[i].kind, &header)
            && is_mentioned(program, name, &header)) {
            refuse(program, symbol, name, in_header(program, rules[i].what, header));
            return true;
        }
    return false;
}

/* chain int si(…): si_value is a macro of <signal.h>. */
static void check_made_reserved(struct program *program, const struct symbol *symbol,
                                unsigned kinds)
{
    const char *header = NULL, *made;

    for (size_t i = 0; i < reserved_made_count; i++) {
        if ((reserved_made_endings[i].kinds & kinds) == 0 || *reserved_made_endings[i].text == '\0')
            continue;
        made = arena_format(program->arena, "%s%s", symbol->c_name, reserved_made_endings[i].text);
        if (reserved_is(made, RESERVED_MACRO, &header)
            || reserved_is(made, RESERVED_CALLED_MACRO, &header)
            || reserved_is(made, RESERVED_DECLARED, &header))
            diag_report(program->diags, D_MADE_OTHERS, symbol->span, made, symbol->name, header);
    }
}

static bool means_something(const char *name)
{
    return strcmp(name, "it") == 0 || strcmp(name, "err") == 0 || strcmp(name, "attempt") == 0;
}

/* Something else has the name, which has been reported. */
static bool is_taken(struct program *program, const struct symbol *symbol, const char *name)
{
    return check_macro(program, symbol, name) || check_declared(program, symbol, name);
}

static void check_symbol(struct program *program, const struct symbol *symbol)
{
    unsigned kinds = resolve_kinds_of(symbol);

    /* resolve_codes() says that */
    if (symbol->kind == SYMBOL_CODE && reserved_is_code(symbol->name))
        return;
    if (reserved_is(symbol->name, RESERVED_C, NULL))
        diag_report(program->diags, D_C_KEYWORD_NAME, symbol->span, symbol->name,
                    reserved_standard(symbol->name));
    else if (means_something(symbol->name))
        diag_report(program->diags, D_RESERVED_NAME, symbol->span, symbol->name);
    else if ((kinds & MADE_SYNC) != 0)
        return;
    else if (reserved_is(symbol->name, RESERVED_CPP, NULL))
        diag_report(program->diags, D_CPP_WORD, symbol->span, symbol->name);
    else if ((kinds & MADE_RESOURCE) != 0 && reserved_is(symbol->name, RESERVED_MEMBER, NULL))
        refuse(program, symbol, symbol->name,
               "the name of a member in generated structs, where C++ would take it for the type");
    else if (reserved_is_ours(symbol->name) || reserved_is_ours(symbol->c_name))
        refuse(program, symbol, symbol->name,
               "a name of libchain, like all that begin with 'chain_'");
    else if (!is_taken(program, symbol, symbol->c_name))
        check_made_reserved(program, symbol, kinds);
}

/* branch_1, item_2_1: the word without its numbers is one of the table. */
static bool is_numbered(const struct program *program, const char *name)
{
    size_t length = strlen(name);

    while (length > 0 && strchr("0123456789_", name[length - 1]) != NULL)
        length--;
    return name[length] != '\0'
           && reserved_is(arena_copy(program->arena, name, length), RESERVED_NUMBERED, NULL);
}

/* A static chain has the module's name before its own. */
static bool is_c_name(const struct program *program, const char *name)
{
    for (const struct symbol *symbol = program->symbols; symbol != NULL; symbol = symbol->next)
        if (strcmp(symbol->c_name, name) == 0)
            return true;
    return false;
}

/* in_fetch, branch_1_fetch: where a chain keeps the branches of one that it calls. */
static bool is_callee_member(const struct program *program, const char *name)
{
    for (const char *p = name; (p = strchr(p + 1, '_')) != NULL;) {
        const char *before = arena_copy(program->arena, name, (size_t)(p - name));
        if ((strcmp(before, "in") == 0 || is_numbered(program, before))
            && is_c_name(program, p + 1))
            return true;
    }
    return false;
}

/* A member of ours that a macro of the file would replace. */
static void check_macros(struct program *program)
{
    for (const struct word_entry *macro = program->macros; macro != NULL; macro = macro->hh.next)
        if (reserved_is(macro->name, RESERVED_MEMBER, NULL)
            || reserved_is(macro->name, RESERVED_FIELD, NULL) || is_numbered(program, macro->name)
            || is_callee_member(program, macro->name))
            diag_report(program->diags, D_MACRO_MEMBER, macro->span, macro->name);
}

/* ---- tags ---------------------------------------------------------------- */

/* `struct NAME` where the header has a type of that name: in C++ the two are one. */
static void check_tags(struct program *program, const struct ast_c *c)
{
    struct ctoken before = { CTOKEN_END, "", 0 }, token;

    for (const char *p = c->text; (token = ctext_next_solid(&p)).kind != CTOKEN_END;
         before = token) {
        const char *name;
        struct symbol *symbol;
        if (!ctoken_is_tag_word(before) || token.kind != CTOKEN_NAME)
            continue;
        name = intern(program->names, token.text, token.length);
        symbol = symbol_of_c_name(program, name);
        if (symbol == NULL || symbol->kind != SYMBOL_RESOURCE || symbol->unit != program->units)
            continue;
        if (!symbol->is_tag)
            diag_note(program->diags,
                      diag_report(program->diags, D_RESOURCE_TAG, symbol->span, name),
                      ast_c_span(c, token.text, token.length), "'%.*s %s' is mentioned here",
                      (int)before.length, before.text, name);
        symbol->is_tag = true;
    }
}

static void check_item_tags(struct program *program, const struct ast_item *item)
{
    switch (item->kind) {
    case AST_CDECL:
    case AST_PROLOGUE: check_tags(program, item->u.c); break;
    case AST_RESOURCE: check_tags(program, item->u.resource.type); break;
    case AST_PROTO: check_tags(program, item->u.proto->type); break;
    case AST_CPP:
    case AST_IMPORT:
    case AST_REQUIRE:
    case AST_MODULE:
    case AST_CODES: break;
    }
}

/* ---- the part of the pass ------------------------------------------------ */

void resolve_names(struct program *program)
{
    note_words(program);
    note_bodies(program);
    for (const struct symbol *op = program->symbols; op != NULL; op = op->next)
        note_fails(program, op);
    for (int id = 0; id < OWN_COUNT; id++)
        program->own[id] = own_name(program, reserved_own_words[id]);
    for (struct symbol *symbol = program->symbols; symbol != NULL; symbol = symbol->next) {
        check_symbol(program, symbol);
        name_parameters(program, symbol);
    }
    for (struct unit *unit = program->units; unit != NULL; unit = unit->next)
        for (struct symbol *symbol = unit->own; symbol != NULL; symbol = symbol->hh.next)
            if (symbol->is_static && unit != program->units && symbol->kind == SYMBOL_OPERATION)
                name_parameters(program, symbol);
    check_macros(program);
    resolve_made(program);
    for (const struct ast_item *item = program->units->file->items; item != NULL; item = item->next)
        check_item_tags(program, item);
}

bool resolve_word_is_used(const struct program *program, const char *name)
{
    return has(program->words, name);
}

const char *resolve_name_after(struct arena *arena, const char *name)
{
    return arena_format(arena,
                        reserved_is_compilers(name) || reserved_is_ours(name) ? "v%s" : "%s_",
                        name);
}

bool resolve_name_is_macro(const struct program *program, const char *name)
{
    return reserved_is(name, RESERVED_PREDEFINED, NULL) || reserved_is(name, RESERVED_MACRO, NULL)
           || has(program->macros, name);
}

bool resolve_name_is_users_macro(const struct program *program, const char *name)
{
    return has(program->macros, name) || has(program->called_macros, name);
}

bool resolve_name_is_replaced(const struct program *program, const char *name)
{
    return reserved_is_replaced(name) || has(program->macros, name)
           || has(program->called_macros, name);
}

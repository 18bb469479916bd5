/* symbol_words.c - C text of a file in the words that C has for its items (rules
 * 109 to 115).
 *
 *     module db;  resource row = int releases drop;     var db.row r;     ->     db_row r;
 */
#include <string.h>

#include "base/arena.h"
#include "base/intern.h"
#include "base/writer.h"
#include "check/symbol.h"
#include "ctext/ctext.h"

/* The item that a word of C text means, if C has another word for it: `at` goes
 * after it, past QUALIFIER.NAME, too. NULL: it stays as it is. */
const struct symbol *symbol_of_word(struct program *program, struct unit *unit, struct ctoken token,
                                    const char **at)
{
    const char *name = intern(program->names, token.text, token.length), *after = *at;
    struct ctoken dot = ctext_next_solid(&after), member = ctext_next_solid(&after);
    struct symbol *symbol = NULL;

    if (ctoken_is(dot, ".") && member.kind == CTOKEN_NAME && symbol_is_qualifier(unit, name)) {
        symbol = symbol_find_in(program, unit,
                                arena_format(program->arena, "%s.%.*s", name, (int)member.length,
                                             member.text));
        if (symbol != NULL) {
            *at = after;
            return symbol;
        }
    }
    symbol = symbol_find_in(program, unit, name);
    return symbol != NULL && symbol->c_name != symbol->name
                   && (symbol->kind != SYMBOL_OPERATION || symbol->proto_kind == AST_SYNC)
               ? symbol
               : NULL;
}

static struct ctoken peek(const char *p)
{
    return ctext_next_solid(&p);
}

bool symbol_is_type_place(struct ctoken before, const char *after)
{
    struct ctoken next = ctext_next_solid(&after);

    if (before.kind == CTOKEN_PUNCT && (ctoken_is(before, ".") || ctoken_is(before, "->")))
        return false;
    return next.kind == CTOKEN_NAME || ctoken_is(next, "*")
           || (ctoken_is(next, "(") && ctoken_is(peek(after), "*"))
           || (ctoken_is(next, ")") && (ctoken_is(before, "(") || ctoken_is(before, ",")));
}

/* C text that is looked at: an expression, or a declaration, in which the names
 * of codes stand in brackets and after `=` and `:`, and those of resources
 * where types do. */
struct words {
    struct program *program;
    struct unit *unit;
    struct span span; /* where it is written */
    bool declares;
    bool is_type;           /* the whole of one, up to the name that it is for */
    bool in_value;          /* of a declaration */
    unsigned square, round; /* brackets that are open */
    struct ctoken before;
};

static void take_sign(struct words *words, struct ctoken token)
{
    if (ctoken_is(token, "("))
        words->round++;
    else if (ctoken_is(token, ")") && words->round > 0)
        words->round--;
    else if (ctoken_is(token, "["))
        words->square++;
    else if (ctoken_is(token, "]") && words->square > 0)
        words->square--;
    else if (ctoken_is(token, "=") || ctoken_is(token, ":"))
        words->in_value = true;
    else if (ctoken_is(token, ",") || ctoken_is(token, ";") || ctoken_is(token, "{"))
        words->in_value = false;
}

/* `text` of `int f(int, text, long)` */
static bool is_parameter(const struct words *words, struct ctoken next)
{
    return words->round > 0 && (ctoken_is(words->before, "(") || ctoken_is(words->before, ","))
           && (ctoken_is(next, ",") || ctoken_is(next, ")"));
}

static bool is_type(const struct words *words, const char *after)
{
    struct ctoken next = peek(after);

    return symbol_is_type_place(words->before, after) || is_parameter(words, next)
           || (words->is_type && next.kind == CTOKEN_END);
}

static bool can_mean(const struct words *words, const struct symbol *symbol, const char *after)
{
    if (ctoken_is(words->before, ".") || ctoken_is(words->before, "->")
        || ctoken_is_tag_word(words->before))
        return false;
    return !words->declares
           || (symbol->kind == SYMBOL_RESOURCE ? is_type(words, after)
                                               : words->square > 0 || words->in_value);
}

/* What C has another word for; `at` goes after it. NULL: nothing. */
static const struct symbol *take_word(const struct words *words, struct ctoken token,
                                      const char **at)
{
    const char *after = *at;
    const struct symbol *symbol = symbol_of_word(words->program, words->unit, token, &after);

    if (symbol == NULL || !can_mean(words, symbol, after))
        return NULL;
    if (after == *at && words->span.begin != 0)
        symbol_check_clear(words->program, words->unit, symbol->name, words->span);
    *at = after;
    return symbol;
}

static const char *c_text(struct words words, const char *text)
{
    struct ctoken token;
    const char *plain = text;
    struct writer changed;

    if (!symbol_renames(words.program, words.unit) && strchr(text, '.') == NULL)
        return text;
    writer_init(&changed, words.program->arena);
    words.before = (struct ctoken){ CTOKEN_END, "", 0 };
    for (const char *p = text; (token = ctext_next_solid(&p)).kind != CTOKEN_END;
         words.before = token) {
        const struct symbol *symbol =
            token.kind == CTOKEN_NAME ? take_word(&words, token, &p) : NULL;
        take_sign(&words, token);
        if (symbol == NULL)
            continue;
        writer_put_bytes(&changed, plain, (size_t)(token.text - plain));
        writer_put(&changed, symbol->c_name);
        plain = p;
    }
    if (plain == text)
        return text;
    writer_put(&changed, plain);
    return writer_text(&changed);
}

struct ctype symbol_c_type(struct program *program, struct unit *unit, struct ctype type,
                           struct span span)
{
    struct words words = {
        .program = program, .unit = unit, .span = span, .declares = true, .is_type = true
    };

    if (type.before == NULL)
        return type;
    type.before = c_text(words, type.before);
    type.after = c_text(words, type.after);
    return type;
}

static struct ast_c *c_copy(struct words words, const struct ast_c *c)
{
    const char *text;
    struct ast_c *copy;

    if (c == NULL)
        return NULL;
    words.span = c->span;
    text = c_text(words, c->text);
    copy = arena_new(words.program->arena, struct ast_c);
    copy->span = c->span;
    copy->text = text;
    return copy;
}

/* Once all files are loaded: what the symbols of a file say is from here on in
 * the words of C, the same for every file. */
static void take_words(struct program *program, struct unit *unit, struct symbol *symbol)
{
    struct words expression = { .program = program, .unit = unit },
                 declaration = { .program = program, .unit = unit, .declares = true };

    if (symbol->kind == SYMBOL_CODE)
        return;
    symbol->value = symbol_c_type(program, unit, symbol->value, symbol->span);
    for (int i = 0; i < FAILS_TEXTS; i++)
        symbol->fails_texts[i] = c_copy(expression, symbol->fails_texts[i]);
    symbol->state = c_copy(declaration, symbol->state);
    for (struct parameter *param = symbol->params; param != NULL; param = param->next) {
        param->type = symbol_c_type(program, unit, param->type, param->span);
        param->declared = symbol_c_type(program, unit, param->declared, (struct span){ 0, 0 });
    }
}

void symbol_use_c_words(struct program *program)
{
    struct words declaration = { .program = program, .unit = program->units, .declares = true };

    for (struct unit *unit = program->units; unit != NULL; unit = unit->next)
        for (struct symbol *symbol = unit->own; symbol != NULL; symbol = symbol->hh.next)
            take_words(program, unit, symbol);
    for (struct ast_item *item = program->units->file->items; item != NULL; item = item->next)
        if (item->kind == AST_CDECL)
            item->u.c = c_copy(declaration, item->u.c);
}

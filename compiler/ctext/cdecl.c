/* cdecl.c - which names C text declares itself.
 *
 *     T *p = w * h, n;   ->   T: a type, p: declared, w h: used, n: declared
 *
 * A name and a star, `T *p`, declare if a statement begins so, T is no
 * variable, and what follows p can follow a declared name. */
#include "ctext/cdecl.h"

#include <string.h>

#include "base/arena.h"

enum cdecl_kind {
    LEVEL_STATEMENTS, /* { } */
    LEVEL_VALUES,     /* an expression, or several */
    LEVEL_FOR,        /* the head of a loop */
    LEVEL_NAME,       /* of a declarator: (*name) */
    LEVEL_ENUMERATORS,
    LEVEL_FOREIGN /* members and parameters: names of their own */
};

struct cdecl_level {
    struct cdecl_level *outer;
    enum cdecl_kind kind;
    enum cdecl_state state;     /* outside */
    struct cdecl_local *locals; /* outside */
    bool after_name;            /* the brackets of a call, or of a statement */
};

struct cdecl_local {
    struct cdecl_local *next;
    struct ctoken name;
};

static bool is_one_of(struct ctoken token, const char *const *words)
{
    for (; *words != NULL; words++)
        if (ctoken_is(token, *words))
            return true;
    return false;
}

/* Words that are followed by brackets with something else than a name. */
static bool is_bracket_word(struct ctoken token)
{
    return ctoken_is_bracket_word(token) || ctoken_is(token, "_Atomic");
}

static bool is_type_word(struct ctoken token)
{
    static const char *const words[] = { "void",     "char",      "short",         "int",
                                         "long",     "float",     "double",        "signed",
                                         "unsigned", "_Bool",     "bool",          "_Complex",
                                         "const",    "volatile",  "restrict",      "static",
                                         "extern",   "register",  "auto",          "typedef",
                                         "inline",   "_Noreturn", "_Thread_local", NULL };
    return is_one_of(token, words) || ctoken_is_tag_word(token) || is_bracket_word(token);
}

static bool is_statement_word(struct ctoken token)
{
    static const char *const words[] = { "return", "if",       "while",    "for",
                                         "switch", "goto",     "break",    "continue",
                                         "sizeof", "_Alignof", "_Generic", NULL };
    return is_one_of(token, words);
}

/* After these words begins a statement, as before them. */
static bool is_leading_word(struct ctoken token)
{
    static const char *const words[] = { "else", "do", "__extension__", NULL };
    return is_one_of(token, words);
}

static bool is_case_word(struct ctoken token)
{
    return ctoken_is(token, "case") || ctoken_is(token, "default");
}

/* Operators of <iso646.h> and of gcc. */
static bool is_operator_name(struct ctoken token)
{
    static const char *const words[] = { "and",         "and_eq",    "bitand",   "bitor",  "compl",
                                         "not",         "not_eq",    "or",       "or_eq",  "xor",
                                         "xor_eq",      "__real__",  "__imag__", "__real", "__imag",
                                         "__alignof__", "__alignof", NULL };
    return is_one_of(token, words);
}

/* No operand of its own: what stands after it is no second name in a row. */
static bool is_operator_word(struct ctoken token)
{
    return is_operator_name(token) || is_statement_word(token) || is_leading_word(token)
           || is_case_word(token) || ctoken_is_tag_word(token);
}

static struct ctoken peek(const char *p)
{
    return ctext_next_solid(&p);
}

static bool may_follow_declared(struct ctoken token)
{
    return token.kind == CTOKEN_PUNCT && token.length == 1 && strchr("=;,[()", *token.text) != NULL;
}

/* Stars, qualifiers and a name that can be a declared one. */
static bool is_pointer_declared(const char *p)
{
    struct ctoken token = ctext_next_solid(&p);

    while (ctoken_is(token, "*") || (token.kind == CTOKEN_NAME && is_type_word(token)))
        token = ctext_next_solid(&p);
    token =
        token.kind == CTOKEN_NAME ? ctext_next_solid(&p) : (struct ctoken){ .kind = CTOKEN_END };
    return may_follow_declared(token);
}

/* `(*name)(` or `(*name)[` */
static bool is_function_pointer_declared(const char *p)
{
    struct ctoken token = ctext_next_solid(&p);

    if (!ctoken_is(token, "(") || !ctoken_is(ctext_next_solid(&p), "*")
        || ctext_next_solid(&p).kind != CTOKEN_NAME)
        return false;
    token = ctext_next_solid(&p);
    return ctoken_is(token, "[")
           || (ctoken_is(token, ")") && (ctoken_is(peek(p), "(") || ctoken_is(peek(p), "[")));
}

static enum cname declare(struct cdecl *text, struct ctoken token, enum cdecl_state next)
{
    struct cdecl_local *local = arena_new(text->arena, struct cdecl_local);

    local->name = token;
    local->next = text->locals;
    text->locals = local;
    text->state = next;
    return CNAME_DECLARED;
}

/* ---- names --------------------------------------------------------------- */

static enum cname goes_on_as(struct cdecl *text, enum cdecl_state state, enum cname name)
{
    text->state = state;
    return name;
}

static enum cname begin_statement(struct cdecl *text, struct ctoken token, const char *rest,
                                  bool is_variable)
{
    struct ctoken after = peek(rest);

    /* else a label */
    if (is_leading_word(token) || (ctoken_is(after, ":") && !is_case_word(token)))
        return CNAME_OTHER;
    if (is_variable) /* whatever word: `bool` is none of C's */
        return goes_on_as(text, CDECL_EXPRESSION, CNAME_USED);
    if (is_type_word(token))
        return goes_on_as(text, CDECL_TYPE, CNAME_OTHER);
    if (is_case_word(token))
        return goes_on_as(text, CDECL_CASE, CNAME_OTHER);
    if (is_statement_word(token))
        return goes_on_as(text, CDECL_EXPRESSION, CNAME_OTHER);
    if (!cdecl_is_local(text, token)
        && ((after.kind == CTOKEN_NAME && !is_operator_word(after))
            || (ctoken_is(after, "*") && is_pointer_declared(rest))
            || is_function_pointer_declared(rest)))
        return goes_on_as(text, CDECL_TYPE, CNAME_OTHER);
    return goes_on_as(text, CDECL_EXPRESSION, CNAME_USED);
}

static enum cname take_type(struct cdecl *text, struct ctoken token, const char *rest)
{
    if (ctoken_is_tag_word(text->before) || is_type_word(token) || !may_follow_declared(peek(rest))
        || is_function_pointer_declared(rest))
        return CNAME_OTHER;
    return declare(text, token, CDECL_NAMED);
}

static bool holds_statements(const struct cdecl *text)
{
    return text->level == NULL ? text->statements : text->level->kind == LEVEL_STATEMENTS;
}

/* Whether two names in a row can begin a declaration here. After an operand the
 * first one is an operator, by a macro. */
static bool may_declare(const struct cdecl *text)
{
    struct ctoken token = text->before_that;

    if (text->level == NULL && !text->statements)
        return false;
    if (ctoken_is(token, ")"))
        return holds_statements(text);
    return token.kind == CTOKEN_END
           || (token.kind == CTOKEN_PUNCT && strchr("(,;{}*", *token.text) != NULL)
           || is_type_word(token) || is_leading_word(token);
}

/* Two names in a row are no expression: the second one is declared, by a macro,
 * or a parameter of a type: (int (*)(T n)). */
static enum cname take_used(struct cdecl *text, struct ctoken token, bool is_variable)
{
    if (ctoken_is_tag_word(text->before)
        || (!is_variable && (is_operator_word(token) || is_type_word(token))))
        return CNAME_OTHER;
    if (text->before.kind != CTOKEN_NAME || is_operator_word(text->before)
        || (is_variable && text->after_macro) || !may_declare(text))
        return CNAME_USED;
    return text->level != NULL && !text->level->after_name ? CNAME_OTHER
                                                           : declare(text, token, text->state);
}

static enum cname take_name(struct cdecl *text, struct ctoken token, const char *rest,
                            bool is_variable)
{
    if (ctoken_is(text->before, ".") || ctoken_is(text->before, "->")
        || ctoken_is(text->before, "goto"))
        return CNAME_OTHER;
    if (text->level != NULL && text->level->kind == LEVEL_FOREIGN)
        return CNAME_OTHER;
    if (text->level != NULL && text->level->kind == LEVEL_ENUMERATORS
        && (ctoken_is(text->before, "{") || ctoken_is(text->before, ",")))
        return declare(text, token, text->state);
    switch (text->state) {
    case CDECL_START: return begin_statement(text, token, rest, is_variable);
    case CDECL_TYPE: return take_type(text, token, rest);
    case CDECL_NAME: return is_type_word(token) ? CNAME_OTHER : declare(text, token, CDECL_NAMED);
    case CDECL_NAMED: return CNAME_OTHER; /* an attribute */
    case CDECL_VALUE:
    case CDECL_CASE:
    case CDECL_EXPRESSION: break;
    }
    return take_used(text, token, is_variable);
}

bool cdecl_is_local(const struct cdecl *text, struct ctoken name)
{
    for (const struct cdecl_local *local = text->locals; local != NULL; local = local->next)
        if (local->name.length == name.length
            && memcmp(local->name.text, name.text, name.length) == 0)
            return true;
    return false;
}

bool cdecl_is_enumerators(const struct cdecl *text)
{
    return text->level != NULL && text->level->kind == LEVEL_ENUMERATORS;
}

/* The enumerators of a member are, members are not. */
bool cdecl_is_outside(const struct cdecl *text)
{
    for (const struct cdecl_level *level = text->level; level != NULL; level = level->outer)
        if (level->kind != LEVEL_ENUMERATORS && level->kind != LEVEL_NAME
            && level->kind != LEVEL_FOREIGN)
            return false;
    return true;
}

/* ---- brackets ------------------------------------------------------------ */

static enum cdecl_kind kind_of_brace(const struct cdecl *text)
{
    const struct ctoken word = ctoken_is_tag_word(text->before) ? text->before : text->before_that;

    if (ctoken_is_tag_word(word) && text->before.kind == CTOKEN_NAME)
        return ctoken_is(word, "enum") ? LEVEL_ENUMERATORS : LEVEL_FOREIGN;
    if (ctoken_is(text->before, "("))
        return LEVEL_STATEMENTS;
    if (ctoken_is(text->before, "=") || (ctoken_is(text->before, ")") && text->literal_may_follow))
        return LEVEL_VALUES;
    return text->level != NULL && text->level->kind == LEVEL_VALUES && !ctoken_is(text->before, ")")
               ? LEVEL_VALUES
               : LEVEL_STATEMENTS;
}

static enum cdecl_kind kind_of_round(const struct cdecl *text)
{
    if (ctoken_is(text->before, "for"))
        return LEVEL_FOR;
    if (text->state == CDECL_NAMED && !is_bracket_word(text->before))
        return LEVEL_FOREIGN;
    if ((text->state == CDECL_TYPE || text->state == CDECL_NAME) && !is_bracket_word(text->before))
        return LEVEL_NAME;
    return text->level != NULL && text->level->kind == LEVEL_FOREIGN ? LEVEL_FOREIGN : LEVEL_VALUES;
}

static void open_bracket(struct cdecl *text, struct ctoken token)
{
    static const enum cdecl_state first[] = { [LEVEL_STATEMENTS] = CDECL_START,
                                              [LEVEL_VALUES] = CDECL_EXPRESSION,
                                              [LEVEL_FOR] = CDECL_START,
                                              [LEVEL_NAME] = CDECL_NAME,
                                              [LEVEL_ENUMERATORS] = CDECL_EXPRESSION,
                                              [LEVEL_FOREIGN] = CDECL_EXPRESSION };
    struct cdecl_level *level = arena_new(text->arena, struct cdecl_level);

    if (text->state == CDECL_START && *token.text != '{')
        text->state = CDECL_EXPRESSION;
    level->outer = text->level;
    level->kind = *token.text == '{'   ? kind_of_brace(text)
                  : *token.text == '(' ? kind_of_round(text)
                                       : LEVEL_VALUES;
    level->state = text->state;
    level->locals = text->locals;
    level->after_name = text->before.kind == CTOKEN_NAME && !ctoken_is(text->before, "return");
    text->level = level;
    text->state = first[level->kind];
}

static void close_bracket(struct cdecl *text)
{
    const struct cdecl_level *level = text->level;

    if (level == NULL)
        return;
    text->level = level->outer;
    text->state = level->kind == LEVEL_NAME ? CDECL_NAMED : level->state;
    text->literal_may_follow = !level->after_name;
    if (level->kind != LEVEL_STATEMENTS)
        return;
    text->locals = level->locals;
    if (holds_statements(text))
        text->state = CDECL_START;
}

static bool declares(const struct cdecl *text)
{
    return text->state >= CDECL_TYPE && text->state <= CDECL_VALUE;
}

static void take_punctuator(struct cdecl *text, struct ctoken token)
{
    switch (*token.text) {
    case '(':
    case '[':
    case '{': open_bracket(text, token); break;
    case ')':
    case ']':
    case '}': close_bracket(text); break;
    case ';':
        if (text->level != NULL && text->level->kind == LEVEL_FOR)
            text->state = CDECL_EXPRESSION;
        else if (holds_statements(text))
            text->state = CDECL_START;
        break;
    case ':':
        if (text->state == CDECL_CASE)
            text->state = CDECL_START;
        break;
    case '*':
        if (text->state == CDECL_TYPE)
            text->state = CDECL_NAME;
        else if (text->state == CDECL_START)
            text->state = CDECL_EXPRESSION;
        break;
    case '=': text->state = declares(text) ? CDECL_VALUE : text->state; break;
    case ',': text->state = declares(text) ? CDECL_NAME : text->state; break;
    default: text->state = text->state == CDECL_START ? CDECL_EXPRESSION : text->state; break;
    }
}

enum cname cdecl_take(struct cdecl *text, struct ctoken token, const char *rest, bool is_variable)
{
    enum cname name = CNAME_OTHER;

    if (ctoken_is(token, "#"))
        text->directive_end = token.text + strcspn(token.text, "\n");
    if (token.text < text->directive_end)
        return CNAME_USED;
    if (token.kind == CTOKEN_NAME)
        name = take_name(text, token, rest, is_variable);
    else if (token.kind == CTOKEN_PUNCT)
        take_punctuator(text, token);
    else if (text->state == CDECL_START)
        text->state = CDECL_EXPRESSION;
    text->before_that = text->before;
    text->before = token;
    return name;
}

void cdecl_init(struct cdecl *text, struct arena *arena, bool statements)
{
    *text = (struct cdecl){ .arena = arena,
                            .statements = statements,
                            .state = statements ? CDECL_START : CDECL_EXPRESSION };
}

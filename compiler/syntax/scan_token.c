/* scan_token.c - the tokens that the parser sees: some words are tokens of
 * their own only beside certain others. */
#include <ctype.h>
#include <string.h>

#include "base/intern.h"
#include "ctext/reserved.h"
#include "syntax/digraphs.h"
#include "syntax/scan.h"

/* (expression) ms */
static bool wants_unit(const struct scanner *scan)
{
    if (scan->last[0].kind != T_CEXPR)
        return false;
    switch (scan->last[1].kind) {
    case T_DELAY:
    case T_TIMEOUT:
    case T_BACKOFF:
    case T_PAUSE:
    case T_STAGGER:
    case T_TO: return true;
    default: return false;
    }
}

/* After NAME, NAME, …; NULL if there is no name. */
static const char *look_past_names(const struct scanner *scan, const char *at)
{
    for (;;) {
        if (!scan_word_starts(*at) || scan_word_is_reserved(at, scan_word_end(at)))
            return NULL;
        at = scan_look_past_blanks(scan_name_end(scan, at));
        if (*at != ',')
            return at;
        at = scan_look_past_blanks(at + 1);
    }
}

static bool is_step_word(const char *at)
{
    static const char *const tails[] = { "as", NULL };
    const char *end = scan_word_end(at);

    return scan_word_starts(*at) && !scan_word_is_reserved(at, end)
           && !scan_word_is_one_of(at, end, tails);
}

static void report_missing_colon(struct scanner *scan, const char *names, const char *at)
{
    struct diag *diag = diag_report(scan->diags, D_MISSING_COLON, scan_span(scan, at, at + 1));
    const char *end = at;

    while (end > names && isspace((unsigned char)end[-1]))
        end--;
    diag_help(scan->diags, diag, "write `catch %.*s: step`", (int)(end - names), names);
}

static bool are_builtin(struct scanner *scan, const char *at)
{
    const char *end;

    for (; scan_word_starts(*at); at = scan_look_past_blanks(*end == ',' ? end + 1 : end)) {
        end = scan_word_end(at);
        if (!reserved_is_code(intern(scan->names, at, (size_t)(end - at))))
            return false;
        end = scan_look_past_blanks(end);
    }
    return true;
}

/* What stands at `at` after names makes them codes for sure: `catch A step`,
 * `catch A, B (expression)`. */
static bool are_codes(struct scanner *scan, const char *names, const char *at)
{
    bool in_block = scan->open[scan->depth - 1].sign == '{';

    if (!isupper((unsigned char)*names)) /* codes are written in capitals; `catch do {` is a step */
        return false;
    if (*at == '(')
        return are_builtin(scan, names)
               || (in_block && memchr(names, ',', (size_t)(at - names)) != NULL);
    return is_step_word(at) || (*at == '{' && in_block);
}

/* `catch (A, B): step`: after the colon; NULL if this is something else. */
static const char *look_past_codes_in_brackets(const struct scanner *scan, const char *at)
{
    at = *at == '(' ? look_past_names(scan, scan_look_past_blanks(at + 1)) : NULL;
    at = at != NULL && *at == ')' ? scan_look_past_blanks(at + 1) : NULL;
    return at != NULL && *at == ':' ? at + 1 : NULL;
}

static struct token codes_in_brackets(struct scanner *scan, const char *begin, const char *names,
                                      const char *end)
{
    struct token token = scan_new_token(scan, T_CATCH, begin, scan->cursor);
    struct diag *diag =
        diag_report(scan->diags, D_CODES_IN_BRACKETS, scan_span(scan, names, names + 1));
    const char *close = memchr(names, ')', (size_t)(end - names));

    diag_help(scan->diags, diag, "write `catch %.*s: step`", (int)(close - names - 1), names + 1);
    scan->cursor = end;
    return token;
}

/* `catch A, B: step` or `catch step`: the colon decides. `catch A step` is taken for the former. */
struct token scan_catch_token(struct scanner *scan, const char *begin)
{
    const char *names = scan_look_past_blanks(scan->cursor), *at = look_past_names(scan, names);

    if (look_past_codes_in_brackets(scan, names) != NULL)
        return codes_in_brackets(scan, begin, names, look_past_codes_in_brackets(scan, names));
    if (at && *at == ':')
        return scan_new_token(scan, T_CATCHF, begin, scan->cursor);
    if (!at || !are_codes(scan, names, at))
        return scan_new_token(scan, T_CATCH, begin, scan->cursor);
    if (!scan_is_unbalanced(scan, scan_pos(scan, at)))
        report_missing_colon(scan, names, at);
    scan->colon_at = at;
    return scan_new_token(scan, T_CATCHF, begin, scan->cursor);
}

/* After `(…)`; NULL if there is none. */
static const char *look_past_bracket(const char *at)
{
    if (*at != '(')
        return NULL;
    at++;
    ctext_skip_bracket(&at);
    return scan_look_past_blanks(at);
}

/* `if (C):` is the end of a retry's head, and no step: the colon decides. */
struct token scan_if_token(struct scanner *scan, const char *begin)
{
    const char *at = look_past_bracket(scan_look_past_blanks(scan->cursor));

    return scan_new_token(scan, at != NULL && *at == ':' ? T_IFF : T_IF, begin, scan->cursor);
}

/* In the head of a retry, before a duration. `pause(5)` after it is a step, and
 * `retry pause` may count to a macro. */
struct token scan_pause_token(struct scanner *scan, const char *begin)
{
    const char *next = scan_look_past_blanks(scan->cursor), *unit = look_past_bracket(next);
    bool is_head = scan->last[0].kind == T_RETRY || scan->last[1].kind == T_RETRY;
    bool is_time = isdigit((unsigned char)next[*next == '-'])
                   || (unit != NULL && scan_is_unit(unit, scan_word_end(unit)));

    if (is_head && is_time)
        return scan_new_token(scan, T_PAUSE, begin, scan->cursor);
    return scan_name_token(scan, T_NAME, begin, scan->cursor);
}

/* Whether a clause of a prototype may end with the last token, and is no `fails`
 * that has not got its code. */
static bool is_after_clause(const struct scanner *scan)
{
    switch (scan->last[0].kind) {
    case T_ARGS:
    case T_NAME:
    case T_NUM:
    case T_CEXPR:
    case T_CBLOCK:
    case T_STRING:
    case T_POSTED:
    case T_UNCANCELLABLE:
    case T_NOTHING: return scan->last[1].kind != T_FAILS;
    default: return false;
    }
}

/* `text` is a clause before its number, and a name elsewhere. */
struct token scan_text_token(struct scanner *scan, const char *begin)
{
    const char *next = scan_look_past_blanks(scan->cursor);
    bool is_count = isdigit((unsigned char)*next) || *next == '(';

    if (is_count && is_after_clause(scan))
        return scan_new_token(scan, T_TEXT, begin, scan->cursor);
    return scan_qualified_token(scan, begin, scan->cursor);
}

/* `says` is a word before its bracket, after the code of a `fails` or after `reject(…)`. */
struct token scan_says_token(struct scanner *scan, const char *begin)
{
    bool is_told = scan->depth == 0
                       ? is_after_clause(scan)
                       : scan->last[0].kind == T_ARGS && scan->last[1].kind == T_REJECT;

    if (is_told && *scan_look_past_blanks(scan->cursor) == '(')
        return scan_new_token(scan, T_SAYS, begin, scan->cursor);
    return scan_qualified_token(scan, begin, scan->cursor);
}

/* `because` is a word after `reject(…)` and after `says (…)`. */
struct token scan_because_token(struct scanner *scan, const char *begin)
{
    int last = scan->last[0].kind, before = scan->last[1].kind;

    if ((last == T_ARGS && before == T_REJECT) || (last == T_CEXPR && before == T_SAYS))
        return scan_new_token(scan, T_BECAUSE, begin, scan->cursor);
    return scan_qualified_token(scan, begin, scan->cursor);
}

/* Where only a name can stand. */
static bool is_name_place(const struct scanner *scan)
{
    int last = scan->last[0].kind;

    return last == T_RETRY || last == T_LIMIT || last == T_ON || last == T_AS || last == T_CTYPE
           || last == T_SPAWN || last == T_AWAIT || last == T_CANCEL
           || (last == T_LPAREN && scan->last[1].kind == T_EACH);
}

/* `start`, `await` and `cancel` are words before another one; a `start` also
 * before a block. A code of a `retry` may have such a name, before its `if (C):`. */
struct token scan_promise_token(struct scanner *scan, int kind, const char *begin)
{
    const char *next = scan_look_past_blanks(scan->cursor), *end = scan_word_end(next);
    const char *colon = look_past_bracket(scan_look_past_blanks(end));
    bool is_head = end - next == 2 && memcmp(next, "if", 2) == 0 && colon != NULL && *colon == ':';

    if (!is_name_place(scan)
        && ((is_step_word(next) && !is_head) || (kind == T_START && *next == '{')))
        return scan_new_token(scan, kind, begin, scan->cursor);
    return scan_name_token(scan, T_NAME, begin, scan->cursor);
}

/* Words that are names everywhere but where an item begins, and after its string. */
static bool is_out_of_place(const struct scanner *scan, int kind)
{
    int last = scan->last[0].kind, before = scan->last[1].kind;

    switch (kind) {
    case T_EXPORT:
    case T_MODULE:
    case T_EXTERN:
        return last != T_YYEOF && last != T_SEMICOLON && last != T_RBRACE && last != T_CPP
               && last != T_PROLOGUE && !(last == T_STRING && before == T_REQUIRE);
    case T_AS: return last != T_STRING || before != T_IMPORT;
    default: return false;
    }
}

/* Whether the next word is a name even if the language has that word: after
 * `return`, in `each (`, and after some words between items. */
static bool wants_name(const struct scanner *scan, int kind)
{
    int last = scan->last[0].kind;

    if (scan->depth == 0)
        return last == T_RESOURCE || last == T_RELEASES || last == T_ON || last == T_MODULE
               || is_out_of_place(scan, kind);
    return last == T_RETURN || (last == T_LPAREN && scan->last[1].kind == T_EACH);
}

/* What a name here is the name of, if no word of the language can be that; else NULL. */
static const char *named_here(const struct scanner *scan)
{
    int last = scan->last[0].kind;

    if (scan->depth == 0)
        return last == T_RESOURCE ? "a resource" : NULL;
    return scan->open[scan->depth - 1].codes && (last == T_LBRACE || last == T_COMMA) ? "a code"
                                                                                      : NULL;
}

static bool is_word(const struct scanner *scan, const struct token *token)
{
    const char *begin = scan_at(scan, token->span.begin);

    return token->kind != T_CATCHF && token->span.end > token->span.begin
           && scan_word_starts(*begin)
           && !scan_word_is_reserved(begin, begin + (token->span.end - token->span.begin));
}

static struct token word_in_place(struct scanner *scan, struct token token)
{
    bool is_tail = token.kind == T_AS && scan->last[0].kind == T_RETURN;

    if (wants_name(scan, token.kind) && token.kind != T_NAME && !is_tail && is_word(scan, &token))
        token = scan_name_token(scan, T_NAME, scan_at(scan, token.span.begin),
                                scan_at(scan, token.span.end));
    if (token.kind == T_NAME && named_here(scan) != NULL)
        scan_refuse_word(scan, &token, named_here(scan));
    if (token.kind == T_NAME && wants_unit(scan))
        scan_make_unit(scan, &token);
    return token;
}

static struct token next_token(struct scanner *scan)
{
    struct token token;

    if (scan->has_ahead) {
        scan->has_ahead = false;
        return scan->ahead;
    }
    if (scan->colon_at && scan_look_past_blanks(scan->cursor) >= scan->colon_at) {
        scan->colon_at = NULL;
        return scan_new_token(scan, T_COLON, scan->cursor, scan->cursor);
    }
    if ((scan->depth > 0 || scan->last[0].kind != T_AS) && scan_type_token(scan, &token))
        return token;
    if (scan->last[0].kind == T_VAR) {
        scan_skip_blanks(scan);
        token = scan_declaration_token(scan, scan->cursor);
        scan_check_variable(scan, token.value.c);
        return token;
    }
    if (scan->last[0].kind == T_IN || scan->last[0].kind == T_DOTS)
        return scan_range_token(scan);
    token = word_in_place(scan, scan_lex(scan));
    scan_variable_without_var(scan, &token);
    return token;
}

/* Prefixes and `else if` nest without brackets, up to the end of their step. */
static void count_level(struct scanner *scan, const struct token *token)
{
    switch (token->kind) {
    case T_TIMEOUT:
    case T_RETRY:
    case T_ELSE: scan_open_level(scan, scan_at(scan, token->span.begin)); break;
    case T_SEMICOLON:
        scan->semicolon_in = scan->depth ? scan->open[scan->depth - 1].sign : '\0';
        /* fall through */
    case T_THEN:
    case T_CATCH:
    case T_CATCHF:
    case T_FINALLY:
    case T_COMMA: scan->level = scan->depth ? scan->open[scan->depth - 1].level + 1 : 0; break;
    default: break;
    }
}

/* "dir/net.chain" is called net, unless `as` says another name. */
static void note_qualifier(struct scanner *scan, const struct token *token)
{
    struct ast_name *qualifier;

    if (token->kind == T_STRING && scan->last[0].kind == T_IMPORT) {
        qualifier = ast_new_name(scan->arena, token->span,
                                 ast_import_qualifier(scan->names, token->value.c->text));
        qualifier->next = scan->qualifiers;
        scan->qualifiers = qualifier;
    } else if (token->kind == T_NAME && scan->last[0].kind == T_AS && scan->depth == 0
               && scan->qualifiers != NULL) {
        scan->qualifiers->name = token->value.name->name;
        if (token_can_be_word(scan->qualifiers->name))
            diag_report(scan->diags, D_RESERVED_WORD, token->span, scan->qualifiers->name);
    }
}

struct token scan_token(struct scanner *scan)
{
    struct token token = next_token(scan);

    note_qualifier(scan, &token);
    count_level(scan, &token);
    memmove(scan->last + 1, scan->last, sizeof scan->last - sizeof *scan->last);
    scan->last[0] = token;
    return token;
}

int yylex(YYSTYPE *value, struct span *span, struct scanner *scan)
{
    struct token token = scan_token(scan);

    *value = token.value;
    *span = token.span;
    return token.kind;
}

void scan_init(struct scanner *scan, struct arena *arena, struct names *names, struct diags *diags,
               const struct source *source)
{
    *scan = (struct scanner){ .arena = arena, .names = names, .diags = diags, .source = source };
    scan->text = scan->cursor = digraphs_replaced(arena, source);
    scan->limit = scan->text + source->length;
    scan->last_comment = &scan->comments;
    scan->last_unbalanced = &scan->unbalanced;
    if (source->length >= 3 && memcmp(scan->cursor, "\xEF\xBB\xBF", 3) == 0)
        scan->cursor += 3;
    scan_balance_file(scan);
}

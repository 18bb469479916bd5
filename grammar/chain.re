/* chain.re - the lexer: bytes -> tokens.
 *
 * The file is in memory and ends with a NUL byte, so nothing is ever refilled; its lines are joined already (source.h). Actions
 * only say which token it is; what takes more than a line is in compiler/syntax/scan_*.c.
 */
#include <ctype.h>
#include <string.h>

#include "base/nearest.h"
#include "syntax/scan.h"

/*!include:re2c "lexis.re2c" */

#define AT(text) ((const unsigned char *)(text))
#define TEXT(at) ((const char *)(at))

/* The end of what goes to the end of a line, without blanks, and without backslashes: where it is written again they would join it
 * with the next line. */
static const char *trimmed_end(const char *begin, const char *end)
{
    while (end > begin && strchr(" \t\r\f\v\\", end[-1]) != NULL)
        end--;
    return end;
}

static void add_comment(struct scanner *scan, const char *begin, const char *end, bool trailing)
{
    struct ast_comment *comment = arena_new(scan->arena, struct ast_comment);

    comment->span = scan_span(scan, begin, trimmed_end(begin, end));
    comment->trailing = trailing;
    comment->to_line_end = begin[1] == '/';
    *scan->last_comment = comment;
    scan->last_comment = &comment->next;
}

/* From an opening mark that has no end: one message, at the mark. */
static void report_unterminated(struct scanner *scan, const char *begin, size_t length, const char *what)
{
    diag_report(scan->diags, D_UNTERMINATED, scan_span(scan, begin, begin + length), what);
}

static bool is_end(const struct scanner *scan, const char *at)
{
    return at >= scan->limit;
}

/* A forgotten bracket shows when an item begins at the start of a line. */
static bool at_forgotten_bracket(const struct scanner *scan, const char *line)
{
    return scan->depth > 0 && scan_starts_item(line);
}

void scan_skip_blanks(struct scanner *scan)
{
    const unsigned char *at = AT(scan->cursor), *marker, *begin;
    bool trailing = scan->cursor > scan->text;

    for (;;) {
        begin = at;
        /*!re2c
            newline {
                trailing = false;
                if (!scan->closing && at_forgotten_bracket(scan, TEXT(at))) {
                    scan->cursor = TEXT(at);
                    scan_never_closed(scan, TEXT(at));
                    return;
                }
                continue;
            }
            blank+ { continue; }
            line_comment | block_comment { add_comment(scan, TEXT(begin), TEXT(at), trailing); continue; }
            "/*" {
                report_unterminated(scan, TEXT(begin), 2, "comment");
                scan->cursor = scan->limit;
                scan->closing = true;
                scan_be_quiet_until(scan, scan->limit);
                return;
            }
            * { scan->cursor = TEXT(begin); return; }
        */
    }
}

/* After a quote without a partner: to the end of its line. */
static const unsigned char *skip_broken_quote(struct scanner *scan, const unsigned char *begin)
{
    const char *end = scan_end_of_line(scan, TEXT(begin));

    report_unterminated(scan, TEXT(begin), 1, *begin == '"' ? "string" : "character constant");
    scan_be_quiet_until(scan, end);
    return AT(end);
}

/* Up to a comma between arguments: one ends, the next begins. */
static const char *end_argument(struct scanner *scan, struct ast_args_list *args, const char *begin, const char *end)
{
    struct ast_args *argument = arena_new(scan->arena, struct ast_args);

    argument->c = *scan_c_text(scan, begin, end);
    if (argument->c.text[0] == '\0' && !scan_is_unbalanced(scan, scan_pos(scan, end)))
        diag_report(scan->diags, D_MISSING_ARGUMENT, scan_span(scan, end, end + 1));
    *args = ast_args_list_add(*args, argument);
    return end + 1;
}

/* The last argument; `f()` has none. */
static void end_arguments(struct scanner *scan, struct ast_args_list *args, const char *begin, const char *end)
{
    if (args && (args->first || scan_look_past_blanks(begin) < end))
        end_argument(scan, args, begin, end);
}

static bool is_stop(const char *stops, unsigned char byte)
{
    return *stops && strchr(stops, byte) != NULL;
}

/* Words that end C without brackets: those that are never C; `as` is one if the C is a slip. */
static bool is_clause_word(const unsigned char *word, size_t length, const char *stops)
{
    static const char *const slip[] = { "as", NULL };
    const char *begin = TEXT(word), *end = begin + length;

    return scan_word_is_reserved(begin, end)
           || (is_stop(stops, ',') && scan_word_is_one_of(begin, end, slip));
}

/* Over C, past the partner of the bracket that makes the depth base + 1; or, with stops, up to one of those bytes ('.'
 * means `..`), to a clause's keyword, or to a closing bracket, at the depth base. Splits at the commas of depth base + 1. */
void scan_skip_c(struct scanner *scan, unsigned base, const char *stops, struct ast_args_list *args)
{
    const unsigned char *at = AT(scan->cursor), *marker, *begin;
    const char *argument = scan->cursor;

    scan->c_base = base;
    for (;;) {
        begin = at;
        bool outside = scan->depth == base;
        /*!re2c
            name {
                if (outside && is_clause_word(begin, (size_t)(at - begin), stops))
                    break;
                continue;
            }
            c_number | "..." | blank+ | line_comment | block_comment | string | character { continue; }
            newline {
                if (at_forgotten_bracket(scan, TEXT(at))) {
                    scan_never_closed(scan, TEXT(at));
                    end_arguments(scan, args, argument, TEXT(at));
                    scan->depth = base;
                    scan->cursor = TEXT(at);
                    return;
                }
                if (outside && scan_starts_item(TEXT(at))) /* a declaration without its semicolon */
                    break;
                continue;
            }
            [([{] {
                if (outside && is_stop(stops, *begin))
                    break;
                if (!scan_open_bracket(scan, TEXT(begin))) {
                    scan->depth = base;
                    return;
                }
                continue;
            }
            [)\]}] {
                if (outside)
                    break;
                switch (scan_close_bracket(scan, TEXT(begin), base)) {
                case CLOSED_NOTHING:
                    continue;
                case CLOSED_OUTER:
                    end_arguments(scan, args, argument, TEXT(begin));
                    scan->cursor = TEXT(begin);
                    return;
                case CLOSED:
                    if (scan->depth > base || *stops)
                        continue;
                    end_arguments(scan, args, argument, TEXT(begin));
                    scan->cursor = TEXT(at);
                    return;
                }
                continue;
            }
            "," {
                if (outside && is_stop(stops, ','))
                    break;
                if (args && scan->depth == base + 1)
                    argument = end_argument(scan, args, argument, TEXT(begin));
                continue;
            }
            ".." {
                if (outside && is_stop(stops, '.'))
                    break;
                continue;
            }
            ";" {
                if (outside)
                    break;
                continue;
            }
            ["'] { at = skip_broken_quote(scan, begin); continue; }
            "/*" {
                report_unterminated(scan, TEXT(begin), 2, "comment");
                at = AT(scan->limit);
                scan->closing = true;
                scan_be_quiet_until(scan, scan->limit);
                end_arguments(scan, args, argument, TEXT(begin));
                scan->depth = base;
                break;
            }
            end {
                if (!is_end(scan, TEXT(begin)))
                    continue;
                if (scan->depth > 0 && !scan->closing)
                    scan_never_closed(scan, TEXT(begin));
                end_arguments(scan, args, argument, TEXT(begin));
                scan->depth = base;
                break;
            }
            * { continue; }
        */
    }
    scan->cursor = TEXT(begin[0] == '/' && begin[1] == '*' ? at : begin);
}

/* `#` and its word: no C compiler knows it. */
static void report_directive(struct scanner *scan, const char *begin, const char *end)
{
    static const char *const words[] = { "include", "define", "undef", "pragma", "error", "warning", "line" };
    const char *word = begin + 1 + strspn(begin + 1, " \t");
    struct nearest nearest = { .wanted = arena_copy(scan->arena, word, (size_t)(end - word)) };
    struct diag *diag = diag_report(scan->diags, D_UNKNOWN_DIRECTIVE, scan_span(scan, begin, end), nearest.wanted);

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        nearest_offer(&nearest, words[i]);
    if (nearest.best != NULL)
        diag_help(scan->diags, diag, "did you mean `#%s`?", nearest.best);
}

/* A preprocessor line, without a comment at its end. Conditionals would have to be understood: they are refused. */
static bool lex_directive(struct scanner *scan, struct token *token)
{
    const unsigned char *at = AT(scan->cursor), *marker, *begin = at, *start = at;

    for (;;) {
        begin = at;
        /*!re2c
            newline | end { if (*begin == '\0' && !is_end(scan, TEXT(begin))) continue; break; }
            "//" { break; }
            "/*" { report_unterminated(scan, TEXT(begin), 2, "comment"); begin = AT(scan->limit); break; }
            blank+ | block_comment | string | character { continue; }
            * { continue; }
        */
    }
    scan->cursor = TEXT(begin);
    begin = AT(trimmed_end(TEXT(start), TEXT(begin)));
    *token = scan_new_token(scan, T_CPP, TEXT(start), TEXT(begin));
    token->value.c = scan_raw_text(scan, TEXT(start), TEXT(begin));

    at = start;
    do {
    /*!re2c
        "#" blank* "if" ("n"? "def")? [^a-zA-Z0-9_] {
            if (scan->conditionals++ == 0)
                diag_help(scan->diags, diag_report(scan->diags, D_CONDITIONAL, token->span),
                          "put the C that depends on it between `%%{` and `%%}`, or into a header of its own");
            return false;
        }
        "#" blank* ("else" | "elif" | "elifdef" | "elifndef" | "endif") [^a-zA-Z0-9_] {
            if (scan->conditionals == 0)
                diag_report(scan->diags, D_CONDITIONAL, token->span);
            return false;
        }
        "#" blank* ("include" | "include_next" | "import" | "embed") blank* (["<] | ascii_letter) { break; }
        "#" blank* ("include" | "include_next" | "import" | "embed") [^a-zA-Z0-9_] {
            diag_report(scan->diags, D_INCLUDE_NAME, token->span);
            return false;
        }
        "#" blank* ("define" | "undef" | "line" | "error" | "warning" | "pragma" | "ident" | "sccs" | "assert" | "unassert")
            [^a-zA-Z0-9_] { break; }
        "#" blank* name { report_directive(scan, TEXT(start), TEXT(at)); return false; }
        * { break; }
    */
    } while (0);
    if (scan->depth > 0)
        diag_report(scan->diags, D_DIRECTIVE_INSIDE, token->span);
    return scan->depth == 0;
}

/* One without an end is taken to end before the next item, and that is where its end is missing. */
static struct token broken_prologue(struct scanner *scan, const char *start)
{
    const char *end = scan_end_of_prologue(scan, start + 2);
    const char *place = end < scan->limit ? scan_end_of_code(start + 2, end) : start + 2;
    struct diag *diag;

    scan->cursor = end;
    if (place <= scan_end_of_line(scan, start))
        report_unterminated(scan, start, 2, "%{");
    else {
        diag = diag_report(scan->diags, D_EXPECTED_AFTER, scan_span(scan, place - 1, place), "'%}'");
        diag_note(scan->diags, diag, scan_span(scan, start, start + 2), "to end this '%%{'");
    }
    return scan_prologue_token(scan, start, end);
}

/* %{ C %}: strings and comments hide a %}, nothing else is looked at. */
static struct token lex_prologue(struct scanner *scan, const char *start)
{
    const char *end = scan_end_of_prologue(scan, start + 2), *comment;

    if (end - start < 4 || end[-2] != '%' || end[-1] != '}')
        return broken_prologue(scan, start);
    scan->cursor = end;
    comment = scan_open_comment(start + 2, end - 2);
    if (comment != NULL)
        report_unterminated(scan, comment, 2, "comment");
    else if (scan_balance_prologue(scan, start + 2, end - 2))
        scan_check_prologue(scan, start + 2, end - 2);
    return scan_prologue_token(scan, start, end - 2);
}

/* Passed over. */
static void report_byte(struct scanner *scan, const char *at)
{
    diag_report(scan->diags, D_BYTE, scan_span(scan, at, at + 1), (unsigned)(unsigned char)*at);
    scan->cursor = at + 1;
}

/* The words and signs between items. */
static struct token lex_item(struct scanner *scan)
{
    const unsigned char *at = AT(scan->cursor), *marker, *start = at;

#define TOKEN(kind) (scan->cursor = TEXT(at), scan_new_token(scan, T_##kind, TEXT(start), TEXT(at)))
    /*!re2c
        "import" { return TOKEN(IMPORT); }
        "export" { return TOKEN(EXPORT); }
        "module" { return TOKEN(MODULE); }
        "resource" { return TOKEN(RESOURCE); }
        "releases" { return TOKEN(RELEASES); }
        "codes" { return TOKEN(CODES); }
        "async" { return TOKEN(ASYNC); }
        "sync" { return TOKEN(SYNC); }
        "blocking" { return TOKEN(BLOCKING); }
        "static" { return TOKEN(STATIC); }
        "extern" { return TOKEN(EXTERN); }
        "as" { return TOKEN(AS); }
        "chain" { return TOKEN(CHAIN); }
        "fails" { return TOKEN(FAILS); }
        "raises" { return TOKEN(RAISES); }
        "nothing" { return TOKEN(NOTHING); }
        "state" { return TOKEN(STATE); }
        "posted" { return TOKEN(POSTED); }
        "uncancellable" { return TOKEN(UNCANCELLABLE); }
        "pool" { return TOKEN(POOL); }
        "budget" { return TOKEN(BUDGET); }
        "on" { return TOKEN(ON); }
        "text" { scan->cursor = TEXT(at); return scan_text_token(scan, TEXT(start)); }
        "says" { scan->cursor = TEXT(at); return scan_says_token(scan, TEXT(start)); }
        "struct" | "union" | "enum" | "typedef" { return scan_declaration_token(scan, TEXT(start)); }
        name { return scan_qualified_token(scan, TEXT(start), TEXT(at)); }
        "%{" { scan->cursor = TEXT(at); return lex_prologue(scan, TEXT(start)); }
        "%require" { return TOKEN(REQUIRE); }
        "=" { return TOKEN(EQUALS); }
        [^] { return scan_operator_token(scan, TEXT(start)); }
    */
}

static struct token lex_code(struct scanner *scan)
{
    const unsigned char *at = AT(scan->cursor), *start = at;

    /*!re2c
        name { scan->cursor = TEXT(at); return scan_name_token(scan, T_NAME, TEXT(start), TEXT(at)); }
        "=" { return TOKEN(EQUALS); }
        [^] { return scan_operator_token(scan, TEXT(start)); }
    */
}

/* The words and signs of pipelines. */
static struct token lex_pipeline(struct scanner *scan)
{
    const unsigned char *at = AT(scan->cursor), *start = at;

    /*!re2c
        "var" { return TOKEN(VAR); }
        "then" { return TOKEN(THEN); }
        "else" { return TOKEN(ELSE); }
        "catch" { scan->cursor = TEXT(at); return scan_catch_token(scan, TEXT(start)); }
        "finally" { return TOKEN(FINALLY); }
        "as" { return TOKEN(AS); }
        "undo" { return TOKEN(UNDO); }
        "do" { return TOKEN(DO); }
        "all" { return TOKEN(ALL); }
        "settle" { return TOKEN(SETTLE); }
        "any" { return TOKEN(ANY); }
        "race" { return TOKEN(RACE); }
        "each" { return TOKEN(EACH); }
        "in" { return TOKEN(IN); }
        "from" { return TOKEN(FROM); }
        "limit" { return TOKEN(LIMIT); }
        "if" { scan->cursor = TEXT(at); return scan_if_token(scan, TEXT(start)); }
        "while" { return TOKEN(WHILE); }
        "loop" { return TOKEN(LOOP); }
        "break" { return TOKEN(BREAK); }
        "continue" { return TOKEN(CONTINUE); }
        "timeout" { return TOKEN(TIMEOUT); }
        "until" {
            if (scan->last[0].kind == T_TIMEOUT || scan->last[0].kind == T_DELAY || scan->last[0].kind == T_STAGGER)
                return TOKEN(UNTIL);
            scan->cursor = TEXT(at);
            return scan_name_token(scan, T_NAME, TEXT(start), TEXT(at));
        }
        "retry" { return TOKEN(RETRY); }
        "backoff" { return TOKEN(BACKOFF); }
        "to" { return TOKEN(TO); }
        "jitter" { return TOKEN(JITTER); }
        "pause" {
            scan->cursor = TEXT(at);
            return scan_pause_token(scan, TEXT(start));
        }
        "stagger" {
            if (scan->last[1].kind == T_LIMIT)
                return TOKEN(STAGGER);
            return scan_qualified_token(scan, TEXT(start), TEXT(at));
        }
        "on" { return TOKEN(ON); }
        "delay" { return TOKEN(DELAY); }
        "spawn" { return TOKEN(SPAWN); }
        "join" { return TOKEN(JOIN); }
        "start" { scan->cursor = TEXT(at); return scan_promise_token(scan, T_START, TEXT(start)); }
        "await" { scan->cursor = TEXT(at); return scan_promise_token(scan, T_AWAIT, TEXT(start)); }
        "cancel" { scan->cursor = TEXT(at); return scan_promise_token(scan, T_CANCEL, TEXT(start)); }
        "return" { return TOKEN(RETURN); }
        "reject" { return TOKEN(REJECT); }
        "says" { scan->cursor = TEXT(at); return scan_says_token(scan, TEXT(start)); }
        "because" { scan->cursor = TEXT(at); return scan_because_token(scan, TEXT(start)); }

        "int" | "char" | "short" | "long" | "float" | "double" | "void" | "signed" | "unsigned" | "_Bool" | "struct" | "union"
        | "enum" | "typedef" | "static" | "extern" | "const" | "volatile" | "register" | "for" | "switch" | "case" | "default"
        | "goto" { scan->cursor = TEXT(at); return scan_name_token(scan, T_CWORD, TEXT(start), TEXT(at)); }

        name { return scan_qualified_token(scan, TEXT(start), TEXT(at)); }
        "%" {
            if (scan->last[0].kind == T_NUM && scan->last[1].kind == T_JITTER)
                return TOKEN(PERCENT);
            return scan_operator_token(scan, TEXT(start));
        }
        [^] { return scan_operator_token(scan, TEXT(start)); }
    */
}

/* A literal duration after `delay`, `timeout`, … must not begin with a minus; it is read on without it. */
static bool is_negative_duration(const struct scanner *scan)
{
    switch (scan->last[0].kind) {
    case T_DELAY: case T_TIMEOUT: case T_BACKOFF: case T_TO: case T_PAUSE: case T_STAGGER: return true;
    default: return false;
    }
}

/* What is the same everywhere, then what the place decides. */
struct token scan_lex(struct scanner *scan)
{
    for (;;) {
        scan_skip_blanks(scan);
        if (scan->closing && scan->depth > 0)
            return scan_made_up_partner(scan);
        scan->closing = false;
        const unsigned char *at = AT(scan->cursor), *marker, *start = at;
        struct token token;
        /*!re2c
            number { scan->cursor = TEXT(at); return scan_number_token(scan, TEXT(start), TEXT(at)); }
            string {
                token = TOKEN(STRING);
                token.value.c = scan_c_text(scan, TEXT(start), TEXT(at));
                return token;
            }
            ["] {
                scan->cursor = TEXT(skip_broken_quote(scan, start));
                token = scan_new_token(scan, T_STRING, TEXT(start), scan->cursor);
                token.value.c = ast_new_c(scan->arena, token.span, "\"\"");
                return token;
            }
            "," { return TOKEN(COMMA); }
            ";" { return TOKEN(SEMICOLON); }
            ":" { return TOKEN(COLON); }
            ".." { return TOKEN(DOTS); }
            [({] { scan->cursor = TEXT(at); return scan_bracket_token(scan, TEXT(start)); }
            [)\]}] {
                scan->cursor = TEXT(at);
                token = scan_close_token(scan, TEXT(start));
                if (token.kind != T_YYUNDEF)
                    return token;
                continue;
            }
            "#" {
                if (!lex_directive(scan, &token))
                    continue;
                return token;
            }
            "-" / digit {
                if (!is_negative_duration(scan))
                    return scan_operator_token(scan, TEXT(start));
                diag_report(scan->diags, D_NEGATIVE_DURATION, scan_span(scan, TEXT(start), TEXT(at)));
                scan->cursor = TEXT(at);
                continue;
            }
            [\x01-\x08\x0e-\x1f\x7f@$`\\] { report_byte(scan, TEXT(start)); continue; }
            end {
                if (!is_end(scan, TEXT(start))) {
                    report_byte(scan, TEXT(start));
                    continue;
                }
                if (scan->depth == 0)
                    return scan_new_token(scan, T_YYEOF, scan->limit, scan->limit);
                scan_never_closed(scan, scan->limit);
                return scan_made_up_partner(scan);
            }
            [^] { break; }
        */
    }
    if (scan->depth == 0)
        return lex_item(scan);
    return scan->open[scan->depth - 1].codes ? lex_code(scan) : lex_pipeline(scan);
}

/* scan_c.c - tokens that hold C text.
 *
 * The token before a bracket decides whether the bracket holds C text. There is
 * no other rule.
 */
#include <string.h>

#include "syntax/scan.h"

static struct token c_token(struct scanner *scan, int kind, const char *begin, const char *inner,
                            const char *inner_end)
{
    struct token token = scan_new_token(scan, kind, begin, scan->cursor);

    token.value.c = scan_c_text(scan, inner, inner_end);
    return token;
}

static void require_text(struct scanner *scan, const struct token *token, const char *what)
{
    if (token->value.c->text[0] == '\0' && scan_pos(scan, scan->cursor) > scan->quiet_until
        && !scan_is_unbalanced(scan, token->span.begin))
        diag_report(scan->diags, D_EMPTY_C, token->span, what);
}

/* After the last byte inside the brackets: the partner may have been made up. */
static const char *end_inside(const char *begin, const char *end)
{
    return end > begin + 1 && strchr(")]}", end[-1]) ? end - 1 : end;
}

/* CEXPR, CBLOCK or ARGS: the cursor is after the opening bracket. */
static struct token capture_token(struct scanner *scan, int kind, const char *begin)
{
    struct ast_args_list args = { 0 };
    unsigned base = scan->depth;

    scan->c_base = base;
    if (!scan_open_bracket(scan, begin))
        return scan_lex(scan);
    scan_skip_c(scan, base, "", kind == T_ARGS ? &args : NULL);
    if (kind == T_ARGS) {
        struct token token = scan_new_token(scan, T_ARGS, begin, scan->cursor);
        token.value.args = args.first;
        return token;
    }
    struct token token = c_token(scan, kind, begin, begin + 1, end_inside(begin, scan->cursor));
    /* a statement expression: its parentheses belong to it */
    if (kind == T_CEXPR && token.value.c->text[0] == '{')
        token = c_token(scan, kind, begin, begin, scan->cursor);
    if (kind == T_CEXPR) {
        require_text(scan, &token, "an expression");
        scan_check_expression(scan, token.value.c);
    } else if (scan->last[0].kind != T_STATE)
        scan_check_statements(scan, token.value.c);
    return token;
}

static int kind_of_round(const struct scanner *scan)
{
    switch (scan->last[0].kind) {
    case T_NAME:
    case T_REJECT: return T_ARGS;
    case T_ALL:
    case T_SETTLE:
    case T_ANY:
    case T_RACE:
    case T_EACH: return T_LPAREN;
    default: return T_CEXPR;
    }
}

static int kind_of_curly(const struct scanner *scan)
{
    int before = scan->last[0].kind == T_CTYPE ? scan->last[1].kind : scan->last[0].kind;

    return before == T_DO || before == T_STATE ? T_CBLOCK : T_LBRACE;
}

/* ( or {: either C begins, or the pipeline goes one level down. */
struct token scan_bracket_token(struct scanner *scan, const char *begin)
{
    int kind = *begin == '(' ? kind_of_round(scan) : kind_of_curly(scan);

    if (kind != T_LBRACE && kind != T_LPAREN)
        return capture_token(scan, kind, begin);
    unsigned depth = scan->depth, level = scan->level;
    scan->c_base = depth;
    if (!scan_open_level(scan, begin) || !scan_open_bracket(scan, begin))
        return scan_lex(scan);
    scan->open[depth].level = level;
    scan->open[depth].codes = scan->last[0].kind == T_CODES;
    struct token token = scan_new_token(scan, kind, begin, begin + 1);
    token.value.depth = depth;
    return token;
}

/* `struct … ;` between items, or what follows `var`: up to the semicolon, which
 * is a token of its own, or to where it is missing. */
struct token scan_declaration_token(struct scanner *scan, const char *begin)
{
    bool begins_with_comma = scan->depth > 0 && *scan_look_past_blanks(begin) == ',';

    scan_skip_c(scan, scan->depth, ";", NULL);
    if (scan->depth > 0 && !begins_with_comma)
        scan_refuse_reserved_variable(scan, begin);
    scan->cursor = scan_declaration_end(scan, begin, scan->cursor);
    struct token token = c_token(scan, T_CDECL, begin, begin, scan->cursor);
    require_text(scan, &token, "a declaration");
    token.span = token.value.c->span;
    if (begins_with_comma && *scan->cursor != ';' && !scan_is_unbalanced(scan, token.span.begin)) {
        diag_report(scan->diags, D_VAR_DECLARATION, token.span);
        scan_be_quiet_until(scan, scan_word_end(scan_look_past_blanks(scan->cursor)));
    }
    return token;
}

struct token scan_prologue_token(struct scanner *scan, const char *begin, const char *end)
{
    struct token token = scan_new_token(scan, T_PROLOGUE, begin, scan->cursor);

    token.value.c = scan_raw_text(scan, begin + 2, end);
    return token;
}

/* An operator where none can be: taken with the C after it, so that one message
 * says all. Between items there is no telling where it would end. */
struct token scan_operator_token(struct scanner *scan, const char *begin)
{
    scan->cursor = begin + 1;
    if (scan->depth > 0) {
        /* a character constant, or what is left of one; a bracket */
        scan->cursor -= *begin == '\'' || *begin == '[';
        scan_skip_c(scan, scan->depth, ",", NULL);
    }
    struct token token = c_token(scan, T_OPERATOR, begin, begin, scan->cursor);
    token.span = token.value.c->span;
    return token;
}

/* each (i in LOW .. HIGH): both need no brackets of their own. */
struct token scan_range_token(struct scanner *scan)
{
    scan_skip_blanks(scan);
    const char *begin = scan->cursor;
    scan_skip_c(scan, scan->depth, ".", NULL);
    struct token token = c_token(scan, T_CEXPR, begin, begin, scan->cursor);
    require_text(scan, &token, "an expression");
    scan_check_expression(scan, token.value.c);
    token.span = token.value.c->span;
    return token;
}

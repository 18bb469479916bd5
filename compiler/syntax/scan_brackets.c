/* scan_brackets.c - which brackets are open, and what to do when they do not
 * match: scan_balance.c has reported that.
 *
 * One stack serves pipelines and the C captured in them. A bracket that is
 * never closed is noticed at the end of the file, at a closing bracket of
 * another kind, or where an item begins at the start of a line. Then the lexer
 * adds its partner, so that the parser always sees matching brackets. */
#include <string.h>

#include "syntax/scan.h"

/* Gives the rest up to where the next item begins. */
static void give_up(struct scanner *scan, const char *at)
{
    const char *line = at;

    while ((line = memchr(line, '\n', (size_t)(scan->limit - line))) && !scan_starts_item(++line))
        ;
    scan->cursor = line ? line : scan->limit;
    scan->closing = true;
    scan_be_quiet_until(scan, scan->cursor);
}

static void too_deep(struct scanner *scan, const char *at)
{
    diag_report(scan->diags, D_TOO_DEEP, scan_span(scan, at, at + 1), (int)DEEPEST);
    give_up(scan, at);
}

bool scan_open_level(struct scanner *scan, const char *at)
{
    if (scan->level == DEEPEST) {
        too_deep(scan, at);
        return false;
    }
    scan->level++;
    return true;
}

/* The stack has room for the deepest pipeline and the deepest C in it. */
bool scan_open_bracket(struct scanner *scan, const char *at)
{
    if (scan->depth == MOST_OPEN || scan->depth - scan->c_base == DEEPEST) {
        too_deep(scan, at);
        return false;
    }
    scan->open[scan->depth++] =
        (struct open_bracket){ .sign = *at, .at = at, .level = scan->level };
    return true;
}

static void pop_to(struct scanner *scan, unsigned depth)
{
    scan->depth = depth;
    scan->level = scan->open[depth].level;
}

/* The innermost open bracket that this one closes: its index, or -1. */
static int find_open(const struct scanner *scan, char closing)
{
    int i = (int)scan->depth - 1;

    while (i >= 0 && scan_partner(scan->open[i].sign) != closing)
        i--;
    return i;
}

static bool on_same_line(const char *begin, const char *end)
{
    return memchr(begin, '\n', (size_t)(end - begin)) == NULL;
}

/* Which bracket a closing one is for. If the innermost is of another kind but
 * on the same line, and the one of its kind is not, a wrong bracket was written
 * rather than one forgotten. */
static int find_partner(const struct scanner *scan, const char *at)
{
    int match = find_open(scan, *at), top = (int)scan->depth - 1;

    if (match >= 0 && match < top && on_same_line(scan->open[top].at, at)
        && !on_same_line(scan->open[match].at, at))
        return top;
    return match;
}

/* What a made-up partner stands for is an error in any case. */
static void require_error(struct scanner *scan, const char *at)
{
    if (scan->diags->errors == 0)
        diag_report(scan->diags, D_UNMATCHED, scan_span(scan, at, at + 1), *at);
}

/* A closing bracket in C that was captured from the depth `base` on. */
enum closed scan_close_bracket(struct scanner *scan, const char *at, unsigned base)
{
    int match = find_partner(scan, at);

    if (match != (int)scan->depth - 1)
        require_error(scan, at);
    if (match < 0)
        return CLOSED_NOTHING;
    if (match < (int)base) {
        pop_to(scan, base);
        return CLOSED_OUTER;
    }
    pop_to(scan, (unsigned)match);
    return CLOSED;
}

static int closing_kind(char sign)
{
    return sign == '(' ? T_RPAREN : T_RBRACE;
}

/* A closing bracket in a pipeline; T_YYUNDEF if it closes nothing and is passed over. */
struct token scan_close_token(struct scanner *scan, const char *at)
{
    int match = find_partner(scan, at);

    if (match != (int)scan->depth - 1)
        require_error(scan, at);
    if (match < 0)
        return (struct token){ .kind = T_YYUNDEF };
    if (match != (int)scan->depth - 1) {
        scan->cursor = at; /* comes again when those inside are closed */
        return scan_made_up_partner(scan);
    }
    pop_to(scan, (unsigned)match);
    return scan_new_token(scan, closing_kind(scan->open[match].sign), at, at + 1);
}

struct token scan_made_up_partner(struct scanner *scan)
{
    pop_to(scan, scan->depth - 1);
    return scan_new_token(scan, closing_kind(scan->open[scan->depth].sign), scan->cursor,
                          scan->cursor);
}

/* At the end of the file or at the item that begins at `at`. */
void scan_never_closed(struct scanner *scan, const char *at)
{
    require_error(scan, scan->open[scan->depth - 1].at);
    scan->closing = true;
    scan_be_quiet_until(scan, at);
}

/* Nothing is reported about what is thrown away. */
void scan_skip_bracket(struct scanner *scan, unsigned depth)
{
    struct diags *diags = scan->diags,
                 unheard = { .arena = diags->arena, .sources = diags->sources };

    if (scan->depth <= depth)
        return;
    scan->has_ahead = false;
    scan->diags = &unheard;
    if (scan->closing)
        pop_to(scan, depth);
    else
        scan_skip_c(scan, depth, "", NULL);
    scan->diags = diags;
}

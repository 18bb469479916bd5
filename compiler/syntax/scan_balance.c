/* scan_balance.c - which bracket is missing, or one too many, judged by
 * indentation.
 *
 *     all (
 *         { a then b        <- the `}` is missing at the end of this line
 *         c
 *     )                     <- but only here no bracket matches any more
 *
 * A first walk over the file, before the lexer's, looks at nothing but
 * brackets. The text between two lines that begin an item is a region. If the
 * brackets of a region do not match, people's indentation says where the damage
 * is: a closing bracket that begins a line stands as deep as the line of its
 * partner. One message is reported for the region, and messages of the lexer
 * and the parser about it are dropped: they would be about brackets that were
 * never meant to match. */
#include <ctype.h>
#include <string.h>

#include "ctext/ctext.h"
#include "syntax/scan.h"

struct bracket {
    const char *at;
    const char *line; /* where its line begins */
    size_t indent;    /* of that line */
    bool first, last; /* on its line */
};

enum wrong {
    NOTHING_WRONG,
    NEVER_CLOSED,
    NEVER_OPENED,
    CLOSES_NOTHING,
    WRONG_CLOSING,
    WRONG_OPENING
};

struct verdict {
    enum wrong wrong;
    struct bracket opening, closing;
};

struct balance {
    struct scanner *scan;
    const char *begin, *end; /* the region */
    /* the last place whose line was asked for, and where that begins */
    const char *asked, *asked_line;
    struct bracket open[MOST_OPEN];
    unsigned depth;
    /* the text of a %{ %}: lines that begin with # are the preprocessor's, at any depth */
    bool is_c;
    struct verdict doubt; /* the first pair that matches but does not look like it */
};

/* ---- lines --------------------------------------------------------------- */

/* The walk ends where the last one began: brackets are asked for one after the
 * other, and all of them may stand on one line. */
static const char *line_of(struct balance *balance, const char *at)
{
    const char *line = at;

    while (line > balance->begin && line[-1] != '\n' && line != balance->asked)
        line--;
    if (line == balance->asked)
        line = balance->asked_line;
    balance->asked = at;
    balance->asked_line = line;
    return line;
}

static const char *next_line(struct balance *balance, const char *line)
{
    const char *newline = memchr(line, '\n', (size_t)(balance->end - line));
    return newline == NULL ? balance->end : newline + 1;
}

static const char *skip_spaces(const char *at)
{
    return at + strspn(at, " \t");
}

static bool is_blank_line(const char *line)
{
    const char *at = line + strspn(line, " \t\r\f\v");
    return *at == '\n' || *at == '\0';
}

static size_t indent_of(const char *line)
{
    size_t column = 0;

    for (; *line == ' ' || *line == '\t'; line++)
        column = *line == '\t' ? (column / 8 + 1) * 8 : column + 1;
    return column;
}

static bool is_last_on_line(const char *at)
{
    at = skip_spaces(at + 1);
    return *at == '\n' || *at == '\r' || *at == '\0'
           || (*at == '/' && (at[1] == '/' || at[1] == '*'));
}

static struct bracket bracket_at(struct balance *balance, const char *at)
{
    const char *line = line_of(balance, at);

    return (struct bracket){ .at = at,
                             .line = line,
                             .indent = indent_of(line),
                             .first = skip_spaces(line) == at,
                             .last = is_last_on_line(at) };
}

/* The end of the text before `at`, blanks aside. */
static const char *end_before(struct balance *balance, const char *at)
{
    while (at > balance->begin && isspace((unsigned char)at[-1]))
        at--;
    return at;
}

/* ---- what is wrong ------------------------------------------------------- */

char scan_partner(char sign)
{
    switch (sign) {
    case '(': return ')';
    case '[': return ']';
    case '{': return '}';
    case ')': return '(';
    case ']': return '[';
    default: return '{';
    }
}

static struct bracket *top_of(struct balance *balance)
{
    return balance->depth == 0 ? NULL : &balance->open[balance->depth - 1];
}

/* The innermost open bracket of the closing one's kind, if `aligned` one whose
 * line is as deep; else -1. */
static int find_opening(struct balance *balance, const struct bracket *closing, bool aligned)
{
    int i = (int)balance->depth - 1;

    while (i >= 0
           && (scan_partner(*balance->open[i].at) != *closing->at
               || (aligned && balance->open[i].indent != closing->indent)))
        i--;
    return i;
}

static void doubt(struct balance *balance, enum wrong wrong, const struct bracket *opening,
                  const struct bracket *closing)
{
    if (balance->doubt.wrong == NOTHING_WRONG)
        balance->doubt = (struct verdict){ wrong, *opening, *closing };
}

/* The line before a closing bracket that is as deep as it; NULL if that closes
 * something itself, or there is none. */
static const char *heading_of(struct balance *balance, const struct bracket *closing)
{
    const char *line = closing->line;

    while (line > balance->begin) {
        line = line_of(balance, line - 1);
        if (!is_blank_line(line) && indent_of(line) <= closing->indent)
            return indent_of(line) < closing->indent || strchr(")]}", *skip_spaces(line)) != NULL
                       ? NULL
                       : line;
    }
    return NULL;
}

static struct verdict too_many(struct balance *balance, const struct bracket *closing)
{
    const struct verdict *doubt = &balance->doubt;

    if (doubt->wrong != NOTHING_WRONG)
        return *doubt;
    bool has_heading = closing->first && heading_of(balance, closing) != NULL;
    return (struct verdict){ has_heading ? NEVER_OPENED : CLOSES_NOTHING, *closing, *closing };
}

/* `(` where a block begins, or `{` where branches do. */
static bool is_implausible(struct balance *balance, const struct bracket *opening)
{
    const char *before = end_before(balance, opening->at);

    return *opening->at != '{'
           && (opening->first || (before > balance->begin && before[-1] == ')'));
}

static struct verdict judge_mismatch(struct balance *balance, const struct bracket *closing)
{
    const struct bracket *top = top_of(balance);
    int aligned = closing->first ? find_opening(balance, closing, true) : -1,
        match = find_opening(balance, closing, false);

    if (aligned >= 0)
        return (struct verdict){ NEVER_CLOSED, balance->open[aligned + 1], *closing };
    if (top->line == closing->line)
        return (struct verdict){ match < 0 ? CLOSES_NOTHING : WRONG_CLOSING, *top, *closing };
    if (match >= 0)
        return (struct verdict){ NEVER_CLOSED, balance->open[match + 1], *closing };
    if (closing->first && closing->indent == top->indent)
        return (struct verdict){ is_implausible(balance, top) ? WRONG_OPENING : WRONG_CLOSING, *top,
                                 *closing };
    return too_many(balance, closing);
}

/* Of two brackets that match: whether they look like partners. */
static struct verdict judge_match(struct balance *balance, const struct bracket *closing)
{
    const struct bracket *top = top_of(balance);
    int aligned = closing->first ? find_opening(balance, closing, true) : -1;

    if (closing->first && closing->indent != top->indent && aligned >= 0)
        return (struct verdict){ NEVER_CLOSED, balance->open[aligned + 1], *closing };
    if (closing->first && closing->indent > top->indent && heading_of(balance, closing) != NULL)
        doubt(balance, NEVER_OPENED, top, closing);
    if (!closing->first && top->last && top->line != closing->line)
        doubt(balance, CLOSES_NOTHING, top, closing);
    balance->depth--;
    return (struct verdict){ NOTHING_WRONG, *closing, *closing };
}

static struct verdict judge_closing(struct balance *balance, const struct bracket *closing)
{
    if (balance->depth == 0)
        return too_many(balance, closing);
    return scan_partner(*top_of(balance)->at) == *closing->at ? judge_match(balance, closing)
                                                              : judge_mismatch(balance, closing);
}

static struct verdict judge(struct balance *balance)
{
    const char *at = balance->begin;
    enum mark mark;

    while ((mark = scan_next_mark(balance->scan, &at, balance->end,
                                  balance->is_c ? 0 : balance->depth))
           != MARK_END) {
        struct bracket bracket = bracket_at(balance, at - 1);
        if (mark == MARK_OPENING && balance->depth == MOST_OPEN)
            /* deeper brackets are not kept, so their partners cannot be judged */
            return (struct verdict){ .wrong = NOTHING_WRONG };
        if (mark == MARK_OPENING)
            balance->open[balance->depth++] = bracket;
        else if (mark == MARK_CLOSING) {
            struct verdict verdict = judge_closing(balance, &bracket);
            if (verdict.wrong != NOTHING_WRONG)
                return verdict;
        }
    }
    if (balance->depth == 0)
        return (struct verdict){ .wrong = NOTHING_WRONG };
    return (struct verdict){ NEVER_CLOSED, *top_of(balance), *top_of(balance) };
}

/* ---- where it is --------------------------------------------------------- */

/* Whether a brace that is opened at the end of the line shows that the line
 * goes on with a block: `if (a && (b) {`. */
static bool opens_block(struct balance *balance, const struct bracket *opening)
{
    const char *end = scan_end_of_code(opening->line, next_line(balance, opening->line));

    return *opening->at != '{' && end - 1 > opening->at && end[-1] == '{';
}

static bool is_doubled(const char *at)
{
    return at[1] == *at;
}

/* Where the partner of a bracket belongs: what stands deeper than its line is
 * inside. The bracket itself if that is its line, or where nobody ends a line
 * within it: `a[`. */
static const char *place_to_close(struct balance *balance, const struct bracket *opening)
{
    const char *line = next_line(balance, opening->line), *end;

    if (is_doubled(opening->at) || opens_block(balance, opening)
        || (*opening->at == '[' && !opening->last))
        return opening->at;
    while (line < balance->end && (is_blank_line(line) || indent_of(line) > opening->indent))
        line = next_line(balance, line);
    end = scan_end_of_code(opening->at, line);
    return line_of(balance, end) == opening->line ? opening->at : end - 1;
}

static struct span one_byte(struct balance *balance, const char *at)
{
    return scan_span(balance->scan, at, at + 1);
}

static void report_never_closed(struct balance *balance, const struct bracket *opening)
{
    struct diags *diags = balance->scan->diags;
    const char *place = place_to_close(balance, opening);

    if (place == opening->at) {
        struct diag *diag = diag_report(diags, D_NEVER_CLOSED, one_byte(balance, place), *place);
        if (balance->end < balance->scan->limit && !balance->is_c)
            diag_note(diags, diag, one_byte(balance, balance->end), "the next item begins here");
    } else
        diag_note(diags,
                  diag_report(diags, D_EXPECTED_BRACKET, one_byte(balance, place),
                              scan_partner(*opening->at)),
                  one_byte(balance, opening->at), "to close this '%c'", *opening->at);
}

static void report_never_opened(struct balance *balance, const struct bracket *closing)
{
    const char *heading = heading_of(balance, closing);
    const char *end = scan_end_of_code(heading, next_line(balance, heading));
    struct diags *diags = balance->scan->diags;

    diag_note(diags,
              diag_report(diags, D_EXPECTED_BRACKET, one_byte(balance, end - 1),
                          scan_partner(*closing->at)),
              one_byte(balance, closing->at), "this '%c' closes nothing else", *closing->at);
}

static void report(struct balance *balance, const struct verdict *verdict)
{
    const struct bracket *opening = &verdict->opening, *closing = &verdict->closing;
    struct diags *diags = balance->scan->diags;

    switch (verdict->wrong) {
    case NOTHING_WRONG: break;
    case NEVER_CLOSED: report_never_closed(balance, opening); break;
    case NEVER_OPENED: report_never_opened(balance, closing); break;
    case CLOSES_NOTHING:
        diag_report(diags, D_UNMATCHED, one_byte(balance, closing->at), *closing->at);
        break;
    case WRONG_CLOSING:
        diag_note(diags,
                  diag_report(diags, D_MISMATCH, one_byte(balance, closing->at),
                              scan_partner(*opening->at), *closing->at),
                  one_byte(balance, opening->at), "to close this '%c'", *opening->at);
        break;
    case WRONG_OPENING:
        diag_note(diags,
                  diag_report(diags, D_MISMATCH, one_byte(balance, opening->at),
                              scan_partner(*closing->at), *opening->at),
                  one_byte(balance, closing->at), "closed by this '%c'", *closing->at);
        break;
    }
}

/* ---- regions ------------------------------------------------------------- */

static void set_region(struct balance *balance, const char *begin, const char *end)
{
    balance->begin = begin;
    balance->end = end;
    balance->depth = 0;
    balance->doubt.wrong = NOTHING_WRONG;
}

static void add_unbalanced(struct balance *balance)
{
    struct unbalanced *region = arena_new(balance->scan->arena, struct unbalanced);

    region->begin = balance->begin;
    region->end = balance->end;
    *balance->scan->last_unbalanced = region;
    balance->scan->last_unbalanced = &region->next;
}

/* Where the region that begins at `begin` ends: at a line that begins an item
 * for sure. Says whether its brackets match, and whether that cannot be judged:
 * a quote is missing, or they are too many. */
static const char *end_of_region(struct scanner *scan, const char *begin, bool *matches,
                                 bool *broken)
{
    const char *at = begin;
    char open[MOST_OPEN];
    unsigned depth = 0;
    enum mark mark;

    *matches = true;
    *broken = false;
    while ((mark = scan_next_mark(scan, &at, scan->limit, depth)) != MARK_END) {
        if (mark == MARK_LINE && at > begin && scan_starts_item(at))
            break;
        *broken = *broken || mark == MARK_BROKEN || depth == MOST_OPEN; /* the lexer says so */
        if (mark == MARK_OPENING && depth < MOST_OPEN)
            open[depth++] = at[-1];
        else if (mark == MARK_CLOSING && depth > 0 && scan_partner(open[depth - 1]) == at[-1])
            depth--;
        else if (mark == MARK_CLOSING)
            *matches = false;
    }
    *matches = *matches && depth == 0;
    return mark == MARK_END ? scan->limit : at;
}

void scan_balance_file(struct scanner *scan)
{
    struct balance *balance = NULL;

    for (const char *begin = scan->cursor, *end; begin < scan->limit; begin = end) {
        bool matches, broken;
        end = end_of_region(scan, begin, &matches, &broken);
        if (matches)
            continue;
        if (balance == NULL)
            balance = arena_new(scan->arena, struct balance);
        balance->scan = scan;
        set_region(balance, begin, end);
        struct verdict verdict = judge(balance);
        if (!broken)
            report(balance, &verdict);
        add_unbalanced(balance);
    }
}

enum { MOST_MACROS = 64 };

/* How many more brackets are opened than closed, those in strings and comments included. */
static int count_brackets(const char *begin, const char *end)
{
    int count = 0;

    for (const char *at = begin; at < end; at++)
        switch (*at) {
        case '(':
        case '[':
        case '{': count++; break;
        case ')':
        case ']':
        case '}': count--; break;
        default: break;
        }
    return count;
}

/* Whether the macro defined at `name` has brackets without partners and is used
 * after its line. `looked_for` counts such macros. The text is searched for
 * each of them, so beyond MOST_MACROS it is not judged. */
static bool brings_brackets(const char *name, const char *end, int *looked_for)
{
    const char *newline = memchr(name, '\n', (size_t)(end - name)),
               *line_end = newline == NULL ? end : newline;
    struct ctoken macro = ctext_next_solid(&name), token;

    if (macro.kind != CTOKEN_NAME || count_brackets(name, line_end) == 0)
        return false;
    if (++*looked_for > MOST_MACROS)
        return true;
    for (const char *at = line_end;
         at < end && (token = ctext_next_solid(&at)).kind != CTOKEN_END && token.text < end;)
        if (token.length == macro.length && memcmp(token.text, macro.text, macro.length) == 0)
            return true;
    return false;
}

/* `STRING(})`: the argument of a macro. Nothing of C has brackets and nothing
 * else in parentheses, and they not matching. */
static bool has_bracket_argument(const char *begin, const char *end)
{
    for (const char *at = begin, *open, *last; (open = memchr(at, '(', (size_t)(end - at))) != NULL;
         at = open + 1) {
        last = open + 1 + strspn(open + 1, "{}[] \t");
        if (open > begin && (isalnum((unsigned char)open[-1]) || open[-1] == '_') && *last == ')'
            && count_brackets(open + 1, last) != 0)
            return true;
    }
    return false;
}

/* Brackets match only for the preprocessor: some are chosen by conditionals,
 * stand in a macro, or come from a header that is included between others. */
static bool needs_preprocessor(const char *begin, const char *end)
{
    int depth = 0, looked_for = 0;

    for (const char *at = begin, *hash; (hash = memchr(at, '#', (size_t)(end - at))) != NULL;
         at = hash + 1) {
        const char *word = skip_spaces(hash + 1);
        depth += count_brackets(at, hash);
        if (strncmp(word, "if", 2) == 0 || (strncmp(word, "include", 7) == 0 && depth != 0)
            || (strncmp(word, "define", 6) == 0 && brings_brackets(word + 6, end, &looked_for)))
            return true;
    }
    return false;
}

bool scan_balance_prologue(struct scanner *scan, const char *begin, const char *end)
{
    struct balance *balance;

    if (needs_preprocessor(begin, end) || has_bracket_argument(begin, end))
        return true;
    balance = arena_new(scan->arena, struct balance);
    balance->scan = scan;
    balance->is_c = true;
    set_region(balance, begin, end);
    struct verdict verdict = judge(balance);
    report(balance, &verdict);
    return verdict.wrong == NOTHING_WRONG;
}

void scan_balance_insist(struct scanner *scan)
{
    for (const struct unbalanced *region = scan->unbalanced; region != NULL;
         region = region->next) {
        struct balance *balance = arena_new(scan->arena, struct balance);
        balance->scan = scan;
        set_region(balance, region->begin, region->end);
        struct verdict verdict = judge(balance);
        report(balance, &verdict);
    }
}

bool scan_is_unbalanced(const struct scanner *scan, pos at)
{
    for (const struct unbalanced *region = scan->unbalanced; region != NULL; region = region->next)
        if (at >= scan_pos(scan, region->begin) && at <= scan_pos(scan, region->end))
            return true;
    return false;
}

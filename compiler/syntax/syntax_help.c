/* syntax_help.c - helps for syntax errors: the form that was probably meant.
 *
 * A help is a change that makes the program right, or the right form as an
 * example. If none fits, the message stands alone. The last tokens decide;
 * last[0] is the one that was found. */
#include <ctype.h>
#include <string.h>

#include "base/nearest.h"
#include "ctext/reserved.h"
#include "syntax/scan.h"
#include "syntax/syntax_error.h"

/* ---- what a message shows of the text ------------------------------------ */

enum { LONGEST_SHOWN = 30 };

const char *syntax_source(const struct scanner *scan, struct span span)
{
    return scan_at(scan, span.begin);
}

/* A token as it stands in the file, cut at a line's end and when long. */
const char *syntax_shown(struct scanner *scan, const struct token *token)
{
    const char *text = syntax_source(scan, token->span);
    size_t length = token->span.end - token->span.begin, end = 0;

    if (token->kind == T_YYEOF)
        return "the end of the file";
    if (length == 0)
        return token->kind < T_NAME ? "this" : token_info(token->kind)->shown;
    while (end < length && end < LONGEST_SHOWN && text[end] != '\n' && text[end] != '\r')
        end++;
    return arena_format(scan->arena, "'%.*s%s'", (int)end, text, end < length ? "..." : "");
}

enum { SHORTEST_MISSPELT = 3 };

static const char only_between_chains[] = "`%` is only allowed between chains";
static const char one_declaration[] =
    "variables must be at the head of a block, before its first step: `var int n = 0;`";
static const char retry_order[] =
    "the order is `retry 3 backoff 10ms to 1s jitter 10% on A, B if (condition): step`, or with `pause 10ms` instead of `backoff`";
static const char no_then[] = "steps must be joined with `then`";

static bool is_duration_word(int token)
{
    return token == T_DELAY || token == T_TIMEOUT || token == T_BACKOFF || token == T_TO
           || token == T_PAUSE || token == T_STAGGER;
}

static bool is_group(int token)
{
    return token == T_ALL || token == T_SETTLE || token == T_ANY || token == T_RACE;
}

static const char *text_of(struct scanner *scan, const struct token *token)
{
    return arena_copy(scan->arena, syntax_source(scan, token->span),
                      token->span.end - token->span.begin);
}

static const char *text_after(const struct scanner *scan, const struct token *token)
{
    return scan_look_past_blanks(scan_at(scan, token->span.end));
}

/* ---- words that are nearly those of the language ------------------------- */

/* The keyword that differs from a name by one letter: one of those expected or,
 * without any, one of pipelines. */
static const char *nearest_keyword(struct scanner *scan, const struct token *token,
                                   const struct expected *expected)
{
    struct nearest nearest = { .wanted = text_of(scan, token) };

    if (token->kind != T_NAME || strlen(nearest.wanted) < SHORTEST_MISSPELT
        || reserved_is(nearest.wanted, RESERVED_C, NULL))
        return NULL;
    for (int other = T_NAME; other < T_NAME + TOKEN_COUNT; other++)
        if (token_is_word(other)
            && (expected != NULL ? expects(expected, other) : other >= T_VAR && other <= T_REJECT))
            nearest_offer(&nearest, token_word(scan->arena, other));
    return nearest.best != NULL && nearest.distance == 1 ? nearest.best : NULL;
}

/* `thne` and the like are followed by a step, `timout` by what belongs to it: a
 * name before arguments is a call. */
static const char *help_with_found(struct scanner *scan, const struct expected *expected)
{
    const struct token *found = &scan->last[0];
    const char *word = nearest_keyword(scan, found, expected);

    if (word != NULL)
        return arena_format(scan->arena, "did you mean `%s`?", word);
    if (found->kind != T_NAME || !expected->group[GROUP_CLAUSE])
        return NULL;
    word = nearest_keyword(scan, found, NULL);
    if (word != NULL && strcmp(word, "else") == 0)
        return "did you mean `else`? It must follow a `then` or an `if`: `then step else step`";
    if (word == NULL || *text_after(scan, found) == '(')
        return NULL;
    return strcmp(word, "var") == 0 ? one_declaration
                                    : arena_format(scan->arena, "did you mean `then %s`?", word);
}

/* The name that was found, or that what was found follows: `delay 1ms thn`,
 * `dely 1ms`, `wile (n) {`. */
static const char *help_with_misspelt(struct scanner *scan, const struct expected *expected)
{
    const struct token *before = &scan->last[1];
    const char *help = help_with_found(scan, expected), *word;

    if (before->kind == T_ARGS)
        before++;
    if (help != NULL || scan->depth == 0)
        return help;
    word = nearest_keyword(scan, before, NULL);
    return word == NULL ? NULL : arena_format(scan->arena, "did you mean `%s`?", word);
}

/* ---- words of other languages -------------------------------------------- */

static const struct {
    const char *words[10];
    const char *help; /* a % stands for the word */
} foreign[] = {
    { { "await", "yield", "co_await" },
      "remove `%`: the next step starts when this one has its value" },
    { { "throw", "raise", "rethrow" },
      "write `reject(CODE)`; a bare `reject` in a handler passes the rejection on" },
    { { "try" }, "remove `try`: a handler may follow any step, `{ steps } catch step`" },
    { { "elif", "elsif", "elseif" }, "write `else if (condition) { steps }`" },
    { { "unless" }, "write `if (!(condition)) { steps }`" },
    { { "until" }, "write `while (!(condition)) { steps }`" },
    { { "repeat", "forever" }, "loops are `while (condition) { steps }` and `loop { steps }`" },
    { { "for", "foreach" },
      "loops are `while (condition) { steps }`, `loop { steps }` and `each (i in 0 .. n) limit 1 { steps }`" },
    { { "switch", "case", "default" },
      "write `if (condition) { steps } else if (condition) { steps } else { steps }`" },
    { { "goto" },
      "loops are `while (condition) { steps }` and `loop { steps }`, with `break` and `continue`" },
    { { "let", "auto" }, one_declaration },
    { { "defer" }, "write `step finally step`" },
    { { "sleep" }, "write `delay 100ms`" },
    { { "times" }, "remove `times`: `retry 3 step`" },
    { { "typedef", "extern" }, only_between_chains },
};

static const char *with_word(struct scanner *scan, const char *help, const char *word)
{
    const char *mark = strchr(help, '%');

    return mark == NULL
               ? help
               : arena_format(scan->arena, "%.*s%s%s", (int)(mark - help), help, word, mark + 1);
}

static const char *help_of(struct scanner *scan, const struct token *token)
{
    const char *word = token->kind == T_NAME || token->kind == T_CWORD ? text_of(scan, token) : "";

    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        for (size_t k = 0;
             k < sizeof foreign[i].words / sizeof *foreign[i].words && foreign[i].words[k] != NULL;
             k++)
            if (strcmp(word, foreign[i].words[k]) == 0)
                return with_word(scan, foreign[i].help, word);
    if (token_group(token_of_word(word, word + strlen(word))) == GROUP_ITEM)
        return with_word(scan, only_between_chains, word);
    return NULL;
}

/* What no call is followed by: a name, a number, a block; a block after parentheses. */
static bool is_no_call(const struct scanner *scan, const struct token *name)
{
    const char *next = text_after(scan, name);

    if (*next == '(') {
        next++;
        ctext_skip_bracket(&next);
        return *scan_look_past_blanks(next) == '{';
    }
    return *next == '{' || *next == '"' || isdigit((unsigned char)*next)
           || (scan_word_starts(*next) && !scan_word_is_reserved(next, scan_word_end(next)));
}

static const char *help_with_foreign(struct scanner *scan)
{
    const struct token *found = &scan->last[0], *before = &scan->last[1];

    if (found->kind == T_CWORD && nearest_keyword(scan, before, NULL) == NULL)
        return help_of(scan, found) != NULL ? help_of(scan, found) : one_declaration;
    if (found->kind == T_NAME && is_no_call(scan, found) && help_of(scan, found) != NULL)
        return help_of(scan, found);
    if (before->kind == T_ARGS)
        before++;
    return token_group(found->kind) == GROUP_CLAUSE ? NULL : help_of(scan, before);
}

/* ---- items --------------------------------------------------------------- */

static const char *help_with_item(struct scanner *scan, const struct token *found)
{
    static const char *const c_words[] = { "struct", "union", "enum", "typedef" };
    /* `%` is a token of its own */
    const char *text = syntax_source(scan, found->span), *end = scan_word_end(text + 1);
    struct nearest nearest = { .wanted = arena_copy(scan->arena, text, (size_t)(end - text)) };

    if (strncmp(text, "int main", 8) == 0)
        return "a program is `chain int main(void) { steps }`, or written in a C file of its own";
    for (int token = T_REQUIRE; token <= T_CHAIN; token++)
        if (token_group(token) == GROUP_ITEM)
            nearest_offer(&nearest, token_word(scan->arena, token));
    for (size_t i = 0; i < sizeof c_words / sizeof *c_words; i++)
        nearest_offer(&nearest, c_words[i]);
    if (nearest.best)
        return arena_format(scan->arena, "did you mean `%s`?", nearest.best);
    return "C must be between `%{` and `%}`";
}

/* After the parameters, or among the clauses, of a prototype. */
static const char *help_with_prototype(struct scanner *scan, const struct expected *expected)
{
    const struct token *found = &scan->last[0], *before = &scan->last[1];
    bool chain = expects(expected, T_LBRACE);

    if (!expects(expected, T_FAILS))
        return NULL;
    if (found->kind == T_NAME && before->kind == T_NAME && expects(expected, T_COMMA))
        return arena_format(scan->arena, "codes must be separated by `,`: `%s, %s`",
                            text_of(scan, before), text_of(scan, found));
    if (found->kind == T_LBRACE && scan->last[3].kind == T_CTYPE
        && strncmp(scan->last[3].value.c->text, "chain", 5) == 0)
        return "a chain is declared by `chain` alone: remove the word before it";
    if (found->kind == T_LBRACE && !chain)
        return "only a chain has steps: `chain TYPE NAME(...) { steps }`; others are written in C";
    return (found->kind == T_NAME || found->kind == T_CEXPR) && chain && before->kind == T_ARGS
               ? "the steps of a chain must be in braces: `{ steps }`"
               : NULL;
}

static const char *help_between_items(struct scanner *scan, const struct expected *expected)
{
    const struct token *found = &scan->last[0];

    if (found->kind == T_CEXPR && scan->last[1].kind == T_RAISES)
        return arena_format(scan->arena, "write `raises %s`", found->value.c->text);
    if (help_with_prototype(scan, expected) != NULL)
        return help_with_prototype(scan, expected);
    if (scan->last[1].kind == T_IMPORT)
        return "write `import \"NAME.chain\";`";
    if (!expected->group[GROUP_ITEM] || expects(expected, T_SEMICOLON))
        return NULL;
    if (found->kind == T_SEMICOLON)
        return "remove this `;`";
    return found->kind == T_NAME || found->kind == T_OPERATOR ? help_with_item(scan, found) : NULL;
}

/* ---- durations ----------------------------------------------------------- */

static bool is_unit(const char *begin, const char *end)
{
    static const char *const units[] = { "us", "ms", "s", "m", "h", NULL };
    return scan_word_is_one_of(begin, end, units);
}

/* The unit that a word begins with or spells out, `seconds`; NULL: none. */
static const char *unit_meant(const char *word)
{
    static const struct {
        const char *begin, *unit;
    } units[] = {
        { "milli", "ms" }, { "micro", "us" }, { "min", "m" }, { "sec", "s" }, { "hour", "h" }
    };

    if (is_unit(word, scan_word_end(word)))
        return word;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strncmp(word, units[i].begin, strlen(units[i].begin)) == 0)
            return units[i].unit;
    return NULL;
}

/* `delay 5`, `delay 5 s`, `timeout ms get()`, `timeout n ms get()`. */
static const char *help_with_no_duration(struct scanner *scan)
{
    const struct token *found = &scan->last[0];
    const char *word = token_word(scan->arena, scan->last[1].kind), *text = text_of(scan, found),
               *next = text_after(scan, found);
    const char *unit = unit_meant(next) != NULL ? unit_meant(next) : "ms";

    if (found->kind == T_NUM)
        return arena_format(scan->arena,
                            "a duration must have a unit (us, ms, s, m or h): `%s %s%.*s`", word,
                            text, (int)(scan_word_end(unit) - unit), unit);
    if (found->kind == T_OPERATOR && text[0] == '.' && isdigit((unsigned char)text[1]))
        return arena_format(scan->arena, "a digit must stand before the point: `%s 0%s`", word,
                            text);
    if (found->kind == T_NAME && unit_meant(next) != NULL)
        return arena_format(scan->arena, "write `%s (%s) %.*s`", word, text,
                            (int)(scan_word_end(unit) - unit), unit);
    return arena_format(
        scan->arena,
        "a duration is a number with a unit, `%s 100ms`, or an expression with a unit, `%s (n) ms`",
        word, word);
}

/* `delay(100)`, `timeout(5s) step`: a unit is missing, or it stands inside. */
static const char *help_with_no_unit(struct scanner *scan)
{
    const char *word = token_word(scan->arena, scan->last[2].kind),
               *text = scan->last[1].value.c->text;
    size_t digits = strspn(text, "0123456789.");

    if (digits > 0 && is_unit(text + digits, text + strlen(text)))
        return arena_format(scan->arena, "write `%s %s`", word, text);
    if (digits > 0 && text[digits] == '\0')
        return arena_format(scan->arena,
                            "a duration must have a unit (us, ms, s, m or h): `%s %sms`", word,
                            text);
    return arena_format(scan->arena,
                        "a duration must have a unit (us, ms, s, m or h): `%s (%s) ms`", word,
                        text);
}

/* Before the `if (…)` of the head of a retry; a time may also be that of a timeout. */
static bool may_end_retry(int token)
{
    return token == T_NUM || token == T_NAME || token == T_DUR || token == T_UNIT
           || token == T_PERCENT;
}

/* `delay until 5s`, `delay until (t) ms`, `timeout until (t) ms step`. */
static const char *help_with_until(struct scanner *scan)
{
    const struct token *last = scan->last;
    bool is_next = last[1].kind == T_CEXPR && last[2].kind == T_UNTIL,
         is_before = last[2].kind == T_CEXPR && last[3].kind == T_UNTIL;

    if (last[1].kind == T_UNTIL)
        return "`until` must be followed by a time of the clock, in ns: `until (time)`";
    if ((is_next || is_before) && unit_meant(text_of(scan, &last[is_before])) != NULL)
        return "the time after `until` is in ns and has no unit: `until (time)`";
    return NULL;
}

static const char *help_with_duration(struct scanner *scan, const struct expected *expected)
{
    const struct token *found = &scan->last[0], *before = &scan->last[1];
    const char *until = help_with_until(scan);

    if (until != NULL)
        return until;
    if (is_duration_word(before->kind) && expects(expected, T_DUR))
        return help_with_no_duration(scan);
    if (expects(expected, T_UNIT) && is_duration_word(scan->last[2].kind))
        return help_with_no_unit(scan);
    if (found->kind == T_COLON && scan->last[2].kind == T_DELAY)
        return arena_format(scan->arena, "`delay` is a step of its own: `delay %s then step`",
                            text_of(scan, before));
    if (found->kind == T_COLON && before->kind == T_UNIT && scan->last[3].kind == T_TIMEOUT)
        return arena_format(scan->arena, "no colon follows the time: `timeout (%s) %s step`",
                            scan->last[2].value.c->text, text_of(scan, before));
    if (scan->last[2].kind != T_TIMEOUT || before->kind != T_DUR)
        return NULL;
    if (found->kind == T_COLON)
        return arena_format(scan->arena, "no colon follows the time: `timeout %s step`",
                            text_of(scan, before));
    if (found->kind == T_RBRACE || found->kind == T_SEMICOLON
        || token_group(found->kind) == GROUP_CLAUSE)
        return arena_format(scan->arena,
                            "the step that has so much time must follow: `timeout %s step`",
                            text_of(scan, before));
    return NULL;
}

/* ---- retry, each --------------------------------------------------------- */

static bool is_part_of_retry(int token)
{
    return token == T_RETRY || token == T_BACKOFF || token == T_TO || token == T_PAUSE;
}

static const char *help_with_retry(struct scanner *scan, const struct expected *expected)
{
    const struct token *found = &scan->last[0], *before = &scan->last[1];

    if (before->kind == T_RETRY || (found->kind == T_ARGS && scan->last[2].kind == T_RETRY))
        return "`retry` must be followed by the number of attempts in all, `retry 3 step`, or by a pause, `retry pause 1s step`";
    if (found->kind == T_COLON && is_part_of_retry(scan->last[2].kind))
        return arena_format(scan->arena, "without `on` no colon follows: `%s %s step`",
                            token_word(scan->arena, scan->last[2].kind), text_of(scan, before));
    if (found->kind == T_COMMA && scan->last[2].kind == T_RETRY)
        return arena_format(scan->arena, "write `retry %s step`", text_of(scan, before));
    if (found->kind == T_DUR && scan->last[2].kind == T_BACKOFF)
        return arena_format(scan->arena, "write `backoff %s to %s`", text_of(scan, before),
                            text_of(scan, found));
    if (scan->last[2].kind == T_JITTER && expects(expected, T_PERCENT))
        return arena_format(scan->arena, "write `jitter %s%%`", text_of(scan, before));
    if (before->kind == T_ON && found->kind == T_CEXPR)
        return arena_format(scan->arena, "write `on %s: step`", found->value.c->text);
    if (found->kind == T_BACKOFF || found->kind == T_JITTER || found->kind == T_ON
        || (found->kind == T_TO && before->kind != T_LPAREN))
        return retry_order;
    if (before->kind == T_NAME && expects(expected, T_COLON) && expects(expected, T_COMMA))
        return "the codes of `on` must end with `:`, as in `retry 3 on A, B: step`";
    return NULL;
}

static const char *help_with_each(struct scanner *scan, const struct expected *expected)
{
    const struct token *before = &scan->last[1];
    const char *name;

    if (before->kind == T_EACH)
        return "write `each (i in 0 .. n) limit 8 { steps }` or `each (x from step) limit 8 { steps }`";
    if (expects(expected, T_LIMIT) && before->kind == T_RPAREN)
        return "the number of items that run at the same time must follow: `each (...) limit 8 { steps }`";
    if (scan->last[0].kind == T_LIMIT)
        return "`limit` must follow the parentheses of `each`: `each (i in 0 .. n) limit 8 { steps }`";
    if (before->kind == T_LIMIT)
        return "write `limit 8`, with the number of items that run at the same time";
    if (before->kind == T_RBRACE && expects(expected, T_AS) && !expected->group[GROUP_CLAUSE])
        return "what is done with each outcome must follow: `settle each (...) limit 8 { steps } as r { steps }`";
    if (expects(expected, T_DOTS))
        return "write `0 .. n`: from 0 up to, but not including, n";
    if (!expects(expected, T_FROM))
        return NULL;
    if (scan->last[0].kind == T_NAME && scan->last[2].kind == T_LPAREN)
        if (reserved_is(text_of(scan, before), RESERVED_C, NULL))
            return arena_format(scan->arena, "remove `%s`: the type of an item is known",
                                text_of(scan, before));
    name = strcmp(text_of(scan, before), "in") == 0 || strcmp(text_of(scan, before), "from") == 0
               ? "i"
               : text_of(scan, before);
    return arena_format(scan->arena,
                        "items are numbers, `%s in 0 .. n`, or come from a step, `%s from step`",
                        name, name);
}

/* ---- brackets and blocks ------------------------------------------------- */

static const char *help_with_brackets(struct scanner *scan)
{
    int found = scan->last[0].kind, before = scan->last[1].kind, first = scan->last[2].kind;

    if (found == T_EACH && before == T_ALL)
        return "remove `all`: an `each` waits for all its items";
    if (found != T_LPAREN && is_group(before))
        return arena_format(
            scan->arena,
            "branches must be in parentheses, with commas between them: `%s (step, step)`",
            token_word(scan->arena, before));
    if (found == T_RPAREN && before == T_LPAREN && is_group(first))
        return arena_format(scan->arena, "%s needs at least one branch",
                            syntax_shown(scan, &scan->last[2]));
    if (found == T_LBRACE && first == T_CATCH && (before == T_NAME || before == T_CEXPR))
        return "the rejection is called `err` in every handler: write `catch { ... }`";
    if (before == T_IF || before == T_WHILE)
        return arena_format(scan->arena,
                            "a condition must be in parentheses: `%s (condition) { ... }`",
                            token_word(scan->arena, before));
    if (before == T_CEXPR && first == T_IF && may_end_retry(scan->last[3].kind))
        return "a block must follow the condition of a step, and `:` that of a `retry`: `retry 3 if (condition): step`";
    if (before == T_CEXPR && (first == T_IF || first == T_WHILE))
        return arena_format(scan->arena,
                            "a block must follow the condition: `%s (condition) { ... }`",
                            token_word(scan->arena, first));
    if (before == T_LOOP || (before == T_ELSE && found != T_RBRACE && first == T_RBRACE))
        return arena_format(scan->arena, "write `%s { steps }`", token_word(scan->arena, before));
    return NULL;
}

/* ---- words of the language in a wrong place ------------------------------ */

static const char *help_with_place(struct scanner *scan, const struct expected *expected)
{
    const struct token *found = &scan->last[0], *before = &scan->last[1];

    if (scan->depth == 0)
        return NULL;
    if (found->kind == T_VAR)
        return one_declaration;
    if (found->kind == T_SEMICOLON && scan->open[scan->depth - 1].codes)
        return "codes must be separated by `,`";
    if (found->kind == T_ELSE && before->kind == T_SEMICOLON)
        return "remove the `;` before the `else`";
    if (found->kind == T_ELSE && (expected->group[GROUP_CLAUSE] || before->kind == T_THEN))
        return "`else` must follow a `then` or an `if`: `then step else step`";
    if (before->kind == T_SEMICOLON
        && (found->kind == T_SEMICOLON || token_group(found->kind) == GROUP_CLAUSE))
        return found->kind == T_SEMICOLON
                   ? "remove this `;`"
                   : arena_format(scan->arena, "remove the `;` before the `%s`",
                                  text_of(scan, found));
    if (before->kind == T_THEN
        && (token_group(found->kind) == GROUP_CLAUSE || token_group(found->kind) == GROUP_TAIL))
        return found->kind == T_THEN ? "remove this `then`"
                                     : arena_format(scan->arena, "remove the `then` before `%s`",
                                                    text_of(scan, found));
    if (before->kind == T_DO)
        return "`do` must be followed by C in braces; loops are `while (condition) { }` and `loop { }`";
    if (found->kind == T_NAME && before->kind == T_REJECT)
        return arena_format(scan->arena, "a code must be in parentheses: `reject(%s)`",
                            found->value.name->name);
    if (expects(expected, T_AS) && !expected->group[GROUP_CLAUSE])
        return "a promise must have a name: `start step as NAME`";
    if (found->kind == T_START)
        return "a `start` must be a step of its own, before all prefixes: `start timeout 1s step as NAME`";
    if (before->kind == T_NAME && (scan->last[2].kind == T_AWAIT || scan->last[2].kind == T_CANCEL)
        && strchr("[.-", *syntax_source(scan, found->span)) != NULL)
        return arena_format(scan->arena,
                            "`%s` takes a name: `(C) as struct chain_handle one then %s one`",
                            text_of(scan, &scan->last[2]), text_of(scan, &scan->last[2]));
    if (before->kind == T_NAME && scan->last[2].kind == T_SPAWN)
        return arena_format(scan->arena, "arguments must follow the chain: `spawn %s(...)`",
                            text_of(scan, before));
    return NULL;
}

/* After a step or its name, where a clause could follow. */
static const char *help_with_joining(struct scanner *scan, const struct expected *expected)
{
    const struct token *found = &scan->last[0], *before = &scan->last[1];
    bool is_named =
        before->kind == T_NAME && (scan->last[2].kind == T_AS || scan->last[2].kind == T_CTYPE);

    if (!expected->group[GROUP_CLAUSE] || scan->depth == 0)
        return NULL;
    if (found->kind == T_COMMA && scan->open[scan->depth - 1].sign == '{')
        return "steps must be joined with `then`; those that run at the same time are branches: `all (step, step)`";
    if (scan->open[scan->depth - 1].sign == '(' && token_group(found->kind) == GROUP_STEP)
        return "branches must be separated by `,`, and the steps of one joined with `then`";
    if (found->kind == T_CEXPR || token_group(found->kind) == GROUP_STEP
        || (found->kind == T_ARGS && is_named))
        return no_then;
    return NULL;
}

/* After `return` stands a name, so that `await` is one there. */
static const char *help_with_returned(struct scanner *scan)
{
    const struct token *found = &scan->last[0], *before = &scan->last[1];

    if (found->kind != T_NAME || before->kind != T_NAME || scan->last[2].kind != T_RETURN
        || strcmp(before->value.name->name, "await") != 0)
        return NULL;
    return arena_format(scan->arena, "write `await %s then return %s`", text_of(scan, found),
                        text_of(scan, found));
}

const char *syntax_help(struct scanner *scan, const struct expected *expected)
{
    static const char *(*const helps[])(struct scanner *, const struct expected *) = {
        help_between_items, help_with_place, help_with_duration, help_with_retry, help_with_each
    };
    const char *help = help_with_returned(scan);

    if (help == NULL && scan->depth > 0)
        help = help_with_foreign(scan);
    if (help == NULL)
        help = help_with_misspelt(scan, expected);
    for (size_t i = 0; help == NULL && i < sizeof helps / sizeof *helps; i++)
        help = helps[i](scan, expected);
    if (help == NULL)
        help = help_with_brackets(scan);
    return help != NULL ? help : help_with_joining(scan, expected);
}

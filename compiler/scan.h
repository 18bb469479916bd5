/* scan.h - the lexer's state, and what its parts (chain.re, capture.c, words.c) know of each other.
 *
 * The lexer looks at the last tokens and at the open brackets, never at the parser, to say what a bracket holds.
 */
#ifndef SCAN_H
#define SCAN_H

#include "arena.h"
#include "ctext.h"
#include "diag.h"
#include "intern.h"
#include "source.h"
#include "token.h"

enum {
    DEEPEST = 256,              /* brackets and prefixes open at once in a pipeline; brackets open at once in C text */
    MOST_OPEN = 2 * DEEPEST + 2
};

struct open_bracket {
    char sign;          /* ( [ or { */
    bool codes;         /* the { of `codes` */
    unsigned level;     /* nesting before it */
    const char *at;
};

/* Text between two items in which brackets do not match. */
struct unbalanced {
    struct unbalanced *next;
    const char *begin, *end;
};

struct token {
    int kind;
    struct span span;
    YYSTYPE value;
};

struct scanner {
    struct arena *arena;
    struct names *names;
    struct diags *diags;
    const struct source *source;
    const char *cursor, *limit;
    struct token last[4];       /* [0] is the newest */
    struct token ahead;         /* found together with the last one: the name behind a type */
    bool has_ahead;
    bool closing;               /* a bracket was never closed: partners are made up until all are closed */
    pos quiet_until;            /* the lexer has reported what is wrong up to here: no syntax errors about that */
    struct unbalanced *unbalanced, **last_unbalanced; /* what is wrong there has been reported */
    char semicolon_in;          /* the bracket in which the last `;` stood */
    const char *refused;        /* a word that was declared and cannot be a name: its uses are not reported; NULL: there is none */
    const char *colon_at;       /* where a forgotten colon is made up */
    struct open_bracket open[MOST_OPEN];
    unsigned depth;             /* of `open` */
    unsigned c_base;            /* depth where the C being captured began */
    unsigned level;             /* nesting of pipelines: brackets and pending prefixes */
    unsigned conditionals;      /* #if … seen outside %{ %} */
    struct ast_comment *comments, **last_comment;
};

void scan_init(struct scanner *scan, struct arena *arena, struct names *names, struct diags *diags, const struct source *source);
struct token scan_token(struct scanner *scan);
int yylex(YYSTYPE *value, struct span *span, struct scanner *scan);

/* Goes behind the partner of a bracket that the parser threw away. */
void scan_skip_bracket(struct scanner *scan, unsigned depth);

/* The text of a span as C text. */
struct ast_c *scan_text(struct scanner *scan, struct span span);

/* The parameters of a prototype, from its arguments. */
struct ast_proto *scan_params(struct scanner *scan, struct ast_proto *proto, const struct ast_args *args);

/* ---- between the parts ---- */

struct token lex(struct scanner *scan);                              /* chain.re: one token */
void skip_blanks(struct scanner *scan);                              /* chain.re: white space and comments, which are kept */
const char *look_past_blanks(const char *at);                        /* chain.re: the same without a trace */
void skip_c(struct scanner *scan, unsigned base, const char *stops, struct ast_args_list *args); /* chain.re */
bool starts_item(const char *at);                                    /* chain.re: a line that begins with `chain TYPE name(` … */

enum mark { MARK_END, MARK_LINE, MARK_OPENING, MARK_CLOSING, MARK_BROKEN };
const char *end_of_code(const char *text, const char *limit); /* chain.re */
enum mark next_mark(const struct scanner *scan, const char **at, const char *limit, unsigned depth); /* chain.re */

static inline pos scan_pos(const struct scanner *scan, const char *at)
{
    return scan->source->base + (pos)(at - scan->source->text);
}

static inline const char *scan_at(const struct scanner *scan, pos at)
{
    return scan->source->text + (at - scan->source->base);
}

static inline struct span scan_span(const struct scanner *scan, const char *begin, const char *end)
{
    return (struct span){ scan_pos(scan, begin), scan_pos(scan, end) };
}

/* Messages of the parser about anything up to here would only repeat what has been said. */
static inline void be_quiet_until(struct scanner *scan, const char *at)
{
    if (scan_pos(scan, at) > scan->quiet_until)
        scan->quiet_until = scan_pos(scan, at);
}

static inline void refuse_word(struct scanner *scan, const char *begin, const char *end)
{
    scan->refused = arena_copy(scan->arena, begin, (size_t)(end - begin));
}

/* balance.c: reports brackets that do not match, and remembers where */
void balance_file(struct scanner *scan);
bool balance_prologue(struct scanner *scan, const char *begin, const char *end); /* false: it has reported something */
void balance_insist(struct scanner *scan); /* reports where something was withheld, and nobody else had anything to say */
bool is_unbalanced(const struct scanner *scan, pos at);

/* shape.c: reports C text that cannot be what its place asks for */
void check_expression(struct scanner *scan, const struct ast_c *c);
void check_statements(struct scanner *scan, const struct ast_c *c);
void check_prologue(struct scanner *scan, const char *begin, const char *end);
void check_parameter(struct scanner *scan, const struct ast_c *c);
void check_variable(struct scanner *scan, const struct ast_c *c);
void refuse_keyword(struct scanner *scan, const struct ast_c *c, struct ctoken token);
void check_type(struct scanner *scan, const struct ast_c *c);
void check_arguments(struct scanner *scan, const struct ast_args *args);

/* brackets.c: false means that there are too many and that the rest of the item was given up */
bool open_bracket(struct scanner *scan, const char *at);
bool open_level(struct scanner *scan, const char *at);
enum closed { CLOSED, CLOSED_OUTER, CLOSED_NOTHING };
enum closed close_bracket(struct scanner *scan, const char *at, unsigned base);
struct token close_token(struct scanner *scan, const char *at);
void never_closed(struct scanner *scan, const char *at);
struct token made_up_partner(struct scanner *scan);

/* capture.c: tokens that hold C */
struct token capture_token(struct scanner *scan, int kind, const char *begin);
struct token bracket_token(struct scanner *scan, const char *begin);
struct token declaration_token(struct scanner *scan, const char *begin);
struct token prologue_token(struct scanner *scan, const char *begin, const char *end);
struct token operator_token(struct scanner *scan, const char *begin);
struct token range_token(struct scanner *scan);
struct ast_c *c_text(struct scanner *scan, const char *begin, const char *end);
struct ast_c *raw_text(struct scanner *scan, const char *begin, const char *end);

/* words.c: names, numbers, and what `catch` is followed by */
bool word_starts(char c);
const char *word_end(const char *at);
bool word_is_one_of(const char *begin, const char *end, const char *const *words);
bool word_is_reserved(const char *begin, const char *end); /* the only words that are never names */
struct token new_token(struct scanner *scan, int kind, const char *begin, const char *end);
struct token name_token(struct scanner *scan, int kind, const char *begin, const char *end);
struct token number_token(struct scanner *scan, const char *begin, const char *end);
struct token catch_token(struct scanner *scan, const char *begin);

/* declare.c: where a type may begin; where a declaration between two places ends, if its `;` is missing */
bool type_token(struct scanner *scan, struct token *token);
const char *declaration_end(struct scanner *scan, const char *begin, const char *end);
bool variable_without_var(struct scanner *scan, struct token *token); /* reports it, and makes the token the `var` */
void refuse_reserved_variable(struct scanner *scan, const char *begin);

/* params.c: whether the word is the name that the text declares, and not the type's own last word */
bool is_declared(const char *text, struct ctoken name);

#endif

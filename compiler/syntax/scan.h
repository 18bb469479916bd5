/* scan.h - the lexer's state, and the functions that its parts (chain.re,
 * scan_*.c) share.
 *
 * To find out what a bracket holds, the lexer looks at the last tokens and the
 * open brackets, never at the parser. */
#ifndef SCAN_H
#define SCAN_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/intern.h"
#include "base/source.h"
#include "ctext/ctext.h"
#include "syntax/token.h"

enum {
    /* brackets and prefixes open at once in a pipeline; brackets open at once in C text */
    DEEPEST = 256,
    MOST_OPEN = 2 * DEEPEST + 2
};

struct open_bracket {
    char sign;      /* ( [ or { */
    bool codes;     /* the { of `codes` */
    unsigned level; /* nesting before it */
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
    const char *text; /* of the source, without digraphs */
    const char *cursor, *limit;
    struct token last[4]; /* [0] is the newest */
    struct token ahead;   /* found together with the last one: the name after a type */
    bool has_ahead;
    /* a bracket was never closed: partners are made up until all are closed */
    bool closing;
    /* the lexer has reported what is wrong up to here: no syntax errors about that */
    pos quiet_until;
    struct unbalanced *unbalanced, **last_unbalanced; /* what is wrong there has been reported */
    char semicolon_in;                                /* the bracket in which the last `;` stood */
    /* a word that was declared and cannot be a name: its uses are not reported;
     * NULL: there is none */
    const char *refused;
    const char *colon_at; /* where a forgotten colon is made up */
    struct open_bracket open[MOST_OPEN];
    unsigned depth;        /* of `open` */
    unsigned c_base;       /* depth where the C being captured began */
    unsigned level;        /* nesting of pipelines: brackets and pending prefixes */
    unsigned conditionals; /* #if … seen outside %{ %} */
    struct ast_comment *comments, **last_comment;
    struct ast_name *qualifiers; /* of the imports so far, the latest first */
};

void scan_init(struct scanner *scan, struct arena *arena, struct names *names, struct diags *diags,
               const struct source *source);
struct token scan_token(struct scanner *scan);
int yylex(YYSTYPE *value, struct span *span, struct scanner *scan);

/* Goes after the partner of a bracket that the parser threw away. */
void scan_skip_bracket(struct scanner *scan, unsigned depth);

/* The text of a span as C text. */
struct ast_c *scan_text(struct scanner *scan, struct span span);

/* The parameters of a prototype, from its arguments. */
struct ast_proto *scan_params(struct scanner *scan, struct ast_proto *proto,
                              const struct ast_args *args);

/* ---- between the files: each calls those before it, and the lexer -------- */

/* chain.re, the lexer: one token; white space and comments, which are kept; C
 * up to where it ends. */
struct token scan_lex(struct scanner *scan);
void scan_skip_blanks(struct scanner *scan);
void scan_skip_c(struct scanner *scan, unsigned base, const char *stops,
                 struct ast_args_list *args);

static inline pos scan_pos(const struct scanner *scan, const char *at)
{
    return scan->source->base + (pos)(at - scan->text);
}

static inline const char *scan_at(const struct scanner *scan, pos at)
{
    return scan->text + (at - scan->source->base);
}

static inline struct span scan_span(const struct scanner *scan, const char *begin, const char *end)
{
    return (struct span){ scan_pos(scan, begin), scan_pos(scan, end) };
}

/* Messages of the parser about anything up to here would only repeat what has been said. */
static inline void scan_be_quiet_until(struct scanner *scan, const char *at)
{
    if (scan_pos(scan, at) > scan->quiet_until)
        scan->quiet_until = scan_pos(scan, at);
}

static inline void scan_note_refused(struct scanner *scan, const char *begin, const char *end)
{
    scan->refused = arena_copy(scan->arena, begin, (size_t)(end - begin));
}

/* marks.re: looks ahead */
enum mark { MARK_END, MARK_LINE, MARK_OPENING, MARK_CLOSING, MARK_BROKEN };
const char *scan_look_past_blanks(const char *at);
bool scan_starts_item(const char *at); /* a line that begins with `chain TYPE name(` … */
const char *scan_end_of_line(const struct scanner *scan, const char *at);
const char *scan_end_of_prologue(const struct scanner *scan, const char *at);
const char *scan_open_comment(const char *text, const char *limit);
const char *scan_end_of_code(const char *text, const char *limit);
enum mark scan_next_mark(const struct scanner *scan, const char **at, const char *limit,
                         unsigned depth);

/* scan_balance.c: reports brackets that do not match, and remembers where */
void scan_balance_file(struct scanner *scan);
/* false: it has reported something */
bool scan_balance_prologue(struct scanner *scan, const char *begin, const char *end);
/* reports where something was withheld, and nobody else had anything to say */
void scan_balance_insist(struct scanner *scan);
bool scan_is_unbalanced(const struct scanner *scan, pos at);
char scan_partner(char sign); /* the bracket that belongs to this one */

/* scan_text.c */
struct ast_c *scan_c_text(struct scanner *scan, const char *begin, const char *end);
struct ast_c *scan_raw_text(struct scanner *scan, const char *begin, const char *end);

/* scan_words.c */
bool scan_word_starts(char c);
const char *scan_word_end(const char *at);
bool scan_word_is_one_of(const char *begin, const char *end, const char *const *words);

/* Whether a word begins a statement of C, so that it is no type and no name; a step. */
bool scan_word_begins_statement(const char *begin, const char *end);
bool scan_word_begins_step(const char *begin, const char *end);

/* The only words that are never names; NULL ends the list. */
extern const char *const scan_reserved_words[];
bool scan_word_is_reserved(const char *begin, const char *end);
struct token scan_new_token(struct scanner *scan, int kind, const char *begin, const char *end);
struct token scan_name_token(struct scanner *scan, int kind, const char *begin, const char *end);
/* Whether an import so far is called so. */
bool scan_is_qualifier(const struct scanner *scan, const char *begin, const char *end);
/* NAME, or QUALIFIER.NAME where that can be. */
struct token scan_qualified_token(struct scanner *scan, const char *begin, const char *end);
/* Where such a name ends. */
const char *scan_name_end(const struct scanner *scan, const char *at);
struct token scan_number_token(struct scanner *scan, const char *begin, const char *end);
void scan_make_unit(const struct scanner *scan, struct token *token); /* if it is the name of one */
bool scan_is_unit(const char *begin, const char *end);

/* scan_brackets.c: false means that there are too many and that the rest of the
 * item was given up */
bool scan_open_bracket(struct scanner *scan, const char *at);
bool scan_open_level(struct scanner *scan, const char *at);
enum closed { CLOSED, CLOSED_OUTER, CLOSED_NOTHING };
enum closed scan_close_bracket(struct scanner *scan, const char *at, unsigned base);
struct token scan_close_token(struct scanner *scan, const char *at);
void scan_never_closed(struct scanner *scan, const char *at);
struct token scan_made_up_partner(struct scanner *scan);

/* scan_shape.c: reports C text that cannot be what its place asks for */
void scan_check_expression(struct scanner *scan, const struct ast_c *c);
void scan_check_statements(struct scanner *scan, const struct ast_c *c);
void scan_check_prologue(struct scanner *scan, const char *begin, const char *end);
void scan_check_parameter(struct scanner *scan, const struct ast_c *c);
void scan_check_variable(struct scanner *scan, const struct ast_c *c);
void scan_check_type(struct scanner *scan, const struct ast_c *c);
void scan_check_arguments(struct scanner *scan, const struct ast_args *args);
void scan_refuse_keyword(struct scanner *scan, const struct ast_c *c, struct ctoken token);

/* scan_params.c: whether the word is the name that the text declares, and not
 * the type's own last word */
bool scan_is_declared(const char *text, struct ctoken name);

/* scan_declare.c: where a type may begin; the name of a code or resource */
bool scan_type_token(struct scanner *scan, struct token *token);
void scan_refuse_word(struct scanner *scan, const struct token *token, const char *what);

/* scan_variable.c: where a declaration between two places ends, if its `;` is
 * missing */
const char *scan_declaration_end(struct scanner *scan, const char *begin, const char *end);
/* reports it, and makes the token the `var` */
bool scan_variable_without_var(struct scanner *scan, struct token *token);
void scan_refuse_reserved_variable(struct scanner *scan, const char *begin);

/* scan_c.c: tokens that hold C */
struct token scan_bracket_token(struct scanner *scan, const char *begin);
struct token scan_declaration_token(struct scanner *scan, const char *begin);
struct token scan_prologue_token(struct scanner *scan, const char *begin, const char *end);
struct token scan_operator_token(struct scanner *scan, const char *begin);
struct token scan_range_token(struct scanner *scan);

/* scan_token.c */
struct token scan_catch_token(struct scanner *scan, const char *begin);
struct token scan_if_token(struct scanner *scan, const char *begin);
struct token scan_pause_token(struct scanner *scan, const char *begin);
struct token scan_text_token(struct scanner *scan, const char *begin);
struct token scan_says_token(struct scanner *scan, const char *begin);
struct token scan_because_token(struct scanner *scan, const char *begin);
struct token scan_promise_token(struct scanner *scan, int kind, const char *begin);

#endif

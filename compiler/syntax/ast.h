/* ast.h - the syntax tree of a .chain file, as written.
 *
 * The parser makes it, resolve and check fill in the members marked [resolve]
 * and [check]. Nodes live in the file's arena, names are interned. Lists are
 * singly linked in source order. */
#ifndef CHAINC_AST_H
#define CHAINC_AST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/source.h"

struct names;
struct writer;
struct symbol;

/* A comment, kept for the formatter. It hangs at the node it stands before
 * (`comments` of items, steps, clauses, vars, blocks' end), or after it on the
 * same line. */
struct ast_comment {
    struct ast_comment *next;
    struct ast_comment *later; /* the next one of the file */
    struct span span;
    /* stands before a member of a list that is so deep, from 1; 0: elsewhere */
    unsigned depth;
    bool trailing;    /* on the same line as what precedes it */
    bool to_line_end; /* // and not a block */
};

/* C text that is copied, never parsed: without its brackets and without blanks at both ends. */
struct ast_c {
    struct span span;
    const char *text; /* NUL-terminated copy */
};

/* Where some bytes of the text are written. */
static inline struct span ast_c_span(const struct ast_c *c, const char *text, size_t length)
{
    pos begin = c->span.begin + (pos)(text - c->text);
    return (struct span){ begin, begin + (pos)length };
}

/* As it is written: "fetch", or with the qualifier of an import "net.fetch". */
struct ast_name {
    struct ast_name *next;
    struct span span;
    const char *name;
    const char *c_name; /* [resolve] of a code that is mentioned: what C calls it */
};

struct ast_number {
    struct span span;
    const char *text; /* digits, a macro's name, or C text in brackets */
    bool in_brackets;
};

enum ast_unit { AST_US, AST_MS, AST_S, AST_M, AST_H };

/* 250us, (expression) ms, or until (expression) */
struct ast_duration {
    struct span span;
    struct ast_c *count; /* NULL for a literal */
    int64_t ns;          /* of a literal */
    bool is_time;        /* until */
    enum ast_unit unit;
};

/* ---- pipelines ----------------------------------------------------------- */

enum ast_form_kind {
#define FORM(kind, word, flags) kind,
#include "syntax/ast_form.def"
    AST_FORM_COUNT
};

enum ast_form_flags {
    FORM_WORD = 1,     /* it begins with its word */
    FORM_BRANCHES = 2, /* all, settle, any, race */
    FORM_FORKS = 4,    /* what is inside runs beside other things */
    FORM_SOURCE = 8,   /* `inner` is written before `block` and gives it its items */
    FORM_PREFIX = 16   /* applies to `inner`, before which it stands */
};

struct ast_form_traits {
    const char *word;
    unsigned flags;
};
extern const struct ast_form_traits ast_form_traits[];

struct ast_args { /* op(…): the argument texts between the top-level commas */
    struct ast_args *next;
    struct ast_c c;
};

struct ast_call {
    const char *name;
    struct span name_span;
    bool bare; /* without brackets */
    struct ast_args *args;
    struct symbol *op; /* [resolve] */
};

struct ast_branch {
    struct ast_branch *next;
    struct span span;
    struct ast_pipeline *pipeline;
    struct ast_block *winner; /* race (p { q }, …): NULL if none */
};

struct ast_form {
    enum ast_form_kind kind;
    struct span span;
    struct ast_block *block; /* of a block, a loop, an each, an if */
    /* after a timeout, a retry, a start or a return (NULL: no value); the source of an
     * each; the else of an if, an AST_BLOCK or AST_IF (NULL: none) */
    struct ast_form *inner;
    union {
        struct ast_call call; /* AST_CALL, AST_SPAWN */
        struct {
            struct ast_c *type; /* NULL: no value */
            struct ast_c *body;
        } do_;                         /* AST_DO */
        struct ast_branch *branches;   /* FORM_BRANCHES */
        struct ast_c *expr;            /* AST_EXPR; the condition of an AST_IF or AST_WHILE */
        struct ast_duration *duration; /* AST_DELAY, AST_TIMEOUT */
        struct {
            struct ast_name *name;
            struct ast_c *low, *high; /* AST_EACH_IN */
            struct ast_number *limit;
            struct ast_duration *stagger; /* NULL if not given */
            /* AST_ALL: a plain one; AST_ANY, AST_RACE; AST_SETTLE: `block as TYPE NAME settled` */
            enum ast_form_kind manner;
            struct ast_c *as_type; /* NULL if not given */
            struct ast_name *as;
            struct ast_block *settled; /* NULL if it is none */
        } each;
        struct {
            struct ast_number *attempts;       /* NULL: without end */
            struct ast_duration *backoff, *to; /* NULL if not given */
            struct ast_duration *pause;        /* NULL if not given */
            struct ast_number *jitter;         /* percent; NULL if not given */
            struct ast_name *codes;
            struct ast_c *condition; /* if (C):; NULL if not given */
        } retry;
        struct {
            bool given; /* false: bare `reject` */
            struct ast_args *args;
            struct ast_c *says; /* NULL if not given */
            bool because;
        } reject;
        struct ast_name *awaited; /* AST_AWAIT, AST_CANCEL: a promise or a handle */
    } u;
    struct ast_comment *last_comments; /* FORM_BRANCHES: before the closing bracket */
};

/* Whether the form has one of the traits. */
bool ast_form_is(const struct ast_form *form, enum ast_form_flags flags);

/* The form after its prefixes. */
const struct ast_form *ast_form_unprefixed(const struct ast_form *form);

/* What a `settle each` does with each outcome; NULL: the form is another. */
struct ast_block *ast_settled(const struct ast_form *form);

struct ast_step {
    struct span span;
    struct ast_form *form;
    struct ast_c *as_type; /* as TYPE NAME; NULL if not given */
    struct ast_name *as;   /* NULL if not bound */
    struct ast_form *undo; /* NULL if none */
    struct ast_comment *comments;
};

enum ast_clause_kind { AST_THEN, AST_THEN_ELSE, AST_CATCH, AST_FINALLY };

struct ast_clause {
    struct ast_clause *next;
    enum ast_clause_kind kind;
    struct span span;           /* of the whole clause */
    struct span keyword;        /* then, catch, finally */
    struct ast_step *step;      /* AST_FINALLY: a step with a form only */
    struct ast_step *else_step; /* AST_THEN_ELSE */
    struct ast_name *codes;     /* AST_CATCH: NULL means any */
    struct ast_comment *comments;
};

struct ast_pipeline {
    struct span span;
    struct ast_step *first;
    struct ast_clause *clauses, *last_clause;
};

struct ast_var {
    struct ast_var *next;
    struct span span;
    struct ast_c *declaration; /* without `var` and `;` */
    struct ast_comment *comments;
};

struct ast_block {
    struct span span;
    struct ast_var *vars;
    struct ast_pipeline *pipeline; /* NULL: does nothing */
    struct ast_comment *comments;  /* before the closing brace */
};

/* ---- items --------------------------------------------------------------- */

enum ast_proto_kind {
#define PROTO(kind, word) kind,
#include "syntax/ast_proto.def"
};
extern const char *const ast_proto_words[];

struct ast_param {
    struct ast_param *next;
    struct span span;
    const char *text; /* the whole declaration as written: "const char *api" */
    const char *name; /* NULL for "..." */
    struct span name_span;
};

enum ast_opclause_kind {
#define OPCLAUSE(kind, word, of) kind,
#include "syntax/ast_proto.def"
};

struct ast_opclause_traits {
    const char *word;
    unsigned of; /* bits of enum ast_proto_kind */
};
extern const struct ast_opclause_traits ast_opclause_traits[];

struct ast_opclause {
    struct ast_opclause *next;
    enum ast_opclause_kind kind;
    struct span span;
    struct ast_c *condition; /* fails */
    struct ast_c *code;      /* fails: a name, a call, or the text between the brackets */
    bool code_in_brackets;
    struct ast_c *message, *info; /* fails: of the rejection; NULL: none */
    bool says;                    /* fails: the message is computed, says (message) */
    bool info_in_brackets;
    struct ast_name *codes;   /* raises; NULL means `nothing` */
    struct ast_c *state;      /* state: the members */
    struct ast_number *count; /* pool, budget, text; on: of threads, NULL: not said */
    struct ast_name *name;    /* on */
    struct ast_comment *comments;
};

struct ast_proto {
    enum ast_proto_kind kind;
    struct span span;          /* from `async`, `static` or `extern` to `)` */
    bool is_static, is_extern; /* extern: the header has the C prototype */
    struct ast_c *type;        /* "void" or a C type */
    struct ast_name *name;
    struct ast_param *params; /* NULL for (void) and () */
    bool variadic;
    struct ast_comment *comments; /* after its parameters, on their line */
    struct ast_opclause *clauses;
    struct ast_block *body; /* chain with a body, else NULL */
};

struct ast_code {
    struct ast_code *next;
    struct ast_name *name;
    struct ast_number *value; /* NULL: one more than the last */
    struct ast_c *text;       /* with its quotes; NULL if none */
    struct ast_comment *comments;
};

enum ast_item_kind {
    AST_CPP,
    AST_PROLOGUE,
    AST_REQUIRE,
    AST_MODULE,
    AST_CDECL,
    AST_IMPORT,
    AST_RESOURCE,
    AST_CODES,
    AST_PROTO
};

struct ast_item {
    struct ast_item *next;
    enum ast_item_kind kind;
    struct span span;
    bool is_static; /* AST_CDECL, AST_RESOURCE, AST_CODES: other files do not see it */
    union {
        /* AST_CPP (the whole directive), AST_PROLOGUE (between %{ and %}), AST_CDECL (without ;) */
        struct ast_c *c;
        struct {
            const char *text; /* without quotes */
            struct span text_span;
            /* AST_IMPORT */
            struct ast_name *as; /* its qualifier; NULL: the base name of the file */
            bool is_export;
            struct unit *unit; /* [resolve] what is imported; NULL: it cannot be */
        } string;              /* AST_REQUIRE, AST_IMPORT */
        struct ast_name *module;
        struct {
            struct ast_name *name;
            struct ast_c *type;
            struct ast_name *releases;
        } resource;
        struct ast_code *codes;
        struct ast_proto *proto;
    } u;
    struct ast_comment *comments;
    pos brace;                         /* AST_CODES: the closing one */
    struct ast_comment *last_comments; /* AST_CODES: before that */
};

struct ast_file {
    const struct source *source;
    struct ast_item *items;
    struct ast_comment *comments; /* after the last item */
};

/* The qualifier of an import without `as`: net for "dir/net.chain", which is given
 * with its quotes. */
const char *ast_import_qualifier(struct names *names, const char *string);

/* The tree as text, one node a line, indented: the golden form of the parser
 * (--dump=ast). Positions as line:column if asked. */
void ast_dump(struct writer *writer, const struct ast_file *file, const struct sources *sources,
              bool positions);

/* The tree as a .chain file in the one style, comments included; parsing that
 * again gives the same tree (--format, --dump=source). */
void ast_print(struct writer *writer, const struct ast_file *file);

#endif

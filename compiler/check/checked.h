/* checked.h - the checked tree: a chain with every name resolved and every
 * value typed.
 *
 * check makes it from the syntax tree, lower reads it.
 */
#ifndef TREE_H
#define TREE_H

#include "check/symbol.h"

enum variable_kind {
    VARIABLE_PARAMETER,
    VARIABLE_VAR,     /* var TYPE name */
    VARIABLE_BINDING, /* as name */
    VARIABLE_PROMISE, /* start … as name: the value that the promise settles with */
    VARIABLE_IT,      /* the value of a step for the next one */
    VARIABLE_ERR,     /* the rejection in a handler */
    VARIABLE_RESULT,  /* the chain's value */
    VARIABLE_KEPT,    /* [lower] the outcome that a finally interrupts */
    VARIABLE_EXIT,    /* [lower] where to go on after a finally, or after a branch that jumped */
    VARIABLE_MEMBER,  /* the value within the outcome that settle binds */
    VARIABLE_ATTEMPT, /* of a retry */
    VARIABLE_CAUSES   /* [lower] the errors of an any */
};

struct variable {
    struct variable *next; /* of the chain */
    enum variable_kind kind;
    const char *name; /* as written */
    struct ctype type;
    struct span span; /* where it is declared */
    struct scope *scope;
    unsigned index;                /* within the chain */
    bool used;                     /* mentioned in C text or passed by a bare name */
    bool address_taken;            /* mentioned after &, or not a scalar */
    const char *from;              /* for the comment in the frame: "http_get" */
    struct variable *of;           /* VARIABLE_MEMBER: the whole */
    const struct symbol *resource; /* what it owns; NULL: nothing */
    struct span moved_at;          /* the latest move; begin 0: none */
    struct owned *owned;           /* [lower] in whose care it is */
    struct promise *promise;       /* VARIABLE_PROMISE */
    /* more than one strand may mention it, whatever the code looks like */
    bool many_strands;
    bool carries; /* [lower] it has a place for what its rejection carries */
};

/* [name] The union of the blocks that a strand runs one after another directly inside a scope. */
struct scope_union {
    struct scope_union *next;
    const struct ir_strand *strand;
    const char *name;
};

/* A block's names: variables live to its end, sibling scopes share storage. */
struct scope {
    struct scope *parent, *next, *children, **last_child;
    struct span span;
    struct variable *shown;                   /* [check] the last name made visible in it */
    unsigned undo_count;                      /* [check] steps in it that can be undone */
    unsigned owned_count;                     /* [check] names in it that own something */
    struct promise *promises, **last_promise; /* [check] that belong to it */
    bool owned_outside;                 /* [lower] they are in the care of what surrounds it */
    struct ir_strand *strand;           /* [lower] the strand that runs it */
    struct field *fields, **last_field; /* [layout] of its own variables */
    unsigned field_count;
    /* [frame] whether anything is kept in it or inside */
    enum { FILL_UNKNOWN, FILL_EMPTY, FILL_FULL } fill;
    struct scope_union *unions; /* [name] */
    /* [name] of the union of sibling blocks: "line_23"; NULL: its fields stand
     * in the outer struct */
    const char *member;
    const char *path; /* [name] from the frame to its fields: "block.line_23." */
};

/* A place where a block with a promise ends, though the promise may still run. */
struct loose {
    struct loose *next;
    struct span span;
    /* where a path parts that awaits or cancels it; begin 0: no path does */
    struct span parted_at;
};

/* What a `start` begins. It belongs to the block in which the `start` is a step,
 * and ends before that (rules 133, 134, 141). */
struct promise {
    struct promise *next;      /* of its block, in the order of the text */
    struct variable *variable; /* its name: the value. Its type is void if there is none */
    struct scope *scope;       /* the block */
    struct node *start;        /* NODE_START, whose `body` is what runs */
    struct ir_strand *strand;  /* [lower] that runs it */
    struct variable *attempt;  /* [lower] of the innermost retry around it; NULL: none */
    bool is_awaited;           /* somewhere; else nobody sees how it settles */
    bool is_cancelled;         /* somewhere, by a `cancel` */
    /* its block can go on to its end, or be left by a jump of its own strand, while it may run */
    bool is_left_running;
    bool rejects;        /* [raises] it may be rejected */
    struct codes *codes; /* [raises] with which codes */
    struct loose *loose; /* [check] the ends of its block where its rejection would be lost */
};

/* C text with the names of variables found in it. */
enum piece_kind {
    PIECE_TEXT,
    PIECE_VARIABLE,
    PIECE_REJECT,     /* in do { }: reject( … */
    PIECE_REJECT_END, /* … and its closing bracket; length counts its arguments */
    PIECE_RETURN      /* in a do { } that can reject and has no value: `return` without a value */
};

struct piece {
    struct piece *next;
    enum piece_kind kind;
    pos at; /* where it is written; 0: nowhere */
    const char *text;
    size_t length;
    struct variable *variable;
};

struct text {
    struct text *next; /* in a list of arguments */
    struct span span;
    struct piece *pieces;
};

/* The value before a step, made into a variable only when somebody wants it. */
struct incoming {
    struct node *node;   /* that gives it; NULL: there is none, and why */
    struct scope *scope; /* of that step */
    const char *why_none;
    struct variable *variable; /* once it is wanted */
};

enum node_kind {
#define NODE(kind, word, value, flags) kind,
#include "check/node.def"
};

enum node_value {
    VALUE_OWN,         /* it has one itself, or none */
    VALUE_OF_BODY,     /* `body` gives it */
    VALUE_OF_SECOND,   /* `second` gives it */
    VALUE_OF_EITHER,   /* `body` or `second`; without a `second` there is none */
    VALUE_OF_BRANCHES, /* each of its branches */
    VALUE_OF_BEFORE    /* what stands before it passes through; of a catch perhaps `body` */
};

enum node_flags {
    NODE_WAITS = 1,         /* for one thing: whether that or a cancel came first is decided once */
    NODE_ENDS_WITH_BODY = 2 /* it never comes to its end if its body does not */
};

struct node_traits {
    const char *word;
    enum node_value value;
    unsigned flags;
};
extern const struct node_traits node_traits[];

/* ---- what only some kinds of nodes have ---- */

struct node_call {
    struct symbol *op;
    struct text *args;       /* in order; a bare name's `it` or `err` among them */
    struct node *next_spawn; /* NODE_SPAWN: of the chain */
};

struct node_do {
    struct text *body;
    bool rejects;
};

struct node_block {
    struct scope *scope;
    struct node_var *vars;
    struct incoming *it;      /* a branch with a winner's block: its value for that */
    struct variable *outcome; /* of a settle, a branch or item: what its `as` binds */
    struct variable *value;   /* the value in that; NULL: none */
};

struct node_clause {
    struct incoming *it;          /* NODE_THEN, NODE_THEN_ELSE: the value before it */
    const struct ast_name *codes; /* NODE_CATCH; NULL: any */
    struct variable *err;         /* of the catch or else; NULL: not mentioned */
};

struct node_each {
    struct variable *index; /* NULL: the items come from an operation, by a NODE_ITEM */
    struct text *low, *high;
    const struct ast_number *limit;
    struct node *stagger;      /* a NODE_DELAY; NULL if not given */
    enum ast_form_kind manner; /* AST_ALL: a plain one; AST_SETTLE; NODE_FIRST: AST_ANY, AST_RACE */
};

struct node_retry {
    struct variable *attempt;
    struct text *attempts;             /* NULL: without end */
    struct node *backoff, *to, *pause; /* NODE_DELAYs; NULL if not given */
    const char *jitter;
    const struct ast_name *codes;
    struct text *condition; /* NULL if not given */
    struct variable *err;   /* for condition and pause; NULL: not mentioned */
};

struct node_delay {
    struct text *count;      /* NULL: ns */
    int64_t ns, unit;        /* unit 0: count is a time of the clock in ns */
    struct incoming *passes; /* what comes in and goes on */
};

struct node_reject {
    struct text *args;
    struct variable *again;   /* bare: the error of this handler */
    struct text *says;        /* NULL if not given */
    struct variable *because; /* the error of this handler; NULL if not given */
};

struct node_await {
    struct promise *promise; /* NULL: a handle */
    struct text *handle;     /* the name of a `struct chain_handle`; NULL: a promise */
};

struct node {
    enum node_kind kind;
    struct span span;
    /* a value of the type its context asks for, `type` if it asks for none: (expression) */
    bool flexible : 1;
    bool named_differ : 1; /* the types of the names that it is on its ways */
    /* [raises] an each whose source has no end, and whatever comes to no end because of one */
    bool endless : 1;
    bool ends : 1;  /* never comes to its end: return, reject, break … */
    bool wrong : 1; /* reported already: say no more about it */
    /* [raises] NODE_BRANCHES, NODE_EACH, NODE_FIRST, NODE_TIMEOUT, NODE_AWAIT: the wait may be
     * rejected */
    bool rejects : 1;
    struct node *next; /* in a list of branches */
    /* What a clause stands after; NULL: the node is no clause. A pipeline nests
     * to the left, one level for each of its clauses, so that a pass that
     * followed this side by recursion would need a stack as long as the source.
     * It goes down to node_first() in a loop, and up again along `clause`. Only
     * what stands inside a step is a recursion: the lexer limits its depth. */
    struct node *before;
    struct node *clause; /* that stands after it in its pipeline; NULL: it is the last */
    /* What runs inside it: a list of blocks, if it has branches; the block or
     * step of a form or clause, the source of an item, what a return returns. */
    struct node *body;
    /* And after or instead of that: the winner's block of a branch; what is
     * done with an item, or with its outcome; an else. */
    struct node *second;
    struct ctype type; /* of the value; before NULL: none */
    /* of a flexible one: the type of the name that the expression is, if nothing
     * asks for one; before NULL: it is no name, or named_differ */
    struct ctype named;
    struct variable *binding;      /* as NAME */
    const struct symbol *resource; /* of a call or do: what its value is; NULL: plain C */
    /* what undoes it if the block ends by rejection or cancellation; NULL: nothing */
    struct node *undo;
    union {
        struct node_call call; /* NODE_CALL, NODE_SPAWN */
        struct node_do do_;
        struct text *expr;       /* NODE_EXPR; the condition of a NODE_IF or NODE_WHILE */
        struct node_block block; /* NODE_BLOCK, NODE_SETTLED */
        struct node_clause clause;
        enum ast_form_kind combinator; /* NODE_BRANCHES: AST_ALL … AST_RACE */
        struct node_each each;         /* NODE_EACH, NODE_FIRST; the manner also of a NODE_ITEM */
        struct node *limit;            /* NODE_TIMEOUT: a NODE_DELAY */
        struct node_retry *retry;
        struct node_delay delay;
        struct node_reject reject;
        struct promise
            *promise; /* NODE_START: `body` is a NODE_BLOCK; what undoes its value is `undo` */
        struct node_await await; /* NODE_AWAIT, NODE_CANCEL */
    } u;
};

/* The first step of the pipeline whose last clause is the node; the node, if it is no clause. */
struct node *node_first(struct node *node);

bool node_is(const struct node *node, enum node_flags flags);

/* Whether it comes to no end, by what is known of its parts. */
bool node_is_endless(const struct node *node);

struct node_var {
    struct node_var *next;
    struct variable *variable;
    struct text *initializer; /* NULL: none */
};

/* What settle binds for a value's type. */
struct settled_type {
    struct settled_type *next;
    struct ctype value, type;
};

struct checked_chain {
    struct checked_chain *next;
    struct symbol *symbol;
    struct scope *scope;
    struct variable *variables, **last_variable;
    unsigned variable_count;
    struct variable *result; /* NULL: void */
    struct node *body;
    struct settled_type *settled_types;
    /* the steps that spawn: then it has a nursery in its frame */
    struct node *spawns, **last_spawn;
    struct node *join;   /* the first; NULL: none */
    struct codes *codes; /* [raises] that can escape it */
    bool is_main;
};

/* A text that is made up, to which pieces are added at the end. */
struct text *text_new(struct arena *arena);
void text_add(struct arena *arena, struct text *text, const char *words);
void text_add_variable(struct arena *arena, struct text *text, struct variable *variable);
void text_add_text(struct arena *arena, struct text *text, const struct text *other);

/* The variable that owns something and is the whole of a text; NULL: the text is something else. */
struct variable *text_owner(const struct text *text);

/* That variable, if its type is the one that is given: so a place that wants a
 * value of this type takes it over (rule 42b); NULL: the text only mentions
 * things. */
struct variable *text_moves(const struct text *text, struct ctype type);

/* The name of the handle that a text is (NODE_AWAIT, NODE_CANCEL). */
const char *text_handle(const struct text *text);

/* A variable in a text that owns a resource of this type; NULL if there is none. */
struct variable *text_mentions(const struct text *text, struct ctype type);

void checked_dump(struct writer *writer, const struct checked_chain *chain,
                  const struct sources *sources);

#endif

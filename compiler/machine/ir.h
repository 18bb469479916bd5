/* ir.h - a chain as a state machine: blocks of instructions, each run by one
 * strand.
 *
 * lower makes it from the checked tree; simplify and c_names fill in the
 * members that are marked so; emit_c prints it as C.
 *
 * A block ends in exactly one terminator. A block that a strand can resume at
 * has a state. The outcome of the last step is in the strand's header: code 0,
 * or a rejection whose message stands in the strand's storage. */
#ifndef IR_H
#define IR_H

#include <stdbool.h>
#include <stdint.h>

#include "check/checked.h"

/* What a strand waits for, stored directly after its header; all members share that place. */
struct ir_storage {
    struct ir_storage *next;
    const struct symbol *op; /* NULL: a delay */
    /* [name] of the union: its struct, and the value that it settles with */
    const char *member, *value;
};

/* A line of execution: the chain itself, or a position for branches. Branches
 * of combinators that run one after another on the same strand share positions,
 * so that headers only ever overlay headers (rule 4). */
struct ir_strand {
    struct ir_strand *next;   /* of the chain, parents first */
    struct ir_strand *parent; /* NULL: the chain's own */
    struct ir_strand *children, *next_child;
    struct ir_strand *promises; /* positions for these: a list like `children` */
    unsigned promise_count;     /* [lower] those whose blocks have not ended */
    struct span span;           /* of the first branch that uses it */
    const char *field;          /* [name] */
    /* the innermost each whose items run it, itself included; NULL: none */
    struct ir_strand *slot;
    /* runs the items of an each: `limit` of them stand in an array */
    bool is_slot;
    const char *limit;      /* of a slot: C text, */
    struct span limit_span; /* which stands here */
    struct scope *scope;    /* of a slot: the names of one item */
    /* of a slot: of its item, in the order in which they begin; NULL: there is one slot */
    struct variable *number;
    /* [name] of a slot: the pointer to it in the resume function */
    const char *local;
    unsigned members; /* of what it waits for, 1 << MEMBER_…; ir_strand_has() asks */
    bool retries;     /* its failure has room for the attempt */
    bool carries;     /* and for what a rejection carries */
    bool is_promise;
    struct ir_block *states, *last_state; /* [name] in source order */
    /* false: only ever a single operation, without a strand of its own */
    bool is_strand;
    struct ir_storage *storage, **last_storage;
    /* called chains that have branches: each its own place */
    struct ir_storage *callees, **last_callee;
};

enum ir_kind { /* the instructions: machine/ir.def describes each */
#define INSTR(kind, dump, access, place, raises, flags, code) kind,
#include "machine/ir.def"
};

enum ir_end { /* the terminators, there, too */
#define END(kind, dump, leads, code, cancel) kind,
#include "machine/ir.def"
};

/* What an instruction does to its `variable`. */
enum ir_access { IR_UNUSED, IR_READS, IR_WRITES };

/* Where the variables must be that an instruction names. */
enum ir_place {
    IR_IN_FRAME,         /* only the frame is known, or the write may not happen */
    IR_READ_IN_FRAME,    /* the same for those that it reads */
    IR_ANYWHERE,         /* variables of the resume function will do */
    IR_ANYWHERE_IF_SURE, /* the same, if it cannot be rejected */
    IR_NOWHERE           /* no code mentions them */
};

enum ir_raises { IR_NEVER, IR_ALWAYS, IR_IF_DECLARED };

enum ir_flags {
    /* writes nothing where values and failures settle, unless it is rejected */
    IR_LEAVES_STORAGE = 1,
    IR_ENDS_REJECTION = 2, /* afterwards no rejection is under way */
    IR_STARTS_BRANCHES = 4,
    IR_QUIET = 8 /* its code belongs to the line where its strand goes on */
};

/* Which blocks follow a terminator. The next block in source order needs no
 * jump, if one may fall through to it. */
enum ir_leads {
    IR_LEADS_NOWHERE,
    IR_LEADS_ON,         /* to `to` */
    IR_LEADS_EITHER_WAY, /* to `to` or `no` */
    IR_LEADS_UNLESS,     /* to `to`, with a jump to `no` before */
    IR_LEADS_BY_CASES,   /* to `to`, with jumps to the cases before */
    IR_LEADS_WAITS,      /* the strand waits and resumes at `to` */
    IR_LEADS_BACK        /* to `to`, always by a jump, or resumes at `no` */
};

struct ir_traits {
    const char *dump;
    enum ir_access access;
    enum ir_place place;
    enum ir_raises raises;
    unsigned flags;
};
extern const struct ir_traits ir_traits[];

struct ir_end_traits {
    const char *dump;
    enum ir_leads leads;
};
extern const struct ir_end_traits ir_end_traits[];

struct ir_instr {
    struct ir_instr *next;
    enum ir_kind kind;
    struct span span;
    struct variable *variable, *from;
    bool is_branch; /* IR_ADOPT: of a branch that is one operation */
    /* IR_ADOPT, IR_SYNC, IR_DO: gets the bits of `number` if there is a value; NULL: none */
    struct variable *done;
    const struct symbol *op;
    struct text *text, *args; /* args: a list */
    const struct node *node;  /* IR_DO: the function's node; IR_BRANCH_DELAY, IR_FORK, IR_EACH,
                               * IR_STAGGER: the NODE_DELAY */
    struct ir_function *function;
    struct ir_strand *strand;
    struct ir_block *to;
    const struct ir_block *after;
    enum ast_form_kind fork_kind;
    unsigned number;
};

struct ir_case {
    struct ir_case *next;
    unsigned number;
    struct ir_block *to;
    struct variable *value; /* [lower] what a return returns; NULL: nothing */
    struct cleanup *until;  /* [lower] the finally that surrounds where the jump goes */
};

struct ir_block {
    struct ir_block *next; /* in source order */
    struct ir_strand *strand;
    const char *hint; /* what to call it: "after_http_get" */
    /* what tells it from others of this name: what the step binds; NULL: nothing */
    const char *apart;
    struct span span; /* the step it stands for; begin 0: none of its own */
    struct ir_instr *instrs, **last_instr;
    enum ir_end end;
    struct span end_span;
    struct variable *variable;
    struct ir_strand *won;
    struct symbol *op;
    struct text *text, *args;
    /* IR_DELAY: a delay, a retry that pauses, an each that staggers; IR_AWAIT_PROMISE */
    const struct node *node;
    const struct ast_name *codes;
    struct ir_case *cases;
    struct ir_block *to, *no;
    const char *call; /* [name] IR_CALL: its place among the chain's */
    /* IR_CHECK: index + 1 of the step a rejection comes from; 0: known already */
    unsigned site;
    bool is_state;               /* can be resumed at */
    struct ir_block *next_state; /* [name] of the same strand */
    bool cancel_only;            /* IR_CHECK: what it finds can only be a cancel */
    /* a state that waits for branches: it may be resumed while some are alive, to cancel them */
    bool is_join;
    bool done;                     /* [lower] has its terminator */
    const struct ir_block *waiter; /* [tidy] of a state: the block that waits there */
    unsigned index;                /* [tidy] */
    const char *state, *label;     /* [name] */
};

/* A `do { … }`: a C function of its own. */
struct ir_function {
    struct ir_function *next;
    const struct node *node;
    struct ir_strand *strand;
    const char *name; /* [name] */
    bool reached;     /* [tidy] */
};

/* A step, for origins of rejections and for tables. */
struct ir_site {
    struct ir_site *next;
    struct span span;
    const char *step;
    unsigned index;
    const char *name; /* [name] of its place in the table */
};

struct ir_chain {
    struct ir_chain *next;
    struct checked_chain *checked;
    struct symbol *symbol;
    struct ir_strand *strands, **last_strand; /* the chain's own first */
    struct ir_block *blocks, **last_block;
    struct ir_function *functions, **last_function;
    struct ir_site *sites, **last_site;
    unsigned block_count, site_count;
    unsigned state_count, call_count; /* [name] */
    bool has_branches;                /* has a struct for them: its own or a callee's */
    bool has_branch_strands;
    unsigned each_count;
    bool has_causes;     /* rejections of its own may point into its frame */
    struct frame *frame; /* [layout] */
    const char *c_name;  /* [name] the chain's name in C */
    struct {
        const char *frame, *strand, *loop, *at, *branches, *variables;
    } local;                    /* [name] the resume function's own names */
    const char *own[OWN_COUNT]; /* [name] the same, and those of the functions of its `do`s */
};

/* Calls `visit` for every variable that an instruction or a terminator reads,
 * and for the one it writes. */
typedef void ir_visit(void *context, struct variable *variable);
struct ir_variables {
    ir_visit *reads, *writes; /* either may be NULL */
    void *context;
};
void ir_instr_variables(const struct ir_instr *instr, const struct ir_variables *visit);
void ir_end_variables(const struct ir_block *block, ir_visit *reads, void *context);

/* Whether the instruction has the trait. */
bool ir_is(const struct ir_instr *instr, enum ir_flags flag);

/* Whether the outcome may be a rejection of the instruction's own afterwards. */
bool ir_may_raise(const struct ir_instr *instr);

/* Whether the strand waits at its end, and resumes at `to`. */
bool ir_waits(const struct ir_block *block);

/* Calls `visit` for the blocks a block may lead to, also those of branches it starts. */
void ir_successors(const struct ir_block *block, void (*visit)(void *context, struct ir_block *to),
                   void *context);

/* Whether the union of what the strand waits for has the member. A timeout begins with a decision. */
bool ir_strand_has(const struct ir_strand *strand, enum member member);

/* What dumps call a variable and a strand. */
void ir_dump_variable(struct writer *writer, const struct variable *variable);
const char *ir_strand_name(const struct ir_strand *strand);

void ir_dump(struct writer *writer, const struct ir_chain *chain, const struct sources *sources);

#endif

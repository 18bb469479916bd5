/* lower.h - what the parts of lower share: lower.c has pipelines, blocks and loops, lower_jump.c finally and the ways out,
 * lower_branches.c what runs at the same time, lower_each.c the items of an each, lower_retry.c the retry, lower_undo.c blocks whose steps can be undone.
 */
#ifndef LOWER_H
#define LOWER_H

#include "arena.h"
#include "ir.h"

/* What surrounds what is being lowered and has to be passed by jumps: a finally, or the end of a branch. */
struct cleanup {
    struct cleanup *outer;
    struct ir_block *entry;
    struct scope *scope;        /* where its exit is kept */
    struct ir_strand *branch;   /* of a branch; NULL: a finally */
    struct variable *exit;      /* made by the first jump */
    struct ir_case *cases;
    unsigned case_count;
};

struct loop {
    struct loop *outer;
    struct cleanup *cleanups;   /* those that surround the loop */
    struct ir_block *again, *behind;
};

/* The steps of a block that can be undone. */
struct undos {
    struct variable *done;      /* a bit for each that has given its value */
    const struct node *steps[32];
    unsigned count;
};

/* A combinator that is being lowered. */
struct fork {
    struct ir_block *joined;
    struct ir_instr *reset;     /* of the exit; made real by the first jump */
    struct cleanup jumps;
    struct {
        const struct node *node, *single;
        struct ir_strand *strand;
        struct ir_block *start; /* of a strand */
        struct variable *value; /* where a strand puts its value */
    } branches[255];
    unsigned count;
    const struct node *each;    /* NULL: branches that are written out */
    struct variable *next, *high; /* of a range: the items that have not been taken */
    struct variable *pulling;   /* of an operation: a pull is under way, or it has ended */
};

/* A slot whose items are pulled. */
struct feed {
    struct fork *fork;
    struct ir_block *done;      /* where it goes on if there are no more */
};

struct lowering {
    struct arena *arena;
    struct ir_chain *chain;
    struct ir_strand *strand;
    struct scope *scope;        /* where variables of lower's own go */
    struct ir_block *block;     /* that instructions are added to */
    struct ir_block *fail;      /* where a rejection goes */
    struct ir_block *leave;     /* where a chain that spawns ends with its value; NULL: it ends anywhere */
    struct loop *loop;
    struct variable *attempt;   /* of the innermost retry; NULL: none */
    struct undos *undos;        /* of the innermost block that has any */
    struct feed *feed;          /* of the innermost each whose item is pulled */
    struct cleanup *cleanups;
    bool dirty;                 /* user code ran since the last look at the code: it may have cancelled us */
};

/* Lowers a node: its value goes to `dest` (NULL: nowhere), a rejection to lowering->fail. */
void lower(struct lowering *lowering, const struct node *node, struct variable *dest);

struct ir_block *block_new(struct lowering *lowering, const char *hint, struct span span);
void place(struct lowering *lowering, struct ir_block *block);
void end(struct lowering *lowering, enum ir_end kind, struct ir_block *to, struct ir_block *no);
struct ir_instr *add(struct lowering *lowering, enum ir_kind kind, struct span span);
unsigned site_new(struct lowering *lowering, struct span span, const char *step);
void check_code(struct lowering *lowering, struct span span, const char *step);
void check_cancelled(struct lowering *lowering, struct span span);
struct variable *variable_for(struct lowering *lowering, enum variable_kind kind, const char *name, const char *type);
void set_exit(struct lowering *lowering, struct variable *variable, unsigned number);
void continue_jumps(struct lowering *lowering, struct cleanup *cleanup);
struct ir_strand *strand_new(struct arena *arena, struct ir_chain *chain, struct ir_strand *parent, struct span span);
struct ir_strand *strand_child(struct lowering *lowering, unsigned number, struct span span);
void use_storage(struct lowering *lowering, struct ir_strand *strand, const struct symbol *op);
void take(struct lowering *lowering, struct ir_strand *strand, const struct symbol *op, struct variable *dest, struct span span);
void copy(struct lowering *lowering, struct variable *dest, struct variable *from, struct span span);

void jump(struct lowering *lowering, struct ir_block *to, struct cleanup *until, struct variable *value);
struct ir_block *ending(struct lowering *lowering); /* a block that ends the chain with its value */
void lower_finally(struct lowering *lowering, const struct node *node, struct variable *dest);
void lower_jump(struct lowering *lowering, const struct node *node);
void lower_return(struct lowering *lowering, const struct node *node);
void lower_reject(struct lowering *lowering, const struct node *node);

bool calls_something(const struct text *text);
void lower_undoable(struct lowering *lowering, const struct node *block, struct variable *dest);
void lower_done(struct lowering *lowering, const struct node *node);

void lower_branches(struct lowering *lowering, const struct node *node, struct variable *dest);
void end_fork(struct lowering *lowering, struct fork *fork, const struct node *node);
void make_jumps(struct lowering *lowering, struct fork *fork);
void lower_items(struct lowering *lowering, struct fork *fork);
void lower_each(struct lowering *lowering, const struct node *node);
void lower_pull(struct lowering *lowering, const struct node *node);
void lower_timeout(struct lowering *lowering, const struct node *node, struct variable *dest);
void lower_spawn(struct lowering *lowering, const struct node *node);
void lower_join(struct lowering *lowering, struct span span);
void lower_close(struct lowering *lowering, struct ir_block *rejected);
void lower_retry(struct lowering *lowering, const struct node *node, struct variable *dest);

#endif

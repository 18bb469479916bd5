/* lower.h - shared by the files of lower. The functions stand in the order in
 * which they may call each other: a file calls those of files before it, and
 * lower(), which every form calls for the nodes inside it. */
#ifndef LOWER_H
#define LOWER_H

#include "base/arena.h"
#include "machine/ir.h"

/* What surrounds what is being lowered and has to be passed by jumps: a
 * finally, or the end of a branch. */
struct cleanup {
    struct cleanup *outer;
    struct ir_block *entry;
    struct scope *scope;      /* where its exit is kept */
    struct ir_strand *branch; /* of a branch; NULL: a finally */
    /* of a branch: of the strand around it, for what is returned through it */
    struct owner *owner;
    struct variable *exit; /* made by the first jump */
    struct ir_case *cases;
    unsigned case_count;
};

struct loop {
    struct loop *outer;
    struct cleanup *cleanups; /* those that surround the loop */
    struct ir_block *again, *after;
};

/* Something to do when an owner ends: an undo, or a release of what a variable owns. */
struct owned {
    struct owned *next; /* the one before it, which is done later */
    struct owner *owner;
    struct variable *variable; /* NULL: an undo */
    const struct node *undo;
    struct variable *done; /* its bit: there is something to do */
    unsigned mask;
    /* when the code last wrote it, counted as it is lowered; 0: not yet */
    unsigned written;
    /* the latest one that took it away, when it was moved; NULL: none */
    const struct ir_instr *given;
};

enum owner_kind {
    OWNER_UNDOES,   /* only a failure leads through it */
    OWNER_RELEASES, /* every way out leads through it */
    /* like OWNER_UNDOES: a value on its way out, which is the next one's if all goes well */
    OWNER_GIVES
};

struct owner {
    struct owner *outer;
    struct scope *scope;   /* whose names it owns; NULL: none */
    struct scope *storage; /* where variables of lower's own go */
    enum owner_kind kind;
    bool is_block;
    struct owned *last;
    struct variable *done; /* of the last one */
    unsigned bits;         /* used in that */
    struct variable *kept;
    struct ir_block *begin, *rejected, *fail;
    struct ir_instr *reset; /* clears the bits; made real by the first one */
    struct cleanup cleanup;
};

struct lowering;

/* A combinator that is being lowered. */
struct fork {
    struct ir_block *joined;
    struct ir_instr *reset; /* of the exit; made real by the first jump */
    struct cleanup jumps;
    struct {
        const struct node *node, *single;
        struct ir_strand *strand;
        struct ir_block *start; /* of a strand */
        struct variable *value; /* where a strand puts its value */
    } branches[255];
    unsigned count;
    bool defers; /* of the form */
    /* of what the branches of a race or any give; NULL: nothing that owns */
    struct owner *owner;
    const struct node *each; /* NULL: branches that are written out */
    /* what a branch of an each runs; NULL: it is written out */
    void (*lower_items)(struct lowering *lowering, struct fork *fork);
    struct variable *next, *high; /* of a range: the items that have not been taken */
    struct variable *pulling;     /* of an operation: a pull is under way, or it has ended */
    struct variable *pulls;       /* of an operation: how many have begun; NULL: nobody asks */
    struct variable *rejected;    /* of an `any`: how many items were */
    struct variable *stagger;     /* NULL: not given */
    struct variable *won;         /* gets the value of the item that decides; NULL: nobody asks */
    struct ir_block *left;        /* where a slot ends that finds no item */
    /* of an `any` with a source: whether that was rejected, and not the item */
    struct variable *of_source;
    struct ir_block *source_end; /* where that ends the slot; NULL: it is no such */
};

/* A slot whose items are pulled. */
struct feed {
    struct fork *fork;
    struct ir_block *done; /* where it goes on if there are no more */
};

/* A clause while what stands before it is being lowered. In the arena: a
 * pipeline has up to 10,000 of them, one around the other. */
struct clause {
    struct clause *around; /* the next one in the text */
    const struct node *node;
    struct variable *dest;
    struct ir_block *fail;  /* where a rejection of the clause goes */
    struct owner *owner;    /* of the value before it; NULL: nothing that owns */
    struct ir_block *entry; /* of an else or catch */
    struct ir_block *after;
    struct cleanup cleanup; /* of a finally */
    struct variable *kept;
};

struct lowering {
    struct arena *arena;
    struct ir_chain *chain;
    struct ir_strand *strand;
    struct scope *scope;    /* where variables of lower's own go */
    struct ir_block *block; /* that instructions are added to */
    struct ir_block *fail;  /* where a rejection goes */
    /* where a chain that spawns ends with its value; NULL: it ends anywhere */
    struct ir_block *leave;
    struct loop *loop;
    struct variable *attempt; /* of the innermost retry; NULL: none */
    struct feed *feed;        /* of the innermost each whose item is pulled */
    struct owner *owner;      /* the innermost */
    /* the outermost of this strand, for what is returned; NULL: nothing that owns is */
    struct owner *strand_owner;
    unsigned writes; /* to variables that own something */
    struct cleanup *cleanups;
    /* the form that is going to be lowered: it has an undo, and its value counts (rule 42a) */
    bool defers;
    /* user code ran since the last look at the code: it may have cancelled us */
    bool dirty;
};

/* lower.c: lowers a node. Its value goes to `dest` (NULL: nowhere), a rejection
 * to lowering->fail. */
void lower(struct lowering *lowering, const struct node *node, struct variable *dest);

/* lower_build.c */
struct ir_block *lower_new_block(struct lowering *lowering, const char *hint, struct span span);
/* One that stands for no step of its own. */
struct ir_block *lower_inner_block(struct lowering *lowering, const char *hint);
const char *lower_step_word(const struct node *pipeline);
void lower_place(struct lowering *lowering, struct ir_block *block);
void lower_terminate(struct lowering *lowering, enum ir_end kind, struct ir_block *to,
                     struct ir_block *no);
struct ir_instr *lower_add(struct lowering *lowering, enum ir_kind kind, struct span span);
unsigned lower_new_site(struct lowering *lowering, struct span span, const char *step);
void lower_make_room(struct lowering *lowering, enum member member);
void lower_check_code(struct lowering *lowering, struct span span, const char *step);
void lower_check_cancelled(struct lowering *lowering, struct span span);
struct ir_block *lower_wait_at(struct lowering *lowering, enum ir_end kind, const char *hint,
                               struct span span);
void lower_expect(struct lowering *lowering, struct span span);
void lower_defer(struct lowering *lowering, bool defers, struct span span);
struct ir_strand *lower_new_strand(struct arena *arena, struct ir_chain *chain,
                                   struct ir_strand *parent, struct span span);
struct ir_strand *lower_child_strand(struct lowering *lowering, unsigned number, struct span span);
void lower_use_storage(struct lowering *lowering, struct ir_strand *strand,
                       const struct symbol *op);
struct variable *lower_new_variable(struct lowering *lowering, enum variable_kind kind,
                                    const char *name, const char *type);
void lower_set_exit(struct lowering *lowering, struct variable *variable, unsigned number);

/* lower_own.c; without effect on variables that own nothing */
struct owned *lower_own(struct lowering *lowering, struct owner *owner, struct variable *variable);
void lower_own_parameters(struct lowering *lowering, struct owner *owner);
void lower_own_undo(struct lowering *lowering, const struct node *node);
/* before a write to it */
struct owned *lower_own_prepare(struct lowering *lowering, struct variable *dest, struct span span);
/* after that */
void lower_own_set(struct lowering *lowering, struct variable *variable, struct span span);
void lower_own_give(struct lowering *lowering, const struct node *call);
bool lower_own_gives(const struct node *call);
unsigned lower_own_written(const struct variable *variable);
void lower_own_set_written(struct variable *variable, unsigned written);
void lower_own_release_since(struct lowering *lowering, unsigned since, struct span span);
void lower_own_release_all(struct lowering *lowering, const struct owned *const *list,
                           unsigned count, struct span span);
/* Undoes or releases one thing if there is anything to do. `asks`: paths come
 * here that did not fail, too. */
void lower_own_perform(struct lowering *lowering, const struct owned *owned, struct variable *kept,
                       bool asks);
struct text *lower_own_anything(struct lowering *lowering, const struct owned *owned);
void lower_copy(struct lowering *lowering, struct variable *dest, struct variable *from,
                struct span span);

/* lower_jump.c */
void lower_jump_to(struct lowering *lowering, struct ir_block *to, struct cleanup *until,
                   struct variable *value);
void lower_continue_jumps(struct lowering *lowering, struct cleanup *cleanup);
/* a block that ends the chain with its value */
struct ir_block *lower_ending(struct lowering *lowering);
void lower_finally_open(struct lowering *lowering, struct clause *clause);
void lower_finally_close(struct lowering *lowering, struct clause *clause);
void lower_jump(struct lowering *lowering, const struct node *node);
void lower_return(struct lowering *lowering, const struct node *node);
void lower_reject(struct lowering *lowering, const struct node *node);

/* lower_owner.c */
void lower_owner_open(struct lowering *lowering, struct owner *owner, struct scope *scope,
                      enum owner_kind kind);
void lower_owner_close(struct lowering *lowering, struct owner *owner, struct span span);
void lower_owning_block(struct lowering *lowering, const struct node *block, struct variable *dest);

/* lower_step.c */
void lower_call(struct lowering *lowering, const struct node *node, struct variable *dest);
void lower_expr(struct lowering *lowering, const struct node *node, struct variable *dest);
void lower_do(struct lowering *lowering, const struct node *node, struct variable *dest);
void lower_delay(struct lowering *lowering, const struct node *node);
void lower_take(struct lowering *lowering, struct ir_strand *strand, const struct symbol *op,
                struct variable *dest, struct span span);
void lower_adopt(struct lowering *lowering, struct ir_strand *strand, const struct symbol *op,
                 struct variable *dest, struct span span);
void lower_check_before_c(struct lowering *lowering, const struct text *text);
bool lower_calls_something(const struct text *text);
/* "123", of which C has nothing to say. */
bool lower_is_small_number(const struct text *text);
/* "first < second"; no second: "first++", "first == 0" */
struct text *lower_text_of(struct lowering *lowering, struct variable *first, const char *between,
                           struct variable *second);
/* A whole number that may be computed in any type, as what the function `as` of
 * chain/private/number.h makes of it. */
struct text *lower_number_text(struct lowering *lowering, struct text *computed, const char *as);

/* lower_retry.c, lower_catch.c, lower_spawn.c */
void lower_add_attempted(struct lowering *lowering, struct span span);
void lower_retry(struct lowering *lowering, const struct node *node, struct variable *dest);
/* A clause around what stands before it, whose value goes to the variable that comes back. */
struct variable *lower_clause_open(struct lowering *lowering, struct clause *clause);
void lower_clause_close(struct lowering *lowering, struct clause *clause);
void lower_handle(struct lowering *lowering, const struct node *node);
void lower_spawn(struct lowering *lowering, const struct node *node, struct variable *dest);
void lower_join(struct lowering *lowering, struct span span);
/* NULL: it owns nothing */
void lower_close(struct lowering *lowering, struct ir_block *rejected, struct owner *of_result);

/* lower_promise.c */
void lower_start(struct lowering *lowering, const struct node *node);
void lower_await(struct lowering *lowering, const struct node *node, struct variable *dest);
void lower_cancel(struct lowering *lowering, const struct node *node);
/* of this block */
void lower_end_promises(struct lowering *lowering, const struct scope *scope, struct span span);
void lower_if_open(struct lowering *lowering, const struct scope *scope, struct ir_block *open);

/* lower_fork.c */
/* The call or delay that a branch consists of, if it needs no strand of its
 * own; NULL: it needs one. */
const struct node *lower_single_operation(const struct node *branch, bool wanted);

/* What a branch is called in C. */
const char *lower_branch_word(const struct node *branch);
void lower_begin_fork(struct lowering *lowering, struct fork *fork, const struct node *node,
                      enum ast_form_kind kind, const char *hint);
void lower_add_branch(struct lowering *lowering, struct fork *fork, const struct node *branch,
                      bool wanted);
void lower_end_fork(struct lowering *lowering, struct fork *fork, const struct node *node);
void lower_make_jumps(struct lowering *lowering, struct fork *fork);

/* Where a value waits that may not become that of the whole. */
struct variable *lower_value_apart(struct lowering *lowering, const struct variable *dest,
                                   struct span span);

/* lower_manner.c: what the manners of an each add to its items */
bool lower_is_first(const struct fork *fork); /* an any or race */
void lower_settled(struct lowering *lowering, const struct node *node);
void lower_stagger(struct lowering *lowering, struct fork *fork);
/* An item has come: it waits until it may begin. */
void lower_stagger_wait(struct lowering *lowering, struct fork *fork);
/* It begins now. */
void lower_staggered(struct lowering *lowering, struct fork *fork);
/* The body, for an item that has come. Goes on where another item may follow on this slot. */
void lower_item(struct lowering *lowering, struct fork *fork);
/* The source of an item begins. */
void lower_source(struct lowering *lowering, struct fork *fork);
/* Where it goes on if that is rejected. */
struct ir_block *lower_source_rejected(struct lowering *lowering, struct fork *fork);
/* The ends of a slot that decides nothing, and of one whose source was rejected. */
void lower_begin_ends(struct lowering *lowering, struct fork *fork);
void lower_ends(struct lowering *lowering, struct fork *fork);
/* The end of the whole in `none`, if no item has decided. */
void lower_nobody(struct lowering *lowering, struct fork *fork, struct ir_block *none);

/* lower_branches.c, lower_each.c */
void lower_branches(struct lowering *lowering, const struct node *node, struct variable *dest);
void lower_timeout(struct lowering *lowering, const struct node *node, struct variable *dest);
void lower_each(struct lowering *lowering, const struct node *node, struct variable *dest);
void lower_pull(struct lowering *lowering, const struct node *node, struct variable *dest);

#endif

/* check.h - shared by the parts of check: the checker, visible names, and which
 * bindings are certainly set.
 *
 * check.c has the meaning of steps, check_text.c the names in C text. */
#ifndef CHECK_H
#define CHECK_H

#include "base/diag.h"
#include "check/checked.h"

/* Bindings that are set on every path to here, by index. */
struct assigned {
    uint64_t *words;
    unsigned count;
};

struct visible_name;

/* Where a variable that owns something is mentioned. */
struct mention {
    struct mention *next;   /* of the same variable, the one before in the text */
    struct mention *before; /* of any variable */
    struct variable *variable;
    unsigned serial; /* counts all such mentions, in the order of the text */
    struct span span;
    bool moves;
    bool by_winner; /* in a winner's block, when the other branches are quiet */
};

/* What the ways to here have done with promises. */
struct promised {
    struct assigned started; /* on all of them */
    struct assigned awaited; /* on all of them: their names are values */
    struct assigned loose;   /* on one: started, and neither awaited nor cancelled, so it may run */
};

/* The same for the places where a pipeline may be rejected. */
struct rejected {
    bool anywhere;
    struct promised promised;
};

/* What has been moved on the ways to here. */
struct moved {
    struct assigned maybe, surely; /* on one, on all of them */
    struct promised promised;
};

/* A point in the text, for what is moved after it. */
struct own_point {
    struct moved moved; /* before */
    unsigned serial;
    unsigned variables; /* those with a smaller index are declared before */
};

struct own_loop {
    struct own_loop *outer;
    struct own_point head;
    struct moved at_end;
    bool has_end; /* a way leads there */
};

/* What only the check needs to know of a variable. */
struct check_note {
    struct variable *hides;   /* the outer variable of the same name */
    struct variable *shown;   /* the one shown before it in the same scope */
    struct variable *outside; /* the next name that a branch gives to the outside */
    const char *unset_why;    /* how a path comes by without binding it */
    struct span unset_at;
    bool no_value;            /* VARIABLE_VAR: nothing so far in the text gives it one */
    struct mention *mentions; /* of a promise or what owns something, newest first */
    struct span undo_at;      /* an undo that mentions it */
    struct scope *undo_scope; /* the block of that */
    /* of a promise: the mentions in its body, by serial; where a `cancel` moves
     * it; where a path that awaits or cancels it parts from one that does not */
    unsigned body_begin, body_end;
    struct span cancelled_at, parted_at;
};

/* An any each or race each whose item is being checked: what it sets outside of itself. */
struct item_around {
    unsigned variables; /* those with a smaller index are declared before; 0: it is none */
    struct span set;    /* where one of them is first set; begin 0: nowhere */
};

/* What a step sees of the forms around it. A form that changes it for what is
 * inside puts the whole back. */
struct surroundings {
    struct incoming *it;
    struct variable *err;       /* NULL outside a handler */
    bool err_is_bare;           /* a bare name passes `err`: the first step of a handler */
    const char *shield;         /* the word of the innermost finally or undo; NULL: in none */
    struct scope *shield_scope; /* around that */
    /* the word of the innermost form that no jump leaves: a finally, undo or
     * start; NULL: in none */
    const char *fence;
    unsigned fence_loops; /* loops outside of that */
    /* what a step here is part of; NULL: a step of a block's own pipeline, which may be a start */
    const char *start_place;
    struct scope *strand_scope; /* of the branch or item; NULL: of the chain itself */
    /* a branch of settle: the step whose name is its outcome's, not its value's */
    const struct ast_step *unbound_step;
    /* the step whose name a branch gives to the outside, and where to */
    const struct ast_step *outside_step;
    struct scope *outside_scope;
};

struct checker {
    struct program *program;
    struct arena *arena;
    struct diags *diags;
    struct checked_chain *chain;
    struct check_note *notes; /* by variable */
    unsigned note_capacity;
    struct scope *scope;
    struct visible_name *visible; /* uthash: name -> innermost variable */
    struct assigned assigned;
    struct moved moved;       /* variables that own something and no longer do */
    struct rejected rejected; /* where the pipeline around may have been rejected */
    unsigned serial;
    struct mention *mentions; /* newest first */
    struct own_loop *own_loop;
    struct item_around item;
    const struct own_point *undo; /* where the undo that is being checked begins; NULL: none is */
    struct scope *undo_scope;     /* the block that it undoes a step of */
    struct surroundings around;
    struct variable *attempt;       /* NULL outside a retry */
    unsigned loops;                 /* enclosing loops within the chain */
    struct scope *loop_scope;       /* around the innermost loop */
    bool has_break;                 /* the loop that is being checked has one */
    const struct ast_form *handled; /* the `spawn` of which a handle is bound; NULL: none is */
    bool timed_names;               /* the names are shown from inside a timeout */
    struct variable *outside;       /* such names, to be shown after the combinator */
};

struct assigned check_assigned_copy(struct checker *checker, const struct assigned *set);
void check_assigned_drop(struct assigned *set, const struct variable *variable);
void check_assigned_add(struct checker *checker, struct assigned *set,
                        const struct variable *variable);
bool check_assigned_has(const struct assigned *set, const struct variable *variable);

/* Keeps in `set` what `other` has too; what is dropped remembers why. */
void check_assigned_meet(struct checker *checker, struct assigned *set,
                         const struct assigned *other, const char *why, struct span at);
void check_assigned_union(struct checker *checker, struct assigned *set,
                          const struct assigned *other);

/* Keeps in `set` what `other` has too. */
void check_assigned_intersect(struct assigned *set, const struct assigned *other);

struct variable *check_variable_new(struct checker *checker, enum variable_kind kind,
                                    const char *name, struct ctype type, struct span span);
/* Valid until the next variable is made. */
struct check_note *check_note(const struct checker *checker, const struct variable *variable);

/* The newest mention whose serial is in [begin, end); NULL: there is none. */
const struct mention *check_mention_between(const struct checker *checker,
                                            const struct variable *variable, unsigned begin,
                                            unsigned end);

/* A type as the compiled file writes it. */
struct ctype check_type(struct checker *checker, const struct ast_c *type);

struct variable *check_variable_visible(const struct checker *checker, const char *name);
/* in a block that has ended */
bool check_variable_was_visible(const struct checker *checker, const char *name);
void check_variable_show(struct checker *checker, struct variable *variable);
void check_scope_open(struct checker *checker, struct span span);
void check_scope_close(struct checker *checker);
/* in a block that stands in another one */
bool check_scope_is_inside(const struct scope *scope, const struct scope *outer);

/* `it` as a variable; `type` is what the context asks for (before NULL: nothing
 * special). NULL when there is none, which has been reported, at `at`. */
struct variable *check_incoming_wanted(struct checker *checker, struct ctype type, struct span at,
                                       const char *by);

/* Demands the value of a checked node: reports steps without one, and ways that disagree. */
void check_wanted(struct checker *checker, struct node *node, struct ctype type, bool from_context);

void check_keep_owned(struct checker *checker, const struct node *first);

/* Finds the names in C text. `is_body`: the text of a do { }, with statements. */
struct text *check_text(struct checker *checker, const struct ast_c *c, struct ctype type,
                        bool is_body, struct node *do_node);

/* check.c and check_form.c: blocks, pipelines and forms. Every form leads back
 * to them for what stands inside it. */
struct node *check_block(struct checker *checker, const struct ast_block *block);
struct node *check_pipeline(struct checker *checker, const struct ast_pipeline *pipeline);
struct node *check_form(struct checker *checker, const struct ast_form *form);

/* The other files call those before them in this list, and these three. */

/* check_node.c */
struct node *check_new_node(struct checker *checker, enum node_kind kind, struct span span);
/* something is missing here, which has been reported */
struct node *check_wrong_node(struct checker *checker, struct span span);
struct incoming *check_no_incoming(struct checker *checker, const char *why);
/* The type of a value for which nothing asks. */
struct ctype check_own_type(const struct node *node);
void check_take_type(struct node *node, const struct node *from);
/* A node of which some ways are known: one more. */
void check_add_type(struct node *node, const struct node *way);
void check_take_types(struct node *node, const struct node *a, const struct node *b);

/* check_bind.c */
void check_new_name(struct checker *checker, const char *name, struct span span);
/* a name that a branch gives to the outside: it becomes visible after the combinator */
void check_show_outside(struct checker *checker, struct variable *variable);
/* the step's `as` to its value */
void check_bind(struct checker *checker, const struct ast_step *step, struct node *node);

/* check_call.c */
struct node *check_call(struct checker *checker, const struct ast_form *form);
struct text *check_arguments(struct checker *checker, const struct ast_args *args,
                             const struct parameter *param);
void check_unknown_operation(struct checker *checker, const struct ast_call *call);
void check_call_arguments(struct checker *checker, const struct ast_form *form,
                          const struct symbol *op, struct node *node);

/* check_delay.c */
struct node *check_duration(struct checker *checker, const struct ast_duration *duration);
struct node *check_delay(struct checker *checker, const struct ast_form *form);

/* check_spawn.c */
extern const struct ctype check_handle_type; /* of `spawn … as h` */
struct node *check_spawn(struct checker *checker, const struct ast_form *form);
struct node *check_join(struct checker *checker, const struct ast_form *form);
void check_joins(struct checker *checker);

/* check_promise.c */
/* a step that is a start: its name is the promise's */
struct node *check_start(struct checker *checker, const struct ast_step *step);
struct node *check_start_misplaced(struct checker *checker, const struct ast_form *form);
struct node *check_await(struct checker *checker, const struct ast_form *form);
struct node *check_cancel(struct checker *checker, const struct ast_form *form);

void check_own_released(struct checker *checker, const struct variable *variable,
                        const struct symbol *op, struct span span);
void check_own_release_arguments(struct checker *checker, const struct text *args,
                                 const struct symbol *op);

/* check_branches.c */
struct variable *check_outcome(struct checker *checker, struct node *node,
                               const struct ast_step *step);
struct node *check_branches(struct checker *checker, const struct ast_form *form);
struct node *check_timeout(struct checker *checker, const struct ast_form *form);

/* check_each.c */
struct node *check_each(struct checker *checker, const struct ast_form *form);

/* check_own.c: what is moved where. All do nothing for variables that own nothing. */
void check_own_mention(struct checker *checker, struct variable *variable, struct span span);
void check_own_move(struct checker *checker, struct variable *variable, struct span span);

/* The arguments of a call: names alone are moved to parameters of their type. */
void check_own_arguments(struct checker *checker, const struct text *args,
                         const struct parameter *params);

/* A text whose value becomes one of this type. */
void check_own_text(struct checker *checker, const struct text *text, struct ctype type);

struct own_point check_own_here(struct checker *checker);
/* the state of that point again */
void check_own_return(struct checker *checker, const struct own_point *point);
/* this way and another one meet */
void check_own_join(struct checker *checker, const struct moved *other);
void check_own_bound(struct checker *checker, const struct variable *variable);

/* A handler or finally: what was moved between the two points may have been. */
void check_own_handler(struct checker *checker, const struct own_point *start, unsigned end);
void check_own_after_cleanup(struct checker *checker, const struct own_point *cleanup,
                             const struct moved *before);

void check_own_loop_begin(struct checker *checker, struct own_loop *loop, bool may_pass);
void check_own_next_round(struct checker *checker);
void check_own_break(struct checker *checker);
void check_own_loop_end(struct checker *checker);

/* What was moved after this point has been moved more than once: a retry, an each. */
void check_own_once(struct checker *checker, const struct own_point *start, const char *word);

/* Branches, the first of which began at `start`. Before a winner's block: the
 * others may have moved what they could. After a branch that began at `branch`
 * and whose winner's block, if any, began at `winner`: what one moves no other
 * mentions. After them all. */
void check_own_winner(struct checker *checker, const struct own_point *start);
void check_own_branch(struct checker *checker, const struct own_point *start,
                      const struct own_point *branch, unsigned winner);
void check_own_branches(struct checker *checker, const struct own_point *start);

/* check_promised.c: paths. A way, and the way that meets it. */
struct promised check_promised_copy(struct checker *checker, const struct promised *promised);
void check_promised_join(struct promised *promised, struct checker *checker,
                         const struct promised *other);
/* of both, as after an `all` */
void check_promised_add(struct promised *promised, struct checker *checker,
                        const struct promised *other);
/* Two ways part, and one of them has awaited what the other has not. */
void check_promised_part(struct checker *checker, const struct promised *a,
                         const struct promised *b, struct span at);

/* A step here may be rejected; a handler begins with what is known of such places. */
void check_may_reject(struct checker *checker);
void check_rejected_add(struct checker *checker, struct rejected *to, const struct rejected *from);
void check_begin_handler(struct checker *checker, const struct rejected *rejected,
                         const struct promised *otherwise);

/* Its block ends here with a value, or is left by a jump to the scope `outer` (NULL: out
 * of the chain): promises that may run are noted for rule 139. */
void check_promises_end(struct checker *checker);
void check_promises_left(struct checker *checker, const struct scope *outer, struct span span);

/* where it must have been started, for an await or a cancel */
void check_promise_started(struct checker *checker, const struct variable *variable,
                           struct span span);
/* The name of a promise in C text, where it must be a value. */
void check_promise_value(struct checker *checker, struct variable *variable, struct span span);
/* What a promise that may still run mentions cannot be moved (rule 145). */
void check_promises_beside(struct checker *checker, const struct variable *variable,
                           struct span span);

/* One variable as text. */
struct text *check_text_of_variable(struct checker *checker, struct variable *variable,
                                    struct span span);

#endif

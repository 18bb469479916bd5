/* emit.h - shared by emit_h and the parts of emit_c. */
#ifndef EMIT_H
#define EMIT_H

#include "base/writer.h"
#include "frame/frame.h"
#include "passes.h"

struct emitter {
    struct writer *writer;
    const struct program *program;
    const struct emit_options *options;
    const struct ir_chain *chain;
    const char *linkage; /* of what is the chain's own, if it is static */
    struct arena *arena;
    const char *output;          /* what is written, as `#line` names it */
    bool in_user_text;           /* after a `#line` into the source, */
    const struct source *source; /* this one, */
    int source_line, line_begin; /* which made this line of it of that line of the output */
    int text_line;               /* of the output: the last one with a text of the user, */
    size_t text_shift;           /* which the layout of the steps moves by so much */
    size_t back_begin, back_end; /* the last `#line` back to the output */
    uint64_t *shown;             /* a set: the places of types that have had their line */
    const struct node *do_node;  /* whose function is being written */
    uint64_t *labelled;          /* a set: the chain's blocks that something jumps to */
    struct steps *steps;         /* of the resume function that is being written; NULL: none is */
};

/* The macro that says that a header has been read; its value is the header's
 * digest. Its name has a number made from the text of the source, since two
 * files of one name may be in a program, and one file may be found in two
 * places. */
const char *emit_header_guard(const struct program *program, const char *header, uint32_t digest);

/* The members of the union of storages: "http_get" for an operation's struct,
 * "http_get_value" for its value. */
const char *emit_storage_member(const struct ir_strand *strand, const struct symbol *op);
const char *emit_storage_value(const struct ir_strand *strand, const struct symbol *op);

/* A local or parameter of ours. */
const char *emit_own_name(const struct emitter *emitter, enum own id);

/* The place of a step in the table of sites, by its number from 1. */
const char *emit_site_name(const struct emitter *emitter, unsigned number);

/* The storage of a strand in C: "f->u" or "b->branch_1.u". */
const char *emit_storage_path(const struct emitter *emitter, const struct ir_strand *strand);

/* Where the failure of a strand stands. */
const char *emit_failure_path(const struct emitter *emitter, const struct ir_strand *strand);

/* A pointer to a strand; never "s", because that may be another strand. */
const char *emit_strand_path(const struct emitter *emitter, const struct ir_strand *strand);

/* The struct with the branches of strands within a slot (NULL: within none): "b", "item". */
const char *emit_holder_path(const struct emitter *emitter, const struct ir_strand *slot);

/* Pointers to the slots, in a function that is given a strand: to those that
 * `text` mentions; NULL: to all. */
void emit_slot_locals(struct emitter *emitter, const char *text);

/* Whether a name stands in C text. */
bool emit_mentions(const char *text, const char *name);

enum { EMIT_WIDTH = 120 }; /* of lines that are filled with several things */

/* Words side by side, on as many lines as they need. */
struct packed {
    struct writer *writer;
    const char *indent, *between;
    size_t column; /* 0: no word yet */
};
void emit_packed(struct packed *packed, const char *word);
void emit_packed_end(struct packed *packed); /* of the last line, if there is one */

/* The frame and the slots that C text mentions, as parameters or as arguments.
 * Returns whether there are any. */
bool emit_homes(struct emitter *emitter, const struct text *text, bool declared);

/* What a branch, an item or a promise begins with: a member of its struct. */
struct emit_header {
    const char *type, *member;
    const char *strand; /* the strand in it; NULL: it has none */
    const char *op;     /* the header of an operation in it */
};
const struct emit_header *emit_header_of(const struct ir_strand *strand);

/* A pointer to a promise. */
const char *emit_promise_path(const struct emitter *emitter, const struct ir_strand *strand);

/* The array of an each. */
const char *emit_slots_path(const struct emitter *emitter, const struct ir_strand *slot);

/* The header of a branch. */
const char *emit_op_path(const struct emitter *emitter, const struct ir_strand *strand);

/* Where a variable lives; and the place that it has beside what it carries. */
const char *emit_variable_path(const struct emitter *emitter, const struct variable *variable);
const char *emit_variable_place(const struct emitter *emitter, const struct variable *variable);

/* emit_carry.c: "CHAIN__ROOM(PLACE)" of what a strand's rejection carries,
 * and of what a variable does; the declaration of that; the struct of a place. */
const char *emit_carried_of(const struct emitter *emitter, const struct ir_strand *strand);
const char *emit_carried_by(const struct emitter *emitter, const struct variable *variable);
const char *emit_carrying(const struct emitter *emitter, const struct variable *variable,
                          const char *name);
void emit_carried(struct emitter *emitter);
void emit_tell(struct emitter *emitter, const struct ir_instr *instr);
void emit_raise_again(struct emitter *emitter, const struct ir_instr *instr);
void emit_keep(struct emitter *emitter, const struct ir_instr *instr);
void emit_restore(struct emitter *emitter, const struct ir_instr *instr);

/* A comment: the line that gives a variable its value, and what it is. */
void emit_origin(struct emitter *emitter, const struct variable *variable);

/* C text with the variables in it replaced. */
void emit_text(struct emitter *emitter, const struct text *text);
void emit_arguments(struct emitter *emitter, const struct text *args);

/* "line 12", for a comment. */
const char *emit_place_words(const struct emitter *emitter, struct span span);

/* "#line N "file.chain"", and back to the output. The token after the user's
 * text belongs before the way back: a C compiler may find there that something
 * is missing. */
void emit_line(struct emitter *emitter, struct span span);
void emit_line_back(struct emitter *emitter);

/* emit_line() for a count, unless it is a plain number: chainc has looked at that. */
void emit_count_line(struct emitter *emitter, const char *count, struct span span);

/* Between the two: goes to the line of this position, and to its column if what
 * stands before it on the line leaves room for that (decision 57). The user's
 * text follows. The other only goes to the line. */
void emit_at(struct emitter *emitter, pos at);
void emit_at_line(struct emitter *emitter, pos at);

/* emit_line() for a type that C may have something to say against, once for
 * each place where one is written. The declaration and emit_line_back() follow. */
void emit_type_line(struct emitter *emitter, struct ctype type);

/* Whether emit_type_line() will write a line. */
bool emit_type_has_line(const struct emitter *emitter, struct ctype type);

/* An empty set of places in the sources. */
uint64_t *emit_places(const struct emitter *emitter);

/* emit_line() for a place where a value of that type is assigned or returned,
 * if C may refuse it. */
void emit_value_line(struct emitter *emitter, struct ctype type, pos at);

/* "TYPE NAME", after emit_type_line(). */
void emit_declared(struct emitter *emitter, struct ctype type, const char *name);

/* A line of the source as a comment can have it, "" if it is no more than brackets. */
const char *emit_source_text(const struct emitter *emitter, struct place place);

/* emit_steps.c: between the two ends the writer has the text of a resume
 * function, and emit_line() only says what step is being written, as does
 * emit_steps_at(); 0: the same. The user's text begins at `offset` of the line
 * that is being written, and at `wanted` of that of the source. The lines after
 * `first` begin within the user's text. emit_line_back() follows. */
void emit_steps_begin(struct emitter *emitter);
void emit_steps_at(struct emitter *emitter, pos at);
void emit_steps_text(struct emitter *emitter, size_t offset, size_t wanted);
void emit_steps_inside(struct emitter *emitter, int first);
void emit_steps_end(struct emitter *emitter, struct writer *writer);

/* The condition and the code after `fails`, as functions of the C file:
 * declared once, for the operations that the chains call. */
void emit_fails(struct emitter *emitter, const struct ir_chain *chains);

/* The parameters of an operation, as in its definition, as a C parameter list's
 * tail: ", const char *url_, int n_". */
void emit_parameters(struct emitter *emitter, const struct symbol *op, bool leading_comma);

/* The same of a prototype: ", const char *url, int n". */
const char *emit_header_parameter_list(struct emitter *emitter, const struct symbol *op);
/* each on its line, within the user's text */
void emit_header_parameters(struct emitter *emitter, const struct symbol *op);

/* A name for a parameter of ours beside those of the operation, in its
 * definition or in its prototype. */
const char *emit_own_parameter(const struct emitter *emitter, const struct symbol *op, enum own id);
const char *emit_header_parameter(struct arena *arena, const struct symbol *op, const char *name);

/* C text of the declaration, where the result is called otherwise. */
void emit_it_text(struct emitter *emitter, const char *text);

/* Changes with the structs that generated code and runtime share. */
#define EMIT_ABI "6"

/* The C text of a count, without a comment at its end. */
const char *emit_count_words(const struct emitter *emitter, const struct ast_number *count);

/* What the frame and the branches of a chain may take: `budget N`; NULL: anything. */
const struct ast_number *emit_chain_budget(const struct ir_chain *chain);

/* What may stand in a comment: no end of it, no control bytes. */
void emit_put_comment_text(struct writer *writer, const char *text, size_t length);
const char *emit_comment_text(const struct emitter *emitter, const char *text);

/* The comment that stands directly above an item of the source. */
void emit_comment_above(struct emitter *emitter, const struct ast_item *item);

/* emit_fails.c: the function that decides whether a call has failed */
const char *emit_fails_name(const struct emitter *emitter, const struct symbol *op);

/* emit_codes.c */
void emit_code_enum(struct emitter *emitter, const struct ast_code *codes);
void emit_code_macros(struct emitter *emitter);

/* The names of the codes that the file declares; and, for a test that may be
 * linked without the files that it imports, of theirs. */
void emit_own_codes(struct emitter *emitter);
void emit_imported_codes(struct emitter *emitter);

/* emit_spawn.c */
void emit_instances(struct emitter *emitter);
bool emit_waits_for_handle(const struct ir_block *block);
void emit_handle_start(struct emitter *emitter, const struct ir_block *block, const char *storage);
void emit_instances_start(struct emitter *emitter, const struct ir_block *block,
                          const char *storage);
void emit_instances_cancel(struct emitter *emitter, const struct ir_block *block);
void emit_spawned(struct emitter *emitter, const struct ir_instr *instr);

/* emit_frame.c: of the header, in this order. */
void emit_frame(struct emitter *emitter);
/* of this strand and those after it */
void emit_slots(struct emitter *emitter, const struct ir_strand *strand);
void emit_branches(struct emitter *emitter);

/* emit_operation.c: of the header. */
void emit_prototype(struct emitter *emitter, const struct symbol *op); /* of `extern` */
void emit_operation(struct emitter *emitter, const struct symbol *op);

/* emit_blocking.c */
void emit_blocking_struct(struct emitter *emitter, const struct symbol *op);
void emit_blocking_functions(struct emitter *emitter); /* of those that the chains call */

/* emit_cancel.c */
bool emit_has_cancel(const struct ir_chain *chain);
void emit_cancel(struct emitter *emitter);

/* emit_debug.c: the tables of --debug, and the site that leads to them. */
void emit_debug(struct emitter *emitter);
const char *emit_debug_site(const struct emitter *emitter);

/* skeleton_stubs.c, for skeleton.c */
void skeleton_stubs(struct emitter *emitter, const struct ir_chain *chains);
const char *skeleton_last_part(const char *path);
int skeleton_line_of(const struct emitter *emitter, struct span span);
/* A value of a type: zero; for a pointer, one of the rooms. */
const char *skeleton_zero_of(struct arena *arena, struct ctype type, unsigned number);
/* The resource that a type is, if what becomes of its values can be counted; else NULL. */
const struct symbol *skeleton_counted(const struct emitter *emitter, struct ctype type);
/* Whether the values of an operation may be chosen. */
bool skeleton_varies(const struct emitter *emitter, const struct symbol *op);

/* emit_promise.c */
void emit_await_start(struct emitter *emitter, const struct ir_block *block, const char *storage);
void emit_await_cancel(struct emitter *emitter, const struct ir_block *block);
void emit_promise_end(struct emitter *emitter, const struct ir_block *block);
bool emit_has_promises(const struct ir_chain *chain);

/* emit_function.c */

/* The states in which a strand is resumed, as cases, and what to do there. */
void emit_cases(struct emitter *emitter, const struct ir_strand *strand, const char *statement);

/* The local variable `f` of a function that is given a strand. */
void emit_frame_local(struct emitter *emitter);
void emit_resume(struct emitter *emitter);

/* emit_instr.c */
void emit_instr(struct emitter *emitter, const struct ir_instr *instr);
void emit_delay_start(struct emitter *emitter, const struct node *node, const char *storage);
void emit_pause_start(struct emitter *emitter, const struct node *retry, const char *storage);
void emit_stagger_start(struct emitter *emitter, const struct variable *stagger,
                        const char *storage);
bool emit_needs_copy(const struct ir_instr *instr); /* an initializer that C cannot assign */

#endif

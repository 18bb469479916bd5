/* drive.h - the compiler's passes as compile() calls them, with a look at what is between them. */
#ifndef DRIVE_H
#define DRIVE_H

#include "fuzzer.h"

#include "compile.h"
#include "frame/frame.h"
#include "machine/ir.h"
#include "syntax/ast.h"

struct driven {
    struct compilation base; /* its arena has all that is made here */
    struct ast_file *file;
    struct ir_chain *chains; /* after drive_check(), if there are no errors */
};

/* The passes up to and including parse; true if there are no errors. */
bool drive_parse(struct driven *d, const char *text, size_t length);

/* All others up to name; true if there are no errors. After a parse without errors. */
bool drive_check(struct driven *d);

/* What is written of an input that is accepted: the two files; the test of the
 * chains; every --dump, and the report with sizes that are made up. The texts
 * live until drive_end(). */
void drive_emit(struct driven *d, struct writer *source, struct writer *header, bool lines);
void drive_skeleton(struct driven *d, struct writer *writer);
void drive_dumps(struct driven *d, struct writer *writer);

void drive_end(struct driven *d);

/* ---- verify.c ------------------------------------------------------------ */

/* The machine after tidy: blocks, terminators and their targets, variables, strands. */
void verify_machine(const struct ir_chain *chain);

/* The same after name: what is needed after a wait has a place; states and labels are unique. */
void verify_layout(const struct ir_chain *chain, const struct liveness *live);

/* A generated text: brackets are balanced, jumps and labels match, and it has
 * no control characters but those of the input. */
void verify_text(const char *what, const struct writer *text, const struct input *input);

/* Messages: UTF-8, and no control characters but tabs and line ends. */
void verify_messages(const struct writer *text);

#endif

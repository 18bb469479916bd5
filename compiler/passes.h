/* passes.h - the table of contents: every pass, in the order in which compile.c calls them.
 *
 * The comment above each says which conditions hold before and after it.
 */
#ifndef PASSES_H
#define PASSES_H

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct checked_chain;
struct ir_chain;
struct ast_file;
struct diags;
struct assigned;
struct liveness;
struct names;
struct program;
struct report;
struct source;
struct sources;
struct writer;

/* parse: bytes -> tree. Reports syntax errors and goes on at the next item.
 * Never NULL. The tree of a file with errors is incomplete but well formed. */
struct ast_file *parse(struct arena *arena, struct names *names, struct diags *diags,
                       const struct source *source);

/* The tokens of a file, one a line: "line:col KIND text" (--dump=tokens). */
void parse_dump_tokens(struct writer *writer, struct arena *arena, struct names *names,
                       struct diags *diags, const struct source *source,
                       const struct sources *sources);

/* resolve: loads imports, declares the names at file level, finds the
 * declaration of every call. Afterwards no chain calls itself, or that has been
 * reported. False if a file is missing or has errors of syntax: names that it
 * declares would be reported as unknown. */
bool resolve(struct program *program, struct ast_file *file);

/* check: syntax tree -> checked tree, for the chains of the compiled file. If
 * it reports no error, every name is known, every value that a step uses exists
 * and has a type, and every binding is set where it is used. */
struct checked_chain *check(struct program *program);

/* branch_room: refuses chains with more branches than the limit; notes which
 * chains may retry. */
void branch_room(struct program *program);

/* pools: warns of pools whose slots can all wait for one another. Changes nothing. */
void pools(struct program *program);

/* carries: what rejections of each chain carry, and the room that it needs.
 * Refuses texts without room, and too many causes. */
void carries(struct program *program);

/* raises: reports filters that never match, and codes that can leave a chain
 * and are not in its `raises`; notes which waits for branches may be
 * rejected. */
void raises(struct program *program, struct checked_chain *chains);

/* lower: checked tree -> blocks in source order, each with one terminator. */
struct ir_chain *lower_chain(struct arena *arena, struct checked_chain *checked);

/* simplify: every block is reached, and no goto leads to a goto. */
void simplify(struct arena *arena, struct ir_chain *chain);

/* liveness: which variables are needed when a block is entered; which strand
 * mentions a variable. */
struct liveness *liveness(struct arena *arena, const struct ir_chain *chain);

/* For each variable a row of those that are live when it is written. */
void liveness_conflicts(struct arena *arena, const struct ir_chain *chain,
                        const struct liveness *live, uint64_t *conflicts);

/* failure_room: the set of variables that a failure may overwrite; NULL: none. */
const uint64_t *failure_room(struct arena *arena, const struct ir_chain *chain,
                             const struct liveness *live);

/* locals: the set of variables that are never needed after a wait. */
const uint64_t *locals(struct arena *arena, const struct ir_chain *chain,
                       const struct liveness *live);

/* assigned: what may have been given a value; only for the tables of --debug. */
struct assigned *assigned(struct arena *arena, const struct ir_chain *chain);

/* layout: every variable that is kept has a place: a field of the frame, or a
 * member of the resume function's struct if it is in `is_local`. Makes the
 * frame of the chain from the results of these three. */
void layout(struct arena *arena, struct ir_chain *chain, const struct liveness *live,
            const uint64_t *gives_way, const uint64_t *is_local);

/* c_names: fields, states, labels and branches have C names, unique in their
 * struct, enum or function. */
void c_names(struct arena *arena, struct program *program, struct ir_chain *chain);
const char *c_names_upper(struct arena *arena, const char *text);

/* emit_h, emit_c: the text of the two files. Chains come callees first.
 * emit_h() returns the digest of the header, for emit_c(). */
struct emit_options {
    const char *c_name;      /* the .c file as #line names it */
    const char *h_name;      /* the .h file as #line names it, */
    const char *header_name; /* and as #include does */
    const char *source_name; /* for the banner */
    bool lines;              /* #line directives */
    bool debug;              /* tables for dumps and debuggers */
    bool vendored;           /* chain.h has all of the runtime, and the modules */
    uint32_t digest;         /* of the header; for emit_c */
};
/* A file as the output names it: a path from the root would make the output
 * depend on the machine. */
const char *emit_output_name(const char *path);
uint32_t emit_h(struct writer *writer, const struct program *program, const struct ir_chain *chains,
                const struct emit_options *options);
void emit_c(struct writer *writer, const struct program *program, const struct ir_chain *chains,
            const struct emit_options *options);

/* emit_skeleton: a test of the chains, instead of the two files; `c_name` is its own. */
void emit_skeleton(struct writer *writer, const struct program *program,
                   const struct ir_chain *chains, const struct emit_options *options);

/* report: the sizes of the chains' structs. report_probe() writes C that asks
 * for them, to be compiled after the header; report_read() takes the answers
 * out of what the C compiler made of it, false if some are missing. */
struct report *report_new(const struct program *program, const struct ir_chain *chains);
void report_probe(struct writer *writer, const struct report *report);
bool report_read(struct report *report, const char *assembler);
void report_print(struct writer *writer, const struct report *report, bool json);

#endif

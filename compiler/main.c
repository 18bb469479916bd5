/* main.c - the passes in their order. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "arena.h"
#include "ast.h"
#include "diag.h"
#include "frame.h"
#include "intern.h"
#include "options.h"
#include "output.h"
#include "passes.h"
#include "source.h"
#include "writer.h"

struct session {
    struct arena arena;
    struct names names;
    struct sources sources;
    struct diags diags;
    struct options options;
    struct program program;
    struct outputs outputs;
};

/* ---- names of files ---- */

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* "dir/x.chain" with another ending. */
static const char *with_ending(struct arena *arena, const char *path, const char *ending)
{
    const char *dot = strrchr(last_part(path), '.');
    size_t length = dot == NULL || dot == last_part(path) ? strlen(path) : (size_t)(dot - path);
    return arena_format(arena, "%.*s%s", (int)length, path, ending);
}

static void name_outputs(struct session *session)
{
    struct options *options = &session->options;
    bool from_stdin = strcmp(options->input, "-") == 0;

    if (options->output == NULL)
        options->output = from_stdin ? "-" : with_ending(&session->arena, last_part(options->input), ".c");
    if (options->header == NULL && strcmp(options->output, "-") != 0)
        options->header = with_ending(&session->arena, options->output, ".h");
}

/* How the C file includes the header: they stand side by side, or the build says where to look. */
static const char *header_name(struct session *session)
{
    const struct options *options = &session->options;
    if (options->header != NULL)
        return last_part(options->header);
    return strcmp(options->input, "-") == 0 ? "stdin.h" : with_ending(&session->arena, last_part(options->input), ".h");
}

/* ---- dumps ---- */

static bool dumps(const struct session *session, const char *what)
{
    return session->options.dump != NULL && strcmp(session->options.dump, what) == 0;
}

static void dump_tree(struct session *session, struct writer *out, const struct ast_file *file)
{
    if (dumps(session, "ast"))
        ast_dump(out, file, &session->sources, true);
    else
        ast_print(out, file, &session->sources);
}

static void dump_chain(struct session *session, struct writer *out, const struct ir_chain *chain)
{
    if (dumps(session, "checked"))
        tree_dump(out, chain->checked, &session->sources);
    else if (dumps(session, "ir"))
        ir_dump(out, chain, &session->sources);
    else
        frame_dump(out, chain);
}

/* ---- the passes ---- */

static struct ir_chain *machine(struct session *session, struct checked_chain *checked)
{
    struct ir_chain *chain = lower_chain(&session->arena, checked);

    tidy(&session->arena, chain);
    liveness(&session->arena, chain);
    layout(&session->arena, chain);
    name(&session->arena, &session->program, chain);
    if (chain->state_count + chain->site_count >= UINT16_MAX) /* both are counted in 16 bits */
        diag_report(&session->diags, D_TOO_MANY_STATES, chain->symbol->span, chain->symbol->name);
    return chain;
}

static struct ir_chain *machines(struct session *session, struct checked_chain *checked)
{
    struct ir_chain *first = NULL, **last = &first;

    for (; checked != NULL; checked = checked->next) {
        *last = machine(session, checked);
        last = &(*last)->next;
    }
    return first;
}

static void emit(struct session *session, const struct ir_chain *chains, struct writer *c, struct writer *h)
{
    struct emit_options options = {
        .c_name = strcmp(session->options.output, "-") == 0 ? "<stdout>" : output_name(session->options.output),
        .header_name = header_name(session),
        .source_name = last_part(session->program.units->path),
        .lines = !session->options.no_lines,
    };

    emit_h(h, &session->program, chains, &options);
    emit_c(c, &session->program, chains, &options);
    output_stage(&session->outputs, session->options.output, c->text, c->length);
    if (session->options.header != NULL)
        output_stage(&session->outputs, session->options.header, h->text, h->length);
}

static void compile(struct session *session, const struct source *source, struct writer *c, struct writer *h)
{
    struct ast_file *file = parse(&session->arena, &session->names, &session->diags, source);
    struct checked_chain *checked;
    struct ir_chain *chains;

    if (session->diags.errors != 0)
        return;
    if (dumps(session, "ast") || dumps(session, "source")) {
        dump_tree(session, c, file);
        return;
    }
    resolve(&session->program, file);
    checked = check(&session->program);
    if (session->diags.errors != 0)
        return;
    raises(&session->program, checked);
    if (session->diags.errors != 0 || session->options.check_only)
        return;
    chains = machines(session, checked);
    if (session->options.dump != NULL)
        for (const struct ir_chain *chain = chains; chain != NULL; chain = chain->next)
            dump_chain(session, c, chain);
    else if (session->diags.errors == 0)
        emit(session, chains, c, h);
}

/* ---- the session ---- */

static void run(struct session *session, const struct source *source, struct writer *c, struct writer *h)
{
    if (dumps(session, "tokens"))
        dump_tokens(c, &session->arena, &session->names, &session->diags, source, &session->sources);
    else
        compile(session, source, c, h);
    if (session->options.dump != NULL)
        output_stage(&session->outputs, "-", c->text == NULL ? "" : c->text, c->length);
}

static bool has_errors(const struct session *session)
{
    return session->diags.errors != 0 || (session->diags.warnings_are_errors && session->diags.warnings != 0);
}

static enum status finish(struct session *session)
{
    diag_print(&session->diags, stderr);
    if (has_errors(session) && session->outputs.problem == NULL)
        session->outputs.problem = "there are errors";
    if (output_commit(&session->outputs))
        return STATUS_OK;
    if (has_errors(session))
        return STATUS_INPUT_ERRORS;
    fprintf(stderr, "chainc: %s: error: cannot write: %s\n",
            strcmp(session->outputs.problem_path, "-") == 0 ? "standard output" : session->outputs.problem_path,
            session->outputs.problem);
    return STATUS_USAGE;
}

/* The same file under two names: by its device and number, or, if it is not there yet, by its path. */
static bool is_same_file(const char *a, const char *b)
{
    struct stat of_a, of_b;

    if (strcmp(a, "-") == 0 || strcmp(b, "-") == 0)
        return false;
    if (stat(a, &of_a) != 0 || stat(b, &of_b) != 0)
        return strcmp(a, b) == 0;
    return of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino;
}

/* What would overwrite the input, or one output by the other; NULL if nothing. */
static const char *collision(const struct options *options)
{
    if (is_same_file(options->output, options->input))
        return options->output;
    if (options->header != NULL && (is_same_file(options->header, options->input) || is_same_file(options->header, options->output)))
        return options->header;
    return NULL;
}

static enum status translate(struct session *session)
{
    const char *problem;
    const struct source *source = source_read(&session->sources, session->options.input, &problem);
    struct writer c, h;
    enum status status;

    if (source == NULL) {
        fprintf(stderr, "chainc: %s: error: cannot read: %s\n", session->options.input, problem);
        return STATUS_USAGE;
    }
    name_outputs(session);
    if (session->options.header != NULL && strcmp(session->options.header, "-") == 0) {
        fprintf(stderr, "chainc: the header needs a file: the C file has to include it\n");
        return STATUS_USAGE;
    }
    if (session->options.dump == NULL && collision(&session->options) != NULL) {
        fprintf(stderr, "chainc: %s: error: the input and the two outputs must be three files\n", collision(&session->options));
        return STATUS_USAGE;
    }
    writer_init(&c);
    writer_init(&h);
    run(session, source, &c, &h);
    status = finish(session);
    writer_release(&c);
    writer_release(&h);
    return status;
}

static void begin(struct session *session)
{
    struct arena *arena = &session->arena;

    session->names.arena = session->sources.arena = session->diags.arena = session->outputs.arena = arena;
    session->diags.sources = &session->sources;
    session->program.arena = arena;
    session->program.names = &session->names;
    session->program.diags = &session->diags;
    session->program.sources = &session->sources;
    session->program.last_unit = &session->program.units;
    session->program.last_symbol = &session->program.symbols;
    session->program.last_chain = &session->program.chains;
}

int main(int argc, char **argv)
{
    struct session session = { 0 };
    enum status status;

    begin(&session);
    if (options_read(argc, argv, &session.arena, &session.diags, &session.options, &status)) {
        session.program.include_dirs = session.options.include_dirs;
        session.program.data_dir = options_data_dir(&session.arena);
        status = translate(&session);
    }
    HASH_CLEAR(hh, session.program.table);
    name_release(&session.program);
    names_release(&session.names);
    arena_release(&session.arena);
    return (int)status;
}

/* main.c - the passes in their order. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "arena.h"
#include "ast.h"
#include "depfile.h"
#include "diag.h"
#include "frame.h"
#include "intern.h"
#include "options.h"
#include "output.h"
#include "passes.h"
#include "probe.h"
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
    const char *problem; /* why there is no report; NULL: none */
};

/* Of the files that are written; a dump is in `c`. */
struct texts {
    struct writer c, h, d;
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

static bool is_standard(const char *path)
{
    return strcmp(path, "-") == 0;
}

/* NAME.c in the folder of the outputs; for standard input, standard output. */
static const char *default_output(struct arena *arena, const struct options *options, const char *input)
{
    const char *name = with_ending(arena, last_part(input), options->skeleton ? "_test.c" : ".c");

    if (is_standard(input))
        return "-";
    return options->outdir == NULL ? name : arena_format(arena, "%s/%s", options->outdir, name);
}

static void name_outputs(struct session *session)
{
    struct options *options = &session->options;
    bool stream;

    if (options->output == NULL)
        options->output = default_output(&session->arena, options, options->input);
    stream = output_is_stream(&session->arena, options->output);
    if (options->header == NULL && !stream && !options->skeleton)
        options->header = with_ending(&session->arena, options->output, ".h");
    if (!options->wants_depfile)
        return;
    if (options->depfile == NULL && !stream)
        options->depfile = with_ending(&session->arena, options->output, ".d");
    if (options->targets == NULL && !stream)
        options->targets = depfile_quote(&session->arena, options->output);
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
    overlay(&session->arena, chain);
    locals(&session->arena, chain);
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

static void stage(struct session *session, const char *path, const struct writer *text, bool if_changed)
{
    output_stage(&session->outputs, path, text->text == NULL ? "" : text->text, text->length, if_changed);
}

/* Always rewritten: ninja takes it away. It comes to its place first, so that there is no output without it. */
static void emit_depfile(struct session *session, struct writer *d)
{
    const struct options *options = &session->options;
    const char *unsayable = depfile_write(d, &session->arena, options->targets, session->program.units, options->phony_targets);

    if (unsayable == NULL)
        stage(session, options->depfile, d, false);
    else {
        session->outputs.problem = "the name of a file has a line end";
        session->outputs.problem_path = options->depfile;
    }
}

static void emit(struct session *session, const struct ir_chain *chains, struct texts *texts)
{
    const struct options *given = &session->options;
    struct emit_options options = {
        .c_name = is_standard(given->output) ? "<stdout>" : output_name(given->output),
        .header_name = header_name(session),
        .source_name = last_part(session->program.units->path),
        .lines = !given->no_lines,
        .vendored = given->vendored,
    };

    if (given->outdir != NULL)
        output_make_folder(&session->arena, given->outdir);
    if (given->skeleton)
        emit_skeleton(&texts->c, &session->program, chains, &options);
    else {
        emit_h(&texts->h, &session->program, chains, &options);
        emit_c(&texts->c, &session->program, chains, &options);
    }
    stage(session, given->output, &texts->c, given->if_changed);
    if (given->header != NULL && !given->skeleton)
        stage(session, given->header, &texts->h, given->if_changed);
    if (given->wants_depfile)
        emit_depfile(session, &texts->d);
}

/* The folder that a path leads to. */
static const char *folder_of(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? "." : arena_format(arena, "%.*s", (int)(slash - path + 1), path);
}

static const char *c_compiler(const struct options *options)
{
    const char *cc = options->cc != NULL ? options->cc : getenv("CC");
    return cc == NULL || *cc == '\0' ? "cc" : cc;
}

/* The header as it would be written, and a file that asks for the sizes of what is in it. */
static void print_report(struct session *session, const struct ir_chain *chains, struct writer *out)
{
    struct arena *arena = &session->arena;
    struct emit_options options = { .header_name = "probe.h", .source_name = "probe", .vendored = session->options.vendored };
    struct report *report = report_new(&session->program, chains);
    struct writer header, text;
    struct probe probe = { .cc = c_compiler(&session->options), .include_dirs = session->program.include_dirs, .header = &header,
                           .source_dir = folder_of(arena, session->program.units->path), .header_name = options.header_name,
                           .text = &text };
    const char *assembler;

    if (session->program.data_dir != NULL)
        probe.runtime_dir = arena_format(arena, "%s/../../include", session->program.data_dir);
    writer_init(&header);
    writer_init(&text);
    emit_h(&header, &session->program, chains, &options);
    report_probe(&text, report, options.header_name);
    assembler = probe_compile(arena, &probe, &session->problem);
    if (assembler != NULL && !report_read(report, assembler))
        session->problem = arena_format(arena, "'%s' does not say all sizes: it must know the inline assembler of gcc", probe.cc);
    if (session->problem == NULL)
        report_print(out, report, dumps(session, "report=json"));
    writer_release(&header);
    writer_release(&text);
}

static void compile(struct session *session, const struct source *source, struct texts *texts)
{
    struct ast_file *file = parse(&session->arena, &session->names, &session->diags, source);
    struct checked_chain *checked;
    struct ir_chain *chains;

    if (session->diags.errors != 0)
        return;
    if (dumps(session, "ast") || dumps(session, "source")) {
        dump_tree(session, &texts->c, file);
        return;
    }
    resolve(&session->program, file);
    checked = check(&session->program);
    if (session->diags.errors != 0)
        return;
    extent(&session->program);
    raises(&session->program, checked);
    if (session->diags.errors != 0 || session->options.check_only)
        return;
    chains = machines(session, checked);
    if (dumps(session, "report") || dumps(session, "report=json"))
        print_report(session, chains, &texts->c);
    else if (session->options.dump != NULL)
        for (const struct ir_chain *chain = chains; chain != NULL; chain = chain->next)
            dump_chain(session, &texts->c, chain);
    else if (session->diags.errors == 0)
        emit(session, chains, texts);
}

/* ---- the session ---- */

static void run(struct session *session, const struct source *source, struct texts *texts)
{
    if (dumps(session, "tokens"))
        dump_tokens(&texts->c, &session->arena, &session->names, &session->diags, source, &session->sources);
    else
        compile(session, source, texts);
    if (session->options.dump != NULL)
        stage(session, "-", &texts->c, false);
}

static bool has_errors(const struct session *session)
{
    return session->diags.errors != 0 || (session->diags.warnings_are_errors && session->diags.warnings != 0);
}

static enum status write_outputs(struct outputs *outputs)
{
    if (output_commit(outputs))
        return STATUS_OK;
    fprintf(stderr, "chainc: %s: error: cannot write: %s\n",
            is_standard(outputs->problem_path) ? "standard output" : outputs->problem_path, outputs->problem);
    return STATUS_USAGE;
}

static enum status finish(struct session *session)
{
    diag_print(&session->diags, stderr);
    if (!has_errors(session) && session->problem != NULL) {
        fprintf(stderr, "chainc: %s: error: no report: %s\n", session->options.input, session->problem);
        session->outputs.problem = session->problem;
        output_commit(&session->outputs);
        return STATUS_USAGE;
    }
    if (!has_errors(session))
        return write_outputs(&session->outputs);
    session->outputs.problem = "there are errors";
    output_commit(&session->outputs);
    return STATUS_INPUT_ERRORS;
}

/* The same file under two names: by its device and number, or, if it is not there yet, by its path. */
static bool is_same_file(const char *a, const char *b)
{
    struct stat of_a, of_b;

    if (stat(a, &of_a) != 0 || stat(b, &of_b) != 0)
        return strcmp(a, b) == 0;
    return of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino;
}

/* What would overwrite an input, or one output by another; NULL if nothing. */
static const char *collision(const struct options *options)
{
    const char *const outputs[] = { options->output, options->header, options->depfile };

    for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++) {
        for (size_t j = 0; outputs[i] != NULL && j < i; j++)
            if (outputs[j] != NULL && is_same_file(outputs[i], outputs[j]))
                return outputs[i];
        for (const char *const *input = options->inputs; outputs[i] != NULL && !is_standard(outputs[i]) && *input != NULL; input++)
            if (!is_standard(*input) && is_same_file(outputs[i], *input))
                return outputs[i];
    }
    return NULL;
}

/* Says what is wrong with the names of the outputs. */
static bool check_outputs(const struct options *options)
{
    if (options->header != NULL && is_standard(options->header))
        fprintf(stderr, "chainc: the header needs a file: the C file has to include it\n");
    else if (options->wants_depfile && (options->depfile == NULL || options->targets == NULL))
        fprintf(stderr, "chainc: with standard output or a device, -MD needs -MF and -MT: where to write it, and the name of the target\n");
    else if (options->dump == NULL && collision(options) != NULL)
        fprintf(stderr, "chainc: %s: error: no output may be an input or another output\n", collision(options));
    else
        return true;
    return false;
}

static enum status translate(struct session *session)
{
    const char *problem;
    const struct source *source = source_read(&session->sources, session->options.input, &problem);
    struct texts texts;
    enum status status;

    if (source == NULL) {
        fprintf(stderr, "chainc: %s: error: cannot read: %s\n", session->options.input, problem);
        return STATUS_USAGE;
    }
    name_outputs(session);
    if (!check_outputs(&session->options))
        return STATUS_USAGE;
    writer_init(&texts.c);
    writer_init(&texts.h);
    writer_init(&texts.d);
    run(session, source, &texts);
    status = finish(session);
    writer_release(&texts.c);
    writer_release(&texts.h);
    writer_release(&texts.d);
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
    session->program.include_dirs = session->options.include_dirs;
    session->program.data_dir = options_data_dir(arena);
}

static enum status translate_one(const struct options *options, const struct diags *settings, const char *input)
{
    struct session session = { .options = *options, .diags = *settings };
    enum status status;

    session.options.input = input;
    begin(&session);
    status = translate(&session);
    HASH_CLEAR(hh, session.program.table);
    name_release(&session.program);
    names_release(&session.names);
    arena_release(&session.arena);
    return status;
}

/* Two inputs, or "-" and another, that would write the same files. Said; false if there are any. */
static bool check_inputs(struct arena *arena, const struct options *options)
{
    const char *const *inputs = options->inputs;

    for (size_t i = 0; inputs[i] != NULL; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(default_output(arena, options, inputs[i]), default_output(arena, options, inputs[j])) == 0) {
                fprintf(stderr, "chainc: %s: error: '%s' has an output of the same name\n", inputs[i], inputs[j]);
                return false;
            }
    return true;
}

/* One after the other, also behind one with errors. */
static enum status translate_all(struct arena *arena, const struct options *options, const struct diags *settings)
{
    enum status worst = STATUS_OK;

    if (!check_inputs(arena, options))
        return STATUS_USAGE;
    for (const char *const *input = options->inputs; *input != NULL; input++) {
        enum status status = translate_one(options, settings, *input);
        worst = status > worst ? status : worst;
    }
    return worst;
}

/* ---- the runtime as two files ---- */

static enum status copy_runtime(struct arena *arena, const struct options *options)
{
    static const char *const names[] = { "chain.h", "chain.c" };
    struct outputs outputs = { .arena = arena };
    struct sources sources = { .arena = arena };
    const char *from = options_runtime_dir(arena);

    output_make_folder(arena, options->runtime_copy);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *path = arena_format(arena, "%s/%s", from == NULL ? "" : from, names[i]), *problem;
        const struct source *source = source_read(&sources, path, &problem);
        if (source == NULL) {
            fprintf(stderr, "chainc: %s: error: cannot read: %s\n", path, problem);
            outputs.problem = problem;
            output_commit(&outputs);
            return STATUS_USAGE;
        }
        output_stage(&outputs, arena_format(arena, "%s/%s", options->runtime_copy, names[i]), source->raw, source->raw_length,
                     options->if_changed);
    }
    return write_outputs(&outputs);
}

int main(int argc, char **argv)
{
    struct arena arena = { 0 };
    struct diags settings = { .arena = &arena };
    struct options options = { 0 };
    enum status status;

    if (options_read(argc, argv, &arena, &settings, &options, &status)) {
        settings.color = options.color;
        if (options.runtime_copy != NULL)
            status = copy_runtime(&arena, &options);
        if (status == STATUS_OK)
            status = translate_all(&arena, &options, &settings);
    }
    arena_release(&arena);
    return (int)status;
}

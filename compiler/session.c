/* session.c - one input, from its file to the outputs. */
#define _POSIX_C_SOURCE 200809L
#include "session.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/message.h"
#include "compile.h"
#include "ctext/reserved.h"
#include "driver/depfile.h"
#include "driver/output.h"
#include "driver/output_names.h"

struct session {
    struct compilation compilation;
    struct options options;
    struct outputs outputs;
    struct writer d; /* the depfile */
    enum status status;
};

/* ---- the outputs --------------------------------------------------------- */

static void stage(struct session *session, const char *path, const struct writer *text,
                  bool if_changed)
{
    output_stage(&session->outputs, path, text->text == NULL ? "" : text->text, text->length,
                 if_changed);
}

/* Always rewritten: ninja takes it away. It comes to its place first, so that there is no output
 * without it. */
static void emit_depfile(struct session *session)
{
    const struct options *options = &session->options;
    const char *unsayable =
        depfile_write(&session->d, &session->compilation.arena, options->targets,
                      session->compilation.program.units, options->phony_targets);

    if (unsayable == NULL)
        stage(session, options->depfile, &session->d, false);
    else {
        session->outputs.problem = "the name of a file has a line end";
        session->outputs.problem_path = options->depfile;
    }
}

/* --outdir is made, and what the input's path has of folders in it. */
static const char *folder_of_outputs(struct session *session)
{
    const char *path = session->options.output;

    return session->options.outdir == NULL ? NULL
                                           : arena_copy(&session->compilation.arena, path,
                                                        (size_t)(output_last_part(path) - path));
}

static void stage_all(struct session *session)
{
    struct compilation *compilation = &session->compilation;
    const struct options *options = &session->options;

    session->outputs.folder = folder_of_outputs(session);
    stage(session, options->output, &compilation->c, options->if_changed);
    if (options->header != NULL && !options->skeleton)
        stage(session, options->header, &compilation->h, options->if_changed);
    if (options->wants_depfile)
        emit_depfile(session);
}

static enum status write_all(struct session *session)
{
    return output_write(&session->outputs) ? STATUS_OK : STATUS_USAGE;
}

static void print_messages(struct compilation *compilation)
{
    struct writer text;

    writer_init(&text, &compilation->arena);
    diag_print(&compilation->diags, &text);
    io_write(STDERR_FILENO, text.text, text.length);
}

/* With --check, only the name of a file that differs. A file that does not is never touched. */
static enum status finish_format(struct session *session, const struct source *source)
{
    const struct options *options = &session->options;
    const struct writer *text = &session->compilation.c;
    struct arena *arena = &session->compilation.arena;
    bool differs = text->length != source->raw_length
                   || memcmp(writer_text(text), source->raw, text->length) != 0;
    enum status status;

    if (options->in_place && !source->is_file) {
        message_print(arena, options->input, "cannot be written back: it is not a regular file");
        return STATUS_USAGE;
    }
    if (!options->in_place && !options->check_only)
        stage(session, "-", text, false);
    else if (differs && options->in_place)
        stage(session, options->input, text, false);
    else if (differs) {
        const char *line = arena_format(arena, "%s\n", options->input);
        output_stage(&session->outputs, "-", line, strlen(line), false);
    }
    session->outputs.read[0] = options->response_files;
    status = write_all(session);
    return status == STATUS_OK && differs && options->check_only ? STATUS_INPUT_ERRORS : status;
}

/* Writes what there is to write. */
static enum status finish(struct session *session, const struct source *source)
{
    struct compilation *compilation = &session->compilation;
    const struct options *options = &session->options;

    print_messages(compilation);
    if (compile_has_errors(compilation))
        return STATUS_INPUT_ERRORS;
    if (compilation->problem != NULL) {
        message_print(&compilation->arena, options->input, "no report: %s", compilation->problem);
        return STATUS_USAGE;
    }
    if (options->format)
        return finish_format(session, source);
    if (options->dump != DUMP_NONE)
        stage(session, "-", &compilation->c, false);
    else if (!options->check_only)
        stage_all(session);
    session->outputs.read[0] = compilation->sources.first;
    session->outputs.read[1] = options->response_files;
    return write_all(session);
}

/* ---- an input ------------------------------------------------------------ */

/* `time.chain` makes a time.h, which -I and its folder put before the C
 * library's. With --header it has been chosen. */
static void warn_of_header(struct session *session, const struct source *source)
{
    struct diags *diags = &session->compilation.diags;
    struct span span = { source->base, source->base };
    const char *name = output_names_header(&session->compilation.arena, &session->options);

    if (session->options.header != NULL || session->options.dump != DUMP_NONE
        || session->options.check_only || !reserved_is_library(name))
        return;
    diag_help(diags, diag_report(diags, D_HEADER_HIDES, span, name, name),
              "give the file another name, or its header with --header");
}

/* False if there is something wrong with them, which has been said. */
static bool prepare_outputs(struct session *session, const struct source *source)
{
    struct compilation *compilation = &session->compilation;
    struct options *options = &session->options;
    struct arena *arena = &compilation->arena;

    warn_of_header(session, source); /* before --header has its default */
    if (!output_names_set(arena, options) || !output_names_check(arena, options))
        return false;
    compilation->emit = (struct emit_options){
        .c_name =
            output_is_standard(options->output) ? "<stdout>" : emit_output_name(options->output),
        .h_name = options->header == NULL ? output_names_header(arena, options)
                                          : output_last_part(options->header),
        .header_name = output_names_header(arena, options),
        .source_name = output_last_part(source->path),
        .lines = !options->no_lines,
        .debug = options->debug,
        .vendored = options->vendored,
    };
    return true;
}

static enum status translate(struct session *session)
{
    struct compilation *compilation = &session->compilation;
    const struct options *options = &session->options;
    const char *problem;
    const struct source *source = source_read(&compilation->sources, options->input, &problem);

    if (source == NULL) {
        message_print(&compilation->arena, options->input, "cannot read: %s", problem);
        return STATUS_USAGE;
    }
    if (!options->format && !prepare_outputs(session, source))
        return STATUS_USAGE;
    compile(compilation, source);
    return finish(session, source);
}

static void translate_guarded(void *context)
{
    struct session *session = context;
    session->status = translate(session);
}

enum status session_translate(struct arena *arena, const struct options *options,
                              const struct diags *settings, const char *input,
                              struct session_files *files)
{
    struct session session = { .options = *options,
                               .outputs = { .arena = &session.compilation.arena,
                                            .inputs = options->format ? NULL : &files->inputs,
                                            .written = &files->written } };
    struct compilation *compilation = &session.compilation;

    session.options.input = input;
    compile_begin(compilation, &session.options, settings);
    writer_init(&session.d, &compilation->arena);
    bool done = arena_guard(&compilation->arena, translate_guarded, &session);
    compile_end(compilation);
    if (!done)
        arena_exhausted(arena);
    return session.status;
}

/* ---- all inputs ---------------------------------------------------------- */

enum { MOST_OUTPUTS = 3 }; /* of one input */

void session_find_inputs(struct session_files *files, struct arena *arena,
                         const struct options *options)
{
    size_t count = 0;
    struct stat status;

    while (options->inputs[count] != NULL)
        count++;
    file_set_init(&files->inputs, arena, count);
    file_set_init(&files->written, arena, count * MOST_OUTPUTS);
    for (const char *const *input = options->inputs; *input != NULL; input++)
        if (!output_is_standard(*input) && stat(*input, &status) == 0 && S_ISREG(status.st_mode))
            file_set_add(&files->inputs, (uint64_t)status.st_dev, (uint64_t)status.st_ino);
}

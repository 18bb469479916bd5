/* main.c - from the command line to files: reads the inputs, names the outputs,
 * prints the messages. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/message.h"
#include "base/table.h"
#include "compile.h"
#include "ctext/reserved.h"
#include "driver/depfile.h"
#include "driver/file_set.h"
#include "driver/output.h"

/* One input, from its file to the outputs. */
struct session {
    struct compilation compilation;
    struct options options;
    struct outputs outputs;
    struct writer d; /* the depfile */
    enum status status;
};

/* Of all inputs. */
struct all_files {
    struct file_set inputs, written;
};

/* An output, by its name. */
struct named_output {
    UT_hash_handle hh;
    const char *path, *input;
};

/* ---- names of files ------------------------------------------------------ */

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

/* NAME.c; with a folder for the outputs, where the input stands below that, as
 * the header of an import in "net/" is included from there. For standard input,
 * standard output. */
static const char *default_output(struct arena *arena, const struct options *options,
                                  const char *input)
{
    const char *ending = options->skeleton ? "_test.c" : ".c";

    if (is_standard(input))
        return "-";
    if (options->outdir == NULL)
        return with_ending(arena, last_part(input), ending);
    while (strncmp(input, "./", 2) == 0)
        input += 2;
    return arena_format(arena, "%s/%s", options->outdir,
                        with_ending(arena, *input == '/' ? last_part(input) : input, ending));
}

/* "../x.chain", "a/../../x.chain": not below the folder of the outputs. */
static bool leads_up(const char *path)
{
    for (; path != NULL; path = strchr(path, '/')) {
        path += *path == '/';
        if (strncmp(path, "..", 2) == 0 && (path[2] == '/' || path[2] == '\0'))
            return true;
    }
    return false;
}

/* False if it cannot be said what the output is, which has been reported. */
static bool name_outputs(struct session *session)
{
    struct options *options = &session->options;
    struct arena *arena = &session->compilation.arena;
    bool stream;
    int error;

    if (options->output == NULL && options->outdir != NULL && leads_up(options->input)) {
        message_print(arena, options->input,
                      "its output must be below the folder of --outdir: the path of the input "
                      "cannot have '..'");
        return false;
    }
    if (options->output == NULL)
        options->output = default_output(arena, options, options->input);
    error = output_is_stream(arena, options->output, &stream);
    if (error != 0 && error != ENOTDIR) {
        message_print(arena, options->output, "cannot write: %s", strerror(error));
        return false;
    }
    if (options->header == NULL && !stream && !options->skeleton)
        options->header = with_ending(arena, options->output, ".h");
    if (!options->wants_depfile)
        return true;
    if (options->depfile == NULL && !stream)
        options->depfile = with_ending(arena, options->output, ".d");
    if (options->targets == NULL && !stream)
        options->targets = depfile_quote(arena, options->output);
    return true;
}

/* How the C file includes the header: they stand side by side, or the build says where to look. */
static const char *header_name(struct session *session)
{
    const struct options *options = &session->options;
    if (options->header != NULL)
        return last_part(options->header);
    return strcmp(options->input, "-") == 0
               ? "stdin.h"
               : with_ending(&session->compilation.arena, last_part(options->input), ".h");
}

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

    return session->options.outdir == NULL
               ? NULL
               : arena_copy(&session->compilation.arena, path, (size_t)(last_part(path) - path));
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

static enum status write_outputs(struct arena *arena, struct outputs *outputs)
{
    const char *path;

    if (output_commit(outputs))
        return STATUS_OK;
    path = outputs->problem_path;
    message_print(arena, is_standard(path) ? "standard output" : path, "cannot write: %s",
                  outputs->problem);
    return STATUS_USAGE;
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
    status = write_outputs(arena, &session->outputs);
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
    return write_outputs(&compilation->arena, &session->outputs);
}

/* Says what is wrong with the names of the outputs. */
static bool check_outputs(struct session *session)
{
    const struct options *options = &session->options;
    struct arena *arena = &session->compilation.arena;

    if (options->header != NULL && is_standard(options->header))
        message_print(arena, NULL, "the header needs a file: the C file has to include it");
    else if (options->wants_depfile && (options->depfile == NULL || options->targets == NULL))
        message_print(arena, NULL,
                      "with standard output or a device, -MD needs -MF and -MT: where to write it, "
                      "and the name of the target");
    else if (options->dump == DUMP_NONE && !reserved_can_include(header_name(session)))
        message_print(arena, header_name(session),
                      "the name of the header cannot stand in '#include': it has a quote, a "
                      "backslash, two question marks or a control byte");
    else if (options->dump == DUMP_NONE && reserved_is_header(header_name(session)))
        message_print(arena, header_name(session),
                      "a header of this name is included by all generated files: choose another "
                      "name for the file, or for its header with --header");
    else
        return true;
    return false;
}

/* ---- an input ------------------------------------------------------------ */

/* `time.chain` makes a time.h, which -I and its folder put before the C
 * library's. With --header it has been chosen. */
static void warn_of_header(struct session *session, const struct source *source)
{
    struct diags *diags = &session->compilation.diags;
    struct span span = { source->base, source->base };
    const char *name = header_name(session);

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
    const struct options *options = &session->options;

    warn_of_header(session, source); /* before --header has its default */
    if (!name_outputs(session) || !check_outputs(session))
        return false;
    compilation->emit = (struct emit_options){
        .c_name = is_standard(options->output) ? "<stdout>" : emit_output_name(options->output),
        .h_name = options->header == NULL ? header_name(session) : last_part(options->header),
        .header_name = header_name(session),
        .source_name = last_part(source->path),
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

/* Without memory the whole program is given up: the next input would have none either. */
static enum status translate_one(struct arena *arena, const struct options *options,
                                 const struct diags *settings, const char *input,
                                 struct all_files *files)
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

/* Two inputs, or "-" and another, that would write the same files. Said; false if there are any. */
static bool check_inputs(struct arena *arena, const struct options *options)
{
    struct named_output *named = NULL, *same;

    for (const char *const *input = options->inputs; *input != NULL; input++) {
        struct named_output *output = arena_new(arena, struct named_output);
        output->path = default_output(arena, options, *input);
        output->input = *input;
        HASH_FIND_STR(named, output->path, same);
        if (same != NULL) {
            message_print(arena, *input, "'%s' has an output of the same name", same->input);
            return false;
        }
        HASH_ADD_KEYPTR(hh, named, output->path, strlen(output->path), output);
    }
    return true;
}

enum { MOST_OUTPUTS = 3 }; /* of one input */

static void find_inputs(struct arena *arena, const struct options *options, struct all_files *files)
{
    size_t count = 0;
    struct stat status;

    while (options->inputs[count] != NULL)
        count++;
    file_set_init(&files->inputs, arena, count);
    file_set_init(&files->written, arena, count * MOST_OUTPUTS);
    for (const char *const *input = options->inputs; *input != NULL; input++)
        if (!is_standard(*input) && stat(*input, &status) == 0 && S_ISREG(status.st_mode))
            file_set_add(&files->inputs, (uint64_t)status.st_dev, (uint64_t)status.st_ino);
}

/* One after the other, also after one with errors. */
static enum status translate_all(struct arena *arena, const struct options *options,
                                 const struct diags *settings)
{
    enum status worst = STATUS_OK;
    struct all_files files;

    if (!options->format && !check_inputs(arena, options))
        return STATUS_USAGE;
    find_inputs(arena, options, &files);
    for (const char *const *input = options->inputs; *input != NULL; input++) {
        enum status status = translate_one(arena, options, settings, *input, &files);
        worst = status > worst ? status : worst;
    }
    return worst;
}

/* ---- the runtime as two files -------------------------------------------- */

static enum status copy_runtime(struct arena *arena, const struct options *options)
{
    static const char *const names[] = { "chain.h", "chain.c" };
    struct outputs outputs = { .arena = arena };
    struct sources sources = { .arena = arena };
    const char *from = options_runtime_dir(arena, options);

    if (from == NULL) {
        message_print(arena, NULL, "%s", options->data_problem);
        return STATUS_USAGE;
    }
    outputs.folder = options->runtime_copy;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *path = arena_format(arena, "%s/%s", from, names[i]), *problem;
        const struct source *source = source_read(&sources, path, &problem);
        if (source == NULL) {
            message_print(arena, path, "cannot read: %s", problem);
            return STATUS_USAGE;
        }
        output_stage(&outputs, arena_format(arena, "%s/%s", options->runtime_copy, names[i]),
                     source->raw, source->raw_length, options->if_changed);
    }
    outputs.read[0] = sources.first;
    outputs.read[1] = options->response_files;
    return write_outputs(arena, &outputs);
}

/* ---- the program --------------------------------------------------------- */

struct command {
    struct arena arena;
    int argc;
    char **argv;
    enum status status;
};

static void run(void *context)
{
    struct command *command = context;
    struct arena *arena = &command->arena;
    struct diags settings = { .arena = arena };
    struct options options = { 0 };

    if (!options_read(command->argc, command->argv, arena, &settings, &options, &command->status))
        return;
    settings.color = options.color;
    if (options.runtime_copy != NULL)
        command->status = copy_runtime(arena, &options);
    if (command->status == STATUS_OK && *options.inputs != NULL)
        command->status = translate_all(arena, &options, &settings);
}

int main(int argc, char **argv)
{
    struct command command = { .argc = argc, .argv = argv };

    if (io_open_standard() != 0)
        return STATUS_USAGE;
    if (!arena_guard(&command.arena, run, &command)) {
        message_out_of_memory();
        command.status = STATUS_USAGE;
    }
    arena_release(&command.arena);
    return (int)command.status;
}

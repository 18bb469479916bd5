/* options.c - the command line. */
#define _GNU_SOURCE /* program_invocation_name */
#include "driver/options.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/io.h"
#include "base/message.h"
#include "base/writer.h"
#include "driver/arguments.h"
#include "driver/depfile.h"

/* The manual page and the completions are made from this text: tools/options.awk. */
static const char *const help_text[] = {
    "Usage: chainc [OPTION]... FILE.chain...\n"
    "  or:  chainc --emit-runtime=DIR\n"
    "Compiles then/catch pipelines into flat C state machines.\n",
    "\n"
    "Output:\n"
    "  -o, --output=FILE       write the C file here, the header beside it (default: NAME.c and\n"
    "                          NAME.h in the current folder; -: the C file to standard output)\n"
    "      --header=FILE       write the header here\n"
    "      --outdir=DIR        write NAME.c and NAME.h of every input below this folder\n"
    "      --if-changed        do not write an output whose bytes would stay the same\n"
    "  -l, --no-lines          no #line directives\n"
    "  -g, --debug             with tables from which chain_loop_dump() and chain-gdb.py know the\n"
    "                          branches and names of a chain\n"
    "      --vendor            for a project with the two files of --emit-runtime: the output\n"
    "                          includes chain.h and nothing else of the runtime\n"
    "      --emit-runtime=DIR  write the runtime as chain.c and chain.h into this folder\n"
    "      --skeleton          write instead a test of the chains, with stubs for the operations\n"
    "                          (default: NAME_test.c)\n"
    "      --check             only look for errors\n"
    "      --format            print instead the files in the one style, with all their comments;\n"
    "                          with --check, only the names of those that differ (status 1)\n"
    "  -i, --in-place          with --format: write the files back\n"
    "      --dump=WHAT         print instead tokens, ast, source, checked, ir or frame\n"
    "      --report[=json]     print instead how large every chain is, and what shares storage\n"
    "      --cc=COMMAND        the C compiler that --report runs, with its flags (default: CC of\n"
    "                          the environment, else cc)\n",
    "\n"
    "Input (FILE may be -, for standard input):\n"
    "  -I, --include-dir=DIR   look here for imported files\n"
    "      @FILE               take more arguments from this file\n"
    "\n"
    "Dependencies, as gcc writes them:\n"
    "  -MD                     write the dependencies of the outputs to NAME.d beside the C file\n"
    "  -MF FILE                write them here\n"
    "      --depfile=FILE      the same as -MD -MF FILE\n"
    "  -MT TARGET              the target of the rule, as it is (default: the C file as -o names\n"
    "                          it; several are written side by side)\n"
    "  -MQ TARGET              the same, quoted for make\n"
    "  -MP                     add an empty rule for every imported file\n",
    "\n"
    "Messages:\n"
    "  -Wno-NAME               switch a warning off: each warning is printed with its NAME\n"
    "  -Wall                   no effect: all warnings are on\n"
    "  -Werror                 warnings are errors\n"
    "      --color=WHEN        always, never, or auto: on a terminal if NO_COLOR is not set\n"
    "\n"
    "Other:\n"
    "  -h, --help              print this\n"
    "  -V, --version           print the version\n"
    "      --dumpversion       print only its number\n"
    "      --print-datadir     print where the installed modules are\n"
    "      --print-runtime-dir print where the runtime is as two files\n"
    "\n"
    "Exit status: 0; 1: errors in the input; 2: wrong usage, or a file that cannot be\n"
    "read or written.\n",
    NULL,
};

enum {
    OPTION_HEADER = 256,
    OPTION_OUTDIR,
    OPTION_IF_CHANGED,
    OPTION_VENDOR,
    OPTION_EMIT_RUNTIME,
    OPTION_DUMP,
    OPTION_REPORT,
    OPTION_CC,
    OPTION_CHECK,
    OPTION_FORMAT,
    OPTION_SKELETON,
    OPTION_DEPFILE,
    OPTION_COLOR,
    OPTION_DUMPVERSION,
    OPTION_DATADIR,
    OPTION_RUNTIME_DIR
};

static const char short_options[] = ":o:lgiI:M:W:hV";

static const struct option long_options[] = {
    { "output", required_argument, NULL, 'o' },
    { "header", required_argument, NULL, OPTION_HEADER },
    { "outdir", required_argument, NULL, OPTION_OUTDIR },
    { "if-changed", no_argument, NULL, OPTION_IF_CHANGED },
    { "no-lines", no_argument, NULL, 'l' },
    { "debug", no_argument, NULL, 'g' },
    { "vendor", no_argument, NULL, OPTION_VENDOR },
    { "emit-runtime", required_argument, NULL, OPTION_EMIT_RUNTIME },
    { "check", no_argument, NULL, OPTION_CHECK },
    { "format", no_argument, NULL, OPTION_FORMAT },
    { "in-place", no_argument, NULL, 'i' },
    { "skeleton", no_argument, NULL, OPTION_SKELETON },
    { "dump", required_argument, NULL, OPTION_DUMP },
    { "report", optional_argument, NULL, OPTION_REPORT },
    { "cc", required_argument, NULL, OPTION_CC },
    { "include-dir", required_argument, NULL, 'I' },
    { "depfile", required_argument, NULL, OPTION_DEPFILE },
    { "color", required_argument, NULL, OPTION_COLOR },
    { "help", no_argument, NULL, 'h' },
    { "version", no_argument, NULL, 'V' },
    { "dumpversion", no_argument, NULL, OPTION_DUMPVERSION },
    { "print-datadir", no_argument, NULL, OPTION_DATADIR },
    { "print-runtime-dir", no_argument, NULL, OPTION_RUNTIME_DIR },
    { NULL, 0, NULL, 0 },
};

struct reader {
    struct arena *arena;
    char **words;
    struct diags *diags;
    struct options *options;
    unsigned include_count;
    enum status status;
    bool done, misused;
};

__attribute__((format(printf, 2, 3))) static void misused(struct reader *reader, const char *format,
                                                          ...)
{
    va_list args;

    va_start(args, format);
    message_print(reader->arena, NULL, "%s", arena_vformat(reader->arena, format, args));
    va_end(args);
    reader->status = STATUS_USAGE;
    reader->misused = reader->done = true;
}

static void say(struct reader *reader, const char *const *texts)
{
    int error = 0;

    for (; *texts != NULL && error == 0; texts++)
        error = io_write(STDOUT_FILENO, *texts, strlen(*texts));
    if (error != 0) {
        message_print(reader->arena, "standard output", "cannot write: %s", strerror(error));
        reader->status = STATUS_USAGE;
    }
    reader->done = true;
}

static void say_line(struct reader *reader, const char *line)
{
    const char *const texts[] = { line == NULL ? "" : line, "\n", NULL };
    say(reader, texts);
}

/* A folder that is asked for. */
static void say_folder(struct reader *reader, const char *folder)
{
    if (folder != NULL)
        say_line(reader, folder);
    else {
        message_print(reader->arena, NULL, "%s", reader->options->data_problem);
        reader->status = STATUS_USAGE;
        reader->done = true;
    }
}

static void list_warnings(struct reader *reader)
{
    struct writer list;

    writer_init(&list, reader->arena);
    diag_list_categories(&list);
    io_write(STDERR_FILENO, list.text, list.length);
}

static enum dump dump_named(const char *word)
{
    static const char *const words[] = {
        [DUMP_TOKENS] = "tokens",   [DUMP_AST] = "ast", [DUMP_SOURCE] = "source",
        [DUMP_CHECKED] = "checked", [DUMP_IR] = "ir",   [DUMP_FRAME] = "frame"
    };

    for (enum dump dump = DUMP_TOKENS; dump < DUMP_REPORT; dump++)
        if (strcmp(word, words[dump]) == 0)
            return dump;
    return DUMP_NONE;
}

static void set_warning(struct reader *reader, const char *word)
{
    if (strcmp(word, "error") == 0)
        reader->diags->warnings_are_errors = true;
    else if (strcmp(word, "all") == 0)
        ; /* they are on */
    else if (strncmp(word, "no-", 3) != 0 || !diag_silence(reader->diags, word + 3)) {
        misused(reader, "unknown warning '-W%s'; the ones there are:", word);
        list_warnings(reader);
    }
}

/* The default is decided in options_read(). */
static void set_color(struct reader *reader, const char *word)
{
    if (strcmp(word, "always") == 0 || strcmp(word, "never") == 0)
        reader->options->color = word[0] == 'a';
    else if (strcmp(word, "auto") != 0)
        misused(reader, "--color is always, never or auto, not '%s'", word);
}

static bool terminal_has_color(void)
{
    const char *no_color = getenv("NO_COLOR"), *terminal = getenv("TERM");

    return (no_color == NULL || *no_color == '\0') && terminal != NULL
           && strcmp(terminal, "dumb") != 0 && isatty(STDERR_FILENO);
}

/* What stands after -M. A file or target in a word of its own has been joined
 * to it: arguments.c. */
static void set_dependencies(struct reader *reader, const char *word)
{
    struct options *options = reader->options;
    const char *target = word[0] == 'Q' ? depfile_quote(reader->arena, word + 1) : word + 1;

    if (strcmp(word, "D") == 0)
        options->wants_depfile = true;
    else if (strcmp(word, "P") == 0)
        options->phony_targets = true;
    else if (word[0] == '\0' || strchr("FTQ", word[0]) == NULL)
        misused(reader, "unknown option '-M%s': there are -MD, -MF, -MT, -MQ and -MP", word);
    else if (word[1] == '\0')
        misused(reader, "option '-M%s' needs an argument", word);
    else if (word[0] == 'F')
        options->depfile = word + 1;
    else
        options->targets = options->targets == NULL
                               ? target
                               : arena_format(reader->arena, "%s %s", options->targets, target);
}

static void take_output_option(struct reader *reader, int option)
{
    struct options *options = reader->options;

    switch (option) {
    case 'o': options->output = optarg; break;
    case OPTION_HEADER: options->header = optarg; break;
    case OPTION_OUTDIR: options->outdir = optarg; break;
    case OPTION_IF_CHANGED: options->if_changed = true; break;
    case 'l': options->no_lines = true; break;
    case 'g': options->debug = true; break;
    case OPTION_VENDOR: options->vendored = true; break;
    case OPTION_EMIT_RUNTIME: options->runtime_copy = optarg; break;
    case OPTION_CHECK: options->check_only = true; break;
    case OPTION_FORMAT: options->format = true; break;
    case 'i': options->in_place = true; break;
    case OPTION_SKELETON: options->skeleton = true; break;
    case OPTION_DEPFILE:
        options->depfile = optarg;
        options->wants_depfile = true;
        break;
    case OPTION_DUMP:
        options->dump = dump_named(optarg);
        if (options->dump == DUMP_NONE)
            misused(reader,
                    "cannot dump '%s': it is one of tokens, ast, source, checked, ir, frame",
                    optarg);
        break;
    case OPTION_REPORT:
        if (optarg == NULL || strcmp(optarg, "text") == 0)
            options->dump = DUMP_REPORT;
        else if (strcmp(optarg, "json") == 0)
            options->dump = DUMP_REPORT_JSON;
        else
            misused(reader, "cannot report as '%s': it is text or json", optarg);
        break;
    case OPTION_CC: options->cc = optarg; break;
    default: break;
    }
}

/* What getopt would say itself, if it did not print names as they are. */
static void refuse(struct reader *reader, int option, const char *word)
{
    bool is_letter = optopt > 0 && optopt < OPTION_HEADER
                     && (optopt == ':' || strchr(short_options, optopt) == NULL);

    if (option == ':')
        misused(reader, "option '%s' needs an argument", word);
    else if (is_letter) /* of several in one word perhaps, which getopt has not left then */
        misused(reader, "unknown option '-%c'", optopt);
    else if (optopt != 0)
        misused(reader, "option '%.*s' has no argument", (int)strcspn(word, "="), word);
    else
        misused(reader, "unknown option '%s', or the beginning of several", word);
}

static void take(struct reader *reader, int option)
{
    switch (option) {
    case 'I': reader->options->include_dirs[reader->include_count++] = optarg; break;
    case 'M': set_dependencies(reader, optarg); break;
    case 'W': set_warning(reader, optarg); break;
    case OPTION_COLOR: set_color(reader, optarg); break;
    case 'h': say(reader, help_text); break;
    case 'V': say_line(reader, "chainc (chain) " CHAINC_VERSION); break;
    case OPTION_DUMPVERSION: say_line(reader, CHAINC_VERSION); break;
    case OPTION_DATADIR: say_folder(reader, reader->options->data_dir); break;
    case OPTION_RUNTIME_DIR:
        say_folder(reader, options_runtime_dir(reader->arena, reader->options));
        break;
    case ':':
    case '?': refuse(reader, option, reader->words[optind - 1]); break;
    default: take_output_option(reader, option); break;
    }
}

static bool reads_standard_input(const struct options *options)
{
    for (const char *const *input = options->inputs; *input != NULL; input++)
        if (strcmp(*input, "-") == 0)
            return true;
    return false;
}

static void check_format(struct reader *reader, bool names_outputs)
{
    struct options *options = reader->options;

    if (!options->format)
        misused(reader, "-i needs --format");
    else if (options->skeleton || options->dump != DUMP_NONE)
        misused(reader, "only one of --format, --skeleton, --dump and --report");
    else if (names_outputs || options->outdir != NULL || options->wants_depfile
             || options->phony_targets || options->runtime_copy != NULL)
        misused(reader, "--format writes no outputs that could be named, or depend on something");
    else if (options->in_place && options->check_only)
        misused(reader, "either -i or --check with --format");
    else if (options->in_place && reads_standard_input(options))
        misused(reader, "standard input cannot be written back: -i needs files");
    options->dump = DUMP_SOURCE;
}

/* What needs one input is refused for several, and what needs outputs where there are none. */
static void check_combination(struct reader *reader)
{
    const struct options *options = reader->options;
    bool names_outputs = options->output != NULL || options->header != NULL
                         || options->depfile != NULL || options->targets != NULL;

    if (options->inputs[0] == NULL && options->runtime_copy == NULL)
        misused(reader, "no input file");
    else if (options->format || options->in_place)
        check_format(reader, names_outputs);
    else if (options->inputs[0] != NULL && options->inputs[1] != NULL && names_outputs)
        misused(
            reader,
            "one file at a time with -o, --header, --depfile or -MF, -MT, -MQ: '%s' is one too many",
            options->inputs[1]);
    else if (options->outdir != NULL && options->output != NULL)
        misused(reader, "either -o or --outdir");
    else if (options->check_only + options->skeleton + (options->dump != DUMP_NONE) > 1)
        misused(reader, "only one of --check, --skeleton, --dump and --report");
    else if (options->wants_depfile && (options->check_only || options->dump != DUMP_NONE))
        misused(reader, "nothing is written that could depend on something: %s",
                options->check_only ? "--check" : "--dump and --report");
    else if (!options->wants_depfile
             && (options->depfile != NULL || options->targets != NULL || options->phony_targets))
        misused(reader, "-MF, -MT, -MQ and -MP need -MD");
}

/* ---- where things are ---------------------------------------------------- */

/* The way from the folder of the installed program to that of the data, if the
 * build was told an unusual one. */
#ifndef CHAINC_WAY_TO_DATA
#define CHAINC_WAY_TO_DATA "../share"
#endif

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

/* The folder that a file or folder stands in; "" for the root. */
static const char *parent(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    return arena_copy(arena, path, slash == NULL ? 0 : (size_t)(slash - path));
}

/* "bin/../share" would do, but the path is printed and stands in depfiles. */
static const char *join(struct arena *arena, const char *folder, const char *way)
{
    for (; strncmp(way, "../", 3) == 0; way += 3)
        folder = parent(arena, folder);
    return arena_format(arena, "%s/%s", folder, way);
}

/* As the shell finds it: the first in PATH that can be run. */
static const char *search_path(struct arena *arena, const char *name)
{
    const char *path = getenv("PATH");

    while (path != NULL && *path != '\0') {
        size_t length = strcspn(path, ":");
        const char *file = arena_format(arena, "%.*s/%s", (int)length, path, name);
        if (length > 0 && access(file, X_OK) == 0)
            return file;
        path += length + (path[length] == ':');
    }
    return name;
}

/* The path without links; NULL with errno. */
static const char *resolve_links(struct arena *arena, const char *path)
{
    char resolved[PATH_MAX];

    if (realpath(path, resolved) != NULL)
        return arena_copy(arena, resolved, strlen(resolved));
    if (errno == ENOMEM)
        arena_exhausted(arena);
    return NULL;
}

/* The file of this program: as the system says, else by the name it was called
 * with. NULL with errno if neither helps. */
static const char *own_path(struct arena *arena)
{
    const char *name = program_invocation_name, *path = resolve_links(arena, "/proc/self/exe");

    if (path != NULL)
        return path;
    return resolve_links(arena, strchr(name, '/') != NULL ? name : search_path(arena, name));
}

/* CHAINC_DATADIR of the environment, else share/chain beside the folder of the
 * program, or where the build was told that it would be. */
static void find_data(struct arena *arena, struct options *options)
{
    const char *program;

    options->data_dir = getenv("CHAINC_DATADIR");
    if (options->data_dir != NULL)
        return;
    program = own_path(arena);
    if (program == NULL) {
        options->data_problem =
            arena_format(arena, "cannot find out where chainc and its modules are: %s",
                         strerror(errno));
        return;
    }
    program = parent(arena, program);
    options->data_dir = join(arena, program, CHAINC_WAY_TO_DATA "/chain");
    if (!is_there(options->data_dir))
        options->data_dir = join(arena, program, "../share/chain");
}

const char *options_runtime_dir(struct arena *arena, const struct options *options)
{
    return options->data_dir == NULL ? NULL : arena_format(arena, "%s/runtime", options->data_dir);
}

/* ---- all of it ----------------------------------------------------------- */

bool options_read(int argc, char **argv, struct arena *arena, struct diags *diags,
                  struct options *options, enum status *status)
{
    static const char hint[] = "Try 'chainc --help' for more information.\n";
    struct reader reader = { .arena = arena, .diags = diags, .options = options };
    struct arguments arguments;
    int option;

    find_data(arena, options);
    if (!arguments_expand(&arguments, arena, argc, argv))
        misused(&reader, "@%s: %s", arguments.file, arguments.problem);
    reader.words = arguments.words;
    options->response_files = arguments.files.first;
    options->include_dirs =
        arena_alloc(arena, ((size_t)arguments.count + 1) * sizeof *options->include_dirs);
    options->color = terminal_has_color();
    opterr = 0;
    while (!reader.done
           && (option =
                   getopt_long(arguments.count, arguments.words, short_options, long_options, NULL))
                  != -1)
        take(&reader, option);
    options->inputs = (const char *const *)arguments.words + optind;
    if (!reader.done)
        check_combination(&reader);
    if (reader.misused)
        io_write(STDERR_FILENO, hint, sizeof hint - 1);
    *status = reader.status;
    return !reader.done;
}

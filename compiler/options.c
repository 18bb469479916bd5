/* options.c - the command line. */
#define _GNU_SOURCE /* readlink */
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "diag.h"

static const char help_text[] =
    "Usage: chainc [OPTION]... FILE.chain\n"
    "Compiles then/catch pipelines into flat C state machines.\n"
    "\n"
    "Output:\n"
    "  -o, --output=FILE       write the C file here, the header beside it (default: NAME.c and\n"
    "                          NAME.h in the current folder; -: the C file to standard output)\n"
    "      --header=FILE       write the header here\n"
    "  -l, --no-lines          no #line directives\n"
    "      --check             only look for errors\n"
    "      --dump=WHAT         print tokens, ast, source, checked, ir or frame instead\n"
    "\n"
    "Input (FILE may be -, for standard input):\n"
    "  -I, --include-dir=DIR   look here for imported files\n"
    "\n"
    "Warnings:\n"
    "  -Wno-NAME               do not warn of NAME, which is printed behind each warning\n"
    "  -Werror                 warnings are errors\n"
    "\n"
    "Other:\n"
    "  -h, --help              print this\n"
    "  -V, --version           print the version\n"
    "      --dumpversion       print only its number\n"
    "      --print-datadir     print where the installed modules are\n"
    "\n"
    "Exit status: 0; 1 for errors in the input; 2 for usage, reading and writing.\n";

enum { OPTION_HEADER = 256, OPTION_DUMP, OPTION_CHECK, OPTION_DUMPVERSION, OPTION_DATADIR };

static const struct option long_options[] = {
    { "output", required_argument, NULL, 'o' },
    { "header", required_argument, NULL, OPTION_HEADER },
    { "no-lines", no_argument, NULL, 'l' },
    { "check", no_argument, NULL, OPTION_CHECK },
    { "dump", required_argument, NULL, OPTION_DUMP },
    { "include-dir", required_argument, NULL, 'I' },
    { "help", no_argument, NULL, 'h' },
    { "version", no_argument, NULL, 'V' },
    { "dumpversion", no_argument, NULL, OPTION_DUMPVERSION },
    { "print-datadir", no_argument, NULL, OPTION_DATADIR },
    { NULL, 0, NULL, 0 },
};

struct reader {
    struct arena *arena;
    struct diags *diags;
    struct options *options;
    unsigned include_count;
    enum status status;
    bool done;
};

static void misused(struct reader *reader, const char *format, const char *word)
{
    fprintf(stderr, "chainc: ");
    fprintf(stderr, format, word);
    fputc('\n', stderr);
    reader->status = STATUS_USAGE;
    reader->done = true;
}

static void say(struct reader *reader, const char *text)
{
    if (fputs(text, stdout) < 0 || fflush(stdout) != 0) {
        perror("chainc: standard output");
        reader->status = STATUS_USAGE;
    }
    reader->done = true;
}

static bool is_dump(const char *word)
{
    static const char *const words[] = { "tokens", "ast", "source", "checked", "ir", "frame" };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(word, words[i]) == 0)
            return true;
    return false;
}

static void set_warning(struct reader *reader, const char *word)
{
    if (strcmp(word, "error") == 0)
        reader->diags->warnings_are_errors = true;
    else if (strncmp(word, "no-", 3) != 0 || !diag_silence(reader->diags, word + 3)) {
        misused(reader, "unknown warning '-W%s'; the ones there are:", word);
        diag_list_categories(stderr);
    }
}

static void take(struct reader *reader, int option)
{
    struct options *options = reader->options;

    switch (option) {
    case 'o': options->output = optarg; break;
    case OPTION_HEADER: options->header = optarg; break;
    case 'l': options->no_lines = true; break;
    case OPTION_CHECK: options->check_only = true; break;
    case OPTION_DUMP:
        if (is_dump(optarg))
            options->dump = optarg;
        else
            misused(reader, "cannot dump '%s': it is one of tokens, ast, source, checked, ir, frame", optarg);
        break;
    case 'I': options->include_dirs[reader->include_count++] = optarg; break;
    case 'W': set_warning(reader, optarg); break;
    case 'h': say(reader, help_text); break;
    case 'V': say(reader, "chainc (chain) " CHAINC_VERSION "\n"); break;
    case OPTION_DUMPVERSION: say(reader, CHAINC_VERSION "\n"); break;
    case OPTION_DATADIR: {
        const char *dir = options_data_dir(reader->arena);
        say(reader, arena_format(reader->arena, "%s\n", dir == NULL ? "" : dir));
        break;
    }
    default: /* getopt has said what is wrong */
        reader->status = STATUS_USAGE;
        reader->done = true;
        break;
    }
}

static void take_input(struct reader *reader, int argc, char **argv)
{
    if (reader->done)
        return;
    if (optind == argc)
        misused(reader, "no input file%s", "");
    else if (optind + 1 < argc)
        misused(reader, "one file at a time: '%s' is one too many", argv[optind + 1]);
    else
        reader->options->input = argv[optind];
}

bool options_read(int argc, char **argv, struct arena *arena, struct diags *diags, struct options *options, enum status *status)
{
    struct reader reader = { .arena = arena, .diags = diags, .options = options };
    int option;

    options->include_dirs = arena_alloc(arena, ((size_t)argc + 1) * sizeof *options->include_dirs);
    while (!reader.done && (option = getopt_long(argc, argv, "o:lI:W:hV", long_options, NULL)) != -1)
        take(&reader, option);
    take_input(&reader, argc, argv);
    if (reader.status == STATUS_USAGE)
        fprintf(stderr, "Try 'chainc --help' for more information.\n");
    *status = reader.status;
    return !reader.done;
}

const char *options_data_dir(struct arena *arena)
{
    const char *dir = getenv("CHAINC_DATADIR");
    char path[4096];
    ssize_t length;
    char *slash;

    if (dir != NULL)
        return dir;
    length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length <= 0)
        return NULL;
    path[length] = '\0';
    for (int up = 0; up < 2; up++) { /* from bin/chainc to what bin stands in */
        slash = strrchr(path, '/');
        if (slash == NULL)
            return NULL;
        *slash = '\0';
    }
    return arena_format(arena, "%s/share/chain", path);
}

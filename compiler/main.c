/* main.c - the command line, and the passes in their order. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "ast.h"
#include "diag.h"
#include "intern.h"
#include "passes.h"
#include "source.h"
#include "writer.h"

enum status { STATUS_OK = 0, STATUS_INPUT_ERRORS = 1, STATUS_USAGE = 2 };

struct options {
    const char *dump;
    const char *input;
};

struct session {
    struct arena arena;
    struct names names;
    struct sources sources;
    struct diags diags;
    struct writer out;
};

static bool is_dump(const char *text)
{
    return strcmp(text, "tokens") == 0 || strcmp(text, "ast") == 0 || strcmp(text, "source") == 0;
}

static bool read_options(int argc, char **argv, struct options *options)
{
    static const struct option known[] = { { "dump", required_argument, NULL, 'D' }, { NULL, 0, NULL, 0 } };
    int option;

    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (option != 'D')
            return false;
        options->dump = optarg;
    }
    options->input = argv[optind];
    return options->input && !argv[optind + 1] && (!options->dump || is_dump(options->dump));
}

static void dump(struct session *session, const struct options *options, const struct source *source)
{
    if (options->dump && strcmp(options->dump, "tokens") == 0) {
        dump_tokens(&session->out, &session->arena, &session->names, &session->diags, source, &session->sources);
        return;
    }
    struct ast_file *file = parse(&session->arena, &session->names, &session->diags, source);
    if (!options->dump || session->diags.errors > 0)
        return;
    if (strcmp(options->dump, "ast") == 0)
        ast_dump(&session->out, file, &session->sources, true);
    else
        ast_print(&session->out, file, &session->sources);
}

static enum status finish(struct session *session)
{
    enum status status = session->diags.errors > 0 ? STATUS_INPUT_ERRORS : STATUS_OK;

    fwrite(session->out.text, 1, session->out.length, stdout);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "chainc: cannot write: %s\n", strerror(errno));
        status = STATUS_USAGE;
    }
    diag_print(&session->diags, stderr);
    return status;
}

static enum status run(struct session *session, const struct options *options)
{
    const char *problem;
    const struct source *source = source_read(&session->sources, options->input, &problem);

    if (!source) {
        fprintf(stderr, "chainc: %s: %s\n", options->input, problem);
        return STATUS_USAGE;
    }
    dump(session, options, source);
    return finish(session);
}

int main(int argc, char **argv)
{
    struct options options = { 0 };
    struct session session = { 0 };

    if (!read_options(argc, argv, &options)) {
        fputs("usage: chainc [--dump=tokens|ast|source] FILE\n", stderr);
        return STATUS_USAGE;
    }
    session.names.arena = session.sources.arena = session.diags.arena = &session.arena;
    session.diags.sources = &session.sources;
    writer_init(&session.out);
    enum status status = run(&session, &options);
    names_release(&session.names);
    writer_release(&session.out);
    arena_release(&session.arena);
    return status;
}

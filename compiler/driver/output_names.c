/* output_names.c - what the outputs of an input are called, and which names are refused. */
#include "driver/output_names.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/message.h"
#include "base/table.h"
#include "ctext/reserved.h"
#include "driver/depfile.h"
#include "driver/options.h"
#include "driver/output.h"

const char *output_last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* "dir/x.chain" with another ending. */
static const char *with_ending(struct arena *arena, const char *path, const char *ending)
{
    const char *dot = strrchr(output_last_part(path), '.');
    size_t length =
        dot == NULL || dot == output_last_part(path) ? strlen(path) : (size_t)(dot - path);
    return arena_format(arena, "%.*s%s", (int)length, path, ending);
}

/* NAME.c; with a folder for the outputs, where the input stands below that, as
 * the header of an import in "net/" is included from there. For standard input,
 * standard output. */
static const char *default_output(struct arena *arena, const struct options *options,
                                  const char *input)
{
    const char *ending = options->skeleton ? "_test.c" : ".c";

    if (output_is_standard(input))
        return "-";
    if (options->outdir == NULL)
        return with_ending(arena, output_last_part(input), ending);
    while (strncmp(input, "./", 2) == 0)
        input += 2;
    return arena_format(arena, "%s/%s", options->outdir,
                        with_ending(arena, *input == '/' ? output_last_part(input) : input,
                                    ending));
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

bool output_names_set(struct arena *arena, struct options *options)
{
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

const char *output_names_header(struct arena *arena, const struct options *options)
{
    if (options->header != NULL)
        return output_last_part(options->header);
    return output_is_standard(options->input)
               ? "stdin.h"
               : with_ending(arena, output_last_part(options->input), ".h");
}

bool output_names_check(struct arena *arena, const struct options *options)
{
    const char *header = output_names_header(arena, options);

    if (options->header != NULL && output_is_standard(options->header))
        message_print(arena, NULL, "the header needs a file: the C file has to include it");
    else if (options->wants_depfile && (options->depfile == NULL || options->targets == NULL))
        message_print(arena, NULL,
                      "with standard output or a device, -MD needs -MF and -MT: where to write it, "
                      "and the name of the target");
    else if (options->dump == DUMP_NONE && !reserved_can_include(header))
        message_print(arena, header,
                      "the name of the header cannot stand in '#include': it has a quote, a "
                      "backslash, two question marks or a control byte");
    else if (options->dump == DUMP_NONE && reserved_is_header(header))
        message_print(arena, header,
                      "a header of this name is included by all generated files: choose another "
                      "name for the file, or for its header with --header");
    else
        return true;
    return false;
}

/* An output, by its name. */
struct named_output {
    UT_hash_handle hh;
    const char *path, *input;
};

bool output_names_differ(struct arena *arena, const struct options *options)
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

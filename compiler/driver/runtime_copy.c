/* runtime_copy.c - the runtime as two files in a folder (--emit-runtime). */
#include "driver/runtime_copy.h"

#include "base/arena.h"
#include "base/message.h"
#include "base/source.h"
#include "driver/output.h"

enum status runtime_copy(struct arena *arena, const struct options *options)
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
    return output_write(&outputs) ? STATUS_OK : STATUS_USAGE;
}

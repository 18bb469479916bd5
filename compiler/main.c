/* main.c - the command: the runtime as two files, if asked for, and each input by itself. */
#include "base/arena.h"
#include "base/diag.h"
#include "base/io.h"
#include "base/message.h"
#include "driver/options.h"
#include "driver/output_names.h"
#include "driver/runtime_copy.h"
#include "session.h"

/* One after the other, also after one with errors. */
static enum status translate_all(struct arena *arena, const struct options *options,
                                 const struct diags *settings)
{
    enum status worst = STATUS_OK;
    struct session_files files;

    if (!options->format && !output_names_differ(arena, options))
        return STATUS_USAGE;
    session_find_inputs(&files, arena, options);
    for (const char *const *input = options->inputs; *input != NULL; input++) {
        enum status status = session_translate(arena, options, settings, *input, &files);
        worst = status > worst ? status : worst;
    }
    return worst;
}

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
        command->status = runtime_copy(arena, &options);
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

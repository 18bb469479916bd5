/* fuzz_compiler.c - any text through all passes, to all forms of output.
 *
 * Checked: nothing crashes or leaks; the same input gives the same bytes,
 * wherever the memory is; the machine, the messages and the texts of an
 * accepted input are well formed (verify.c). */
#include "drive.h"

#include <stdlib.h>

enum { SOURCE, HEADER, SKELETON, DUMPS, MESSAGES, TEXTS };

static const char *const names[TEXTS] = { "the C file", "the header", "the skeleton", "the dumps",
                                          "the messages" };

struct result {
    struct driven driven;
    struct writer texts[TEXTS];
    bool accepted;
};

static void run(struct result *result, const struct input *input)
{
    struct driven *d = &result->driven;
    struct writer *texts = result->texts;
    bool parsed = drive_parse(d, input->parts[0].text, input->parts[0].length);

    for (int i = 0; i < TEXTS; i++)
        writer_init(&texts[i], &d->base.arena);
    result->accepted = parsed && drive_check(d);
    if (result->accepted) {
        drive_emit(d, &texts[SOURCE], &texts[HEADER], true);
        drive_skeleton(d, &texts[SKELETON]);
        drive_dumps(d, &texts[DUMPS]);
    }
    diag_print(&d->base.diags, &texts[MESSAGES]);
    must(result->accepted == (d->base.diags.errors == 0),
         "refused without an error, or accepted with one");
}

static void verify(const struct result *result, const struct input *input)
{
    for (int i = SOURCE; result->accepted && i <= SKELETON; i++)
        verify_text(names[i], &result->texts[i], input);
    verify_messages(&result->texts[MESSAGES]);
}

/* Again, with the memory somewhere else. */
static void run_again(const struct result *result, const struct input *input)
{
    void *volatile shift = malloc(20 * 1024);
    struct result again;

    run(&again, input);
    for (int i = 0; i < TEXTS; i++)
        must_equal(names[i], result->texts[i].text, result->texts[i].length, again.texts[i].text,
                   again.texts[i].length);
    drive_end(&again.driven);
    free(shift);
}

/* --dump=tokens: the lexer without the parser. */
static void tokens(struct compilation *c, const struct input *input)
{
    struct writer writer;

    writer_init(&writer, &c->arena);
    parse_dump_tokens(&writer, &c->arena, &c->names, &c->diags,
                      source_add(&c->sources, "main.chain", input->parts[0].text,
                                 input->parts[0].length),
                      &c->sources);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input;
    struct result result;

    input_split(&input, data, size);
    files_offer(&input);
    run(&result, &input);
    verify(&result, &input);
    if (result.accepted || size % 8 == 0) {
        run_again(&result, &input);
        tokens(&result.driven.base, &input);
    }
    drive_end(&result.driven);
    return 0;
}

/* A text that is to be a number. */
#define main numbers_main
#include "../wire.h"
#include <10_success_passes_catch.c>

static struct read_number frame;

static struct chain_root *start(struct chain_loop *loop)
{
    read_number_run(&frame, loop, wire_text());
    return &frame.root;
}

const struct program numbers_program = { "numbers", &frame, sizeof frame, start, NULL };

/* What is to be sent back. */
#define main echo_main
#include "../wire.h"
#include <echo.c>

static struct echo frame;

static struct chain_root *start(struct chain_loop *loop)
{
    echo_run(&frame, loop, wire_open());
    return &frame.root;
}

const struct program echo_program = { "echo", &frame, sizeof frame, start, NULL };

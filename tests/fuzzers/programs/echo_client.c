/* What comes back. */
#define main echo_client_main
#include "../wire.h"
#include <echo_client.c>

static struct talk frame;

static struct chain_root *start(struct chain_loop *loop)
{
    talk_run(&frame, loop, 4000, "ping");
    return &frame.root;
}

const struct program echo_client_program = { "echo_client", &frame, sizeof frame, start, NULL };

/* What is to be sent back by instances from a pool. */
#define main server_main
#include "../wire.h"
#include <server.c>

static struct talk frame;

static struct chain_root *start(struct chain_loop *loop)
{
    talk_run(&frame, loop, wire_open());
    return &frame.root;
}

const struct program server_program = { "server", &frame, sizeof frame, start, NULL };

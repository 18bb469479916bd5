/* News for the client. */
#define main keepalive_main
#include "../wire.h"
#include <keepalive.c>

static struct client frame;

static struct chain_root *start(struct chain_loop *loop)
{
    client_run(&frame, loop, 4000);
    return &frame.root;
}

const struct program keepalive_program = { "keepalive", &frame, sizeof frame, start, NULL };

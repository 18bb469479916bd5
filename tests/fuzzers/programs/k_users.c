/* What a server answers. */
#define main k_users_main
#include "../wire.h"
#include <k_users.c>

static struct k_users frame;

static struct chain_root *start(struct chain_loop *loop)
{
    k_users_run(&frame, loop, 4000);
    return &frame.root;
}

const struct program k_users_program = { "k_users", &frame, sizeof frame, start, NULL };

/* The requests that clients send to the site. */
#define main crawler_site_main
#include "../wire.h"
#include <crawler_site.c>

static struct serve_all frame;

static struct chain_root *start(struct chain_loop *loop)
{
    serve_all_run(&frame, loop, 0);
    return &frame.root;
}

const struct program crawler_site_program = { "crawler_site", &frame, sizeof frame, start, NULL };

/* The pages that a server sends to the crawler. */
#define main crawler_main
#include "../wire.h"
#include <crawler.c>

static struct {
    struct crawl crawl;
    struct site site;
} frame;

static struct chain_root *start(struct chain_loop *loop)
{
    find(&frame.site, "/", 1);
    crawl_run(&frame.crawl, loop, &frame.site);
    return &frame.crawl.root;
}

const struct program crawler_program = { "crawler", &frame, sizeof frame, start, NULL };

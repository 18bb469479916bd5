/* The questions of clients. The data are the input, too: a file is as strange as a line. */
#define main k_users_server_main
#include "../wire.h"
#include <k_users_server.c>

static struct {
    struct accept_all accept_all;
    struct site site;
} frame;

static void fill(struct text *text)
{
    text->size = (size_t)snprintf(text->data, sizeof text->data, "%s", wire_text());
    if (text->size >= sizeof text->data)
        text->size = sizeof text->data - 1;
}

static struct chain_root *start(struct chain_loop *loop)
{
    fill(&frame.site.users);
    fill(&frame.site.questions);
    fill(&frame.site.answers);
    frame.site.listener = wire_open();
    accept_all_run(&frame.accept_all, loop, &frame.site);
    return &frame.accept_all.root;
}

static void stop(void)
{
    close_listener(&frame.site);
}

const struct program k_users_server_program = { "k_users_server", &frame, sizeof frame, start,
                                                stop };

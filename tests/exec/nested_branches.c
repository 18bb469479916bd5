/* Operations that wait until they are cancelled; a letter for each finally that runs. */
#include "nested_branches.h"

void never_start(struct never *op, int x)
{
    (void)op;
    (void)x;
}

void never_cancel(struct never *op)
{
    never_cancelled(never_done(op));
}

static struct acknowledging {
    struct chain_timer timer; /* first */
    stubborn_deferred done;
} acknowledging[16];

void stubborn_start(struct stubborn *op, int x)
{
    (void)op;
    (void)x;
}

static void acknowledge(struct chain_timer *timer, struct chain_loop *loop)
{
    struct acknowledging *it = (struct acknowledging *)(void *)timer;

    (void)loop;
    stubborn_resolve(it->done, 1);
}

void stubborn_cancel(struct stubborn *op)
{
    struct acknowledging *it = acknowledging;

    while (it->timer.link != NULL)
        it++;
    it->done = stubborn_done(op);
    it->timer.fire = acknowledge;
    chain_timer_arm(chain_loop_of(op), &it->timer, chain_loop_deadline(chain_loop_of(op), 1000));
}

void trace(const char *text)
{
    if (text[0] == '\0')
        putchar(' ');
    else
        fputs(text, stdout);
}

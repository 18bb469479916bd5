/* main.c - two chains in static memory, and a loop that sleeps when neither can go on. */
#include <chain_cortex_m.h>

#include "board.h"
#include "terminal.h"

static struct chain_loop loop;
static struct terminal terminal;
static struct blink blink;

void SysTick_Handler(void);

void SysTick_Handler(void)
{
    chain_cortex_m_tick();
}

static void terminal_ends(struct chain_root *root)
{
    (void)root;
    blink_cancel(&blink);
}

/* The status says whether all went well: tests look at it. */
int main(void)
{
    board_open();
    chain_cortex_m_start(board_cycles_per_ms);
    if (chain_loop_init(&loop, &chain_cortex_m_port) != 0)
        return 1;
    terminal.root.on_settled = terminal_ends;
    terminal_run(&terminal, &loop);
    blink_run(&blink, &loop);
    chain_loop_run(&loop);
    if (chain_root_outcome(&terminal.root) != CHAIN_OUTCOME_VALUE
        || chain_root_outcome(&blink.root) != CHAIN_OUTCOME_CANCELLED || board_is_lit())
        return 2;
    return chain_loop_fini(&loop) == 0 ? 0 : 3;
}

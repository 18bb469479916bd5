/* The main program and the interrupts of interrupts.chain: SysTick, and PendSV,
 * which comes when the program asks for it. */
#include <chain_cortex_m.h>

#include "interrupts.h"

#define ICSR (*(volatile uint32_t *)0xe000ed04u)
#define SYST_RVR (*(volatile uint32_t *)0xe000e014u)
#define SYST_CVR (*(volatile uint32_t *)0xe000e018u)

enum { PENDSVSET = 1 << 28, ROUNDS = 2000 };

static struct chain_loop loop;
static signalled_deferred pending[4];
static contested_deferred prize;
static struct waits waits[4];
static struct adds adds;
static struct contest contest;
static struct chain_cancel_request request;

/* ---- interrupts ---------------------------------------------------------- */

static void (*volatile on_pendsv)(void);
static volatile int ticks_left; /* until SysTick posts the first signal */
static volatile bool contesting;
static volatile unsigned won, lost;
static int table[8];

void PendSV_Handler(void);
void SysTick_Handler(void);

void PendSV_Handler(void)
{
    on_pendsv();
}

static void interrupt_with(void (*function)(void))
{
    on_pendsv = function;
    ICSR = PENDSVSET;
    __asm volatile("dsb\n\tisb" : : : "memory");
}

static void count(enum chain_settled settled)
{
    if (settled == CHAIN_OK)
        won++;
    else
        lost++;
}

void SysTick_Handler(void)
{
    chain_cortex_m_tick();
    if (ticks_left != 0 && --ticks_left == 0)
        signalled_post_resolve(pending[0], 7);
    if (contesting)
        count(contested_post_resolve(prize));
}

static void post_three(void)
{
    signalled_post_resolve(pending[3], 30);
    signalled_post_resolve(pending[1], 10);
    signalled_post_resolve(pending[2], 20);
}

static void fill_and_post(void)
{
    for (int i = 0; i < 8; i++)
        table[i] = i;
    signalled_post_resolve(pending[0], 0);
}

static void post_a_cancel(void)
{
    printf("posted: %d", chain_root_post_cancel(&request, &waits[0].root) == CHAIN_OK);
    printf(", and again: %d\n", chain_root_post_cancel(&request, &waits[0].root) == CHAIN_LATE);
}

static void post_too_late(void)
{
    printf("closed: %d\n", signalled_post_resolve(pending[1], 1) == CHAIN_CLOSED);
}

/* ---- operations ---------------------------------------------------------- */

void signalled_start(struct signalled *op, int number)
{
    pending[number % 4] = signalled_done(op);
}

void signalled_cancel(struct signalled *op)
{
    signalled_cancelled(signalled_done(op));
}

void contested_start(struct contested *op)
{
    static uint32_t random = 1;

    random = random * 1664525u + 1013904223u;
    SYST_RVR = 200 + (random >> 22);
    SYST_CVR = 0;
    prize = contested_done(op);
    contesting = true;
}

void contested_cancel(struct contested *op)
{
    contested_cancelled(contested_done(op));
}

bool in_interrupt(void)
{
    uint32_t ipsr;

    __asm volatile("mrs %0, ipsr" : "=r"(ipsr));
    return ipsr != 0;
}

int sum(void)
{
    int total = 0;

    for (int i = 0; i < 8; i++)
        total += table[i];
    return total;
}

/* ---- the main program ---------------------------------------------------- */

static void turn(void)
{
    chain_loop_turn(&loop, false);
}

int main(void)
{
    chain_cortex_m_start(16000);
    chain_loop_init(&loop, &chain_cortex_m_port);

    printf("99: an interrupt wakes the loop\n");
    ticks_left = 3;
    waits_run(&waits[0], &loop, 0);
    chain_loop_run(&loop);

    printf("100: in the order of the posts\n");
    for (int i = 1; i <= 3; i++)
        waits_run(&waits[i], &loop, i);
    turn();
    interrupt_with(post_three);
    printf("nothing has run yet\n");
    chain_loop_run(&loop);

    printf("101: what was written before is there\n");
    adds_run(&adds, &loop);
    turn();
    interrupt_with(fill_and_post);
    chain_loop_run(&loop);

    printf("66: a cancel from an interrupt\n");
    waits_run(&waits[0], &loop, 0);
    turn();
    interrupt_with(post_a_cancel);
    chain_loop_run(&loop);
    printf("cancelled: %d, the request is free: %d\n",
           chain_root_outcome(&waits[0].root) == CHAIN_OUTCOME_CANCELLED,
           chain_cancel_request_is_free(&request));

    printf("102: one of two wins\n");
    contest_run(&contest, &loop, ROUNDS);
    turn();
    while (chain_root_outcome(&contest.root) == CHAIN_OUTCOME_PENDING) {
        uint64_t late = chain_loop_late(&loop);
        if (contested_resolve(prize) == CHAIN_OK) {
            uintptr_t state = chain_port_enter();
            won++;
            chain_port_leave(state);
        } else if (chain_loop_late(&loop) == late) {
            printf("late, but not counted\n");
        }
        turn();
    }
    contesting = false;
    printf("%d rounds, %u won, somebody was late: %d\n", ROUNDS, won,
           lost != 0 || chain_loop_late(&loop) != 0);

    printf("103: after the end\n");
    waits_run(&waits[1], &loop, 1);
    turn();
    printf("left: %u\n", (unsigned)chain_loop_fini(&loop));
    interrupt_with(post_too_late);
    return 0;
}

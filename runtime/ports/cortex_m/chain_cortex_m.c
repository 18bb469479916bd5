/* chain_cortex_m.c - the four things that a loop needs, on ARMv6-M and later:
 * M0, M0+, M3, M4, M7, M23, M33.
 *
 * The clock is the sum of the ticks, in 64 bits, so it needs no division and
 * does not wrap. A processor does not read its two words in one instruction,
 * hence the critical section around them. */
#include "chain_cortex_m.h"

#define SYST_CSR (*(volatile uint32_t *)0xe000e010u)
#define SYST_RVR (*(volatile uint32_t *)0xe000e014u)
#define SYST_CVR (*(volatile uint32_t *)0xe000e018u)

enum { SYST_ENABLE = 1, SYST_TICKINT = 2, SYST_PROCESSOR_CLOCK = 4 };

static volatile uint64_t clock_ns;
static volatile bool woken;

uintptr_t chain_port_enter(void)
{
    uintptr_t primask;

    __asm volatile("mrs %0, primask\n\tcpsid i" : "=r"(primask) : : "memory");
    return primask;
}

void chain_port_leave(uintptr_t primask)
{
    __asm volatile("msr primask, %0" : : "r"(primask) : "memory");
}

void chain_cortex_m_start(uint32_t cycles)
{
    SYST_RVR = cycles - 1;
    SYST_CVR = 0;
    SYST_CSR = SYST_PROCESSOR_CLOCK | SYST_TICKINT | SYST_ENABLE;
}

void chain_cortex_m_tick(void)
{
    /* against interrupts of a higher priority that read the clock */
    uintptr_t state = chain_port_enter();

    clock_ns += CHAIN_CORTEX_M_TICK_NS;
    chain_port_leave(state);
}

static uint64_t now(struct chain_loop *loop)
{
    uintptr_t state = chain_port_enter();
    uint64_t ns = clock_ns;

    (void)loop;
    chain_port_leave(state);
    return ns;
}

/* With interrupts masked nothing can come between the look at `woken` and the
 * WFI: an interrupt that is pending by then ends the WFI at once, and its
 * handler runs as soon as they are unmasked. */
static void wait(struct chain_loop *loop, uint64_t deadline)
{
    bool over;

    (void)loop;
    do {
        uintptr_t state = chain_port_enter();
        over = woken || clock_ns >= deadline;
        if (over)
            woken = false;
        else
            __asm volatile("dsb\n\twfi" : : : "memory");
        chain_port_leave(state);
    } while (!over);
}

static void wake(struct chain_loop *loop)
{
    (void)loop;
    woken = true;
}

const struct chain_port chain_cortex_m_port = { .now = now, .wait = wait, .wake = wake };

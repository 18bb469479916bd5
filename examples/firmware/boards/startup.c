/* startup.c - from reset to main(), the table of vectors, and what gcc calls
 * without being asked. */
#include <stddef.h>
#include <stdint.h>

#include "board.h"

extern uint32_t data_begin[], data_end[], bss_begin[], bss_end[], stack_top[];
extern const uint32_t data_image[];

int main(void);
_Noreturn void reset(void);
void SysTick_Handler(void);

_Noreturn void board_exit(int status)
{
    const uint32_t block[2] = { 0x20026, (uint32_t)status }; /* ADP_Stopped_ApplicationExit */
    register uint32_t operation __asm("r0") = 0x20;          /* SYS_EXIT_EXTENDED */
    register const uint32_t *parameter __asm("r1") = block;

    for (;;)
        __asm volatile("bkpt 0xab" : "+r"(operation) : "r"(parameter) : "memory");
}

/* Faults, and interrupts that nobody handles. */
static void unexpected(void)
{
    board_exit(99);
}

_Noreturn void reset(void)
{
    const uint32_t *from = data_image;

    for (uint32_t *to = data_begin; to < data_end; to++)
        *to = *from++;
    for (uint32_t *to = bss_begin; to < bss_end; to++)
        *to = 0;
    board_exit(main());
}

/* The interrupts that the boards use. */
#define WEAK __attribute__((weak, alias("unexpected")))
WEAK void PendSV_Handler(void);
WEAK void SysTick_Handler(void);
WEAK void irq_0(void);
WEAK void irq_1(void);
WEAK void irq_2(void);
WEAK void irq_3(void);

__attribute__((section(".vectors"), used)) static void (*const vectors[])(void) = {
    (void (*)(void))(uintptr_t)stack_top,
    reset,
    unexpected, /* NMI */
    unexpected, /* HardFault, to which the others escalate */
    unexpected,
    unexpected,
    unexpected,
    NULL,
    NULL,
    NULL,
    NULL,
    unexpected, /* SVCall */
    unexpected,
    NULL,
    PendSV_Handler,
    SysTick_Handler,
    irq_0,
    irq_1,
    irq_2,
    irq_3,
};

/* mps2.c - Arm MPS2, 25 MHz: UART0 is a CMSDK APB UART. */
#include "board.h"

struct uart {
    volatile uint32_t data, state, control, interrupts, divider;
};
#define UART ((struct uart *)0x40004000u)
#define NVIC_ISER (*(volatile uint32_t *)0xe000e100u)

enum { TX_FULL = 1, RX_FULL = 2 };               /* state */
enum { TX = 1, RX = 2, TX_INT = 4, RX_INT = 8 }; /* control */
enum { TX_DONE = 1, RX_DONE = 2 };               /* interrupts */

const uint32_t board_cycles_per_ms = 25000;

static bool lit;

void board_open(void)
{
    UART->divider = 16;
    UART->control = TX | RX | TX_INT | RX_INT;
    NVIC_ISER = 3;
}

bool board_send(int c)
{
    if ((UART->state & TX_FULL) != 0)
        return false;
    UART->data = (uint32_t)c;
    return true;
}

void irq_0(void);
void irq_1(void);

void irq_0(void)
{
    UART->interrupts = RX_DONE;
    while ((UART->state & RX_FULL) != 0)
        board_received((int)UART->data);
}

void irq_1(void)
{
    UART->interrupts = TX_DONE;
    board_sent();
}

void board_light(bool on)
{
    lit = on;
}

bool board_is_lit(void)
{
    return lit;
}

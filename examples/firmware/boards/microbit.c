/* microbit.c - BBC micro:bit, 16 MHz. The real nRF51 has no SysTick, but qemu's has; on the real one the handler of an RTC would
 * call chain_cortex_m_tick(). */
#include "board.h"

#define UART(offset) (*(volatile uint32_t *)(0x40002000u + (offset)))
#define NVIC_ISER (*(volatile uint32_t *)0xe000e100u)

enum { START_RX = 0x000, START_TX = 0x008, RX_READY = 0x108, TX_READY = 0x11c };
enum { INTENSET = 0x304, ENABLE = 0x500, RXD = 0x518, TXD = 0x51c, BAUDRATE = 0x524 };
enum { RX_INT = 1 << 2, TX_INT = 1 << 7, UART_IRQ = 2 };

const uint32_t board_cycles_per_ms = 16000;

static bool lit;
static volatile bool sending;

void board_open(void)
{
    UART(ENABLE) = 4;
    UART(BAUDRATE) = 0x01d7e000; /* 115200 */
    UART(INTENSET) = RX_INT | TX_INT;
    UART(START_RX) = 1;
    UART(START_TX) = 1;
    NVIC_ISER = 1u << UART_IRQ;
}

bool board_send(int c)
{
    if (sending)
        return false;
    sending = true;
    UART(TXD) = (uint32_t)c;
    return true;
}

void irq_2(void);

void irq_2(void)
{
    while (UART(RX_READY) != 0) {
        UART(RX_READY) = 0;
        board_received((int)UART(RXD));
    }
    if (UART(TX_READY) != 0) {
        UART(TX_READY) = 0;
        sending = false;
        board_sent();
    }
}

void board_light(bool on)
{
    lit = on;
}

bool board_is_lit(void)
{
    return lit;
}

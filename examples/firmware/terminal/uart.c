/* uart.c - the operations of terminal.chain: what the loop's side and the
 * interrupts share is touched with these masked. */
#include "board.h"
#include "terminal.h"

static struct {
    uart_read_deferred reader;
    bool wanted;             /* somebody waits for a character */
    unsigned char early[64]; /* came before anybody did; what does not fit is lost */
    unsigned first, count;
} input;

static struct {
    uart_write_deferred writer;
    const char *next;
} output;

void board_received(int c)
{
    if (input.wanted) {
        input.wanted = false;
        uart_read_post_resolve(input.reader, c);
    } else if (input.count < sizeof input.early) {
        input.early[(input.first + input.count) % sizeof input.early] = (unsigned char)c;
        input.count++;
    }
}

void uart_read_start(struct uart_read *op)
{
    uintptr_t state = chain_port_enter();
    int c = -1;

    if (input.count != 0) {
        c = input.early[input.first];
        input.first = (input.first + 1) % sizeof input.early;
        input.count--;
    } else {
        input.reader = uart_read_done(op);
        input.wanted = true;
    }
    chain_port_leave(state);
    if (c >= 0)
        uart_read_resolve(uart_read_done(op), c);
}

void uart_read_cancel(struct uart_read *op)
{
    input.wanted = false;
    uart_read_cancelled(uart_read_done(op)); /* CHAIN_LATE if a character has come just now */
}

/* Each character that has left makes room for the next. */
void board_sent(void)
{
    if (output.next == NULL)
        return;
    while (*output.next != '\0') {
        if (!board_send(*output.next))
            return;
        output.next++;
    }
    output.next = NULL;
    uart_write_post_resolve(output.writer);
}

void uart_write_start(struct uart_write *op, const char *text)
{
    uintptr_t state = chain_port_enter();

    output.writer = uart_write_done(op);
    output.next = text;
    board_sent();
    chain_port_leave(state);
}

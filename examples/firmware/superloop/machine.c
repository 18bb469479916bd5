/* machine.c - a clock and a button that play themselves, so that a test can look: a millisecond passes whenever somebody asks for
 * the time, and the button is pressed after 1.5 s and after 5 s. */
#include "superloop.h"

#if __STDC_HOSTED__
#include <stdio.h>

static void put_text(const char *text)
{
    fputs(text, stdout);
}

int main(void)
{
    return superloop();
}
#else
#include "board.h"

void board_received(int c)
{
    (void)c;
}

void board_sent(void)
{
}

static void put_text(const char *text)
{
    for (; *text != '\0'; text++)
        while (!board_send(*text))
            continue;
}

int main(void)
{
    board_open();
    return superloop();
}
#endif

static uint32_t ms;

uint32_t clock_ms(void)
{
    return ms++;
}

bool button_is_down(void)
{
    return ms == 1500 || ms == 5000;
}

void show(const char *what)
{
    char digits[12];
    char *end = digits + sizeof digits - 1;
    uint32_t rest = ms - 1;

    *end = '\0';
    do {
        *--end = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    put_text(end);
    put_text(" ");
    put_text(what);
    put_text("\n");
}

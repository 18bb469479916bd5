/* superloop.h - what the program needs of the machine; host.c and board.c have it. */
#ifndef SUPERLOOP_H
#define SUPERLOOP_H

#include <stdbool.h>
#include <stdint.h>

uint32_t clock_ms(void);
bool button_is_down(void);
void show(const char *what);

int superloop(void);

#endif

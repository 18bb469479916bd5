/* board.h - the little that the examples need of a board: a serial line, a light, an end. */
#ifndef BOARD_H
#define BOARD_H

#include <stdbool.h>
#include <stdint.h>

extern const uint32_t board_cycles_per_ms;

/* Starts the serial line. */
void board_open(void);

/* Sends a character, if the line has room: else false, and board_sent() is called when it has. */
bool board_send(int c);

/* The programs define these; they are called from interrupts. */
void board_received(int c);
void board_sent(void);

/* There is no light to look at in an emulator, so this only remembers. */
void board_light(bool on);
bool board_is_lit(void);

/* Ends the emulator with that status (semihosting). */
_Noreturn void board_exit(int status);

#endif

/* newlib.c - a C library under the tests that run on a board: its files are the
 * host's, by semihosting. startup.c is compiled to call this instead of main(). */
#include <stdlib.h>

#include "board.h"

extern void initialise_monitor_handles(void);
int main(void);
int newlib_main(void);
void _exit(int status);
void _init(void);
void _fini(void);

void _init(void)
{
}

void _fini(void)
{
}

_Noreturn void _exit(int status)
{
    board_exit(status);
}

int newlib_main(void)
{
    initialise_monitor_handles();
    exit(main());
}

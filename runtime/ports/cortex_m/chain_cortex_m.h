/* chain_cortex_m.h - a loop on a Cortex-M: SysTick as its clock, PRIMASK as its critical section, WFI when nothing is to be done.
 *
 * For one loop on one core. Add chain_cortex_m.c and runtime/core to the program, call chain_cortex_m_tick() from SysTick_Handler,
 * and:
 *
 *     chain_cortex_m_start(SystemCoreClock / 1000);
 *     chain_loop_init(&loop, &chain_cortex_m_port);
 */
#ifndef CHAIN_CORTEX_M_H
#define CHAIN_CORTEX_M_H

#include <chain.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The length of a tick in ns: the resolution of the clock, and how long the processor sleeps at most. */
#ifndef CHAIN_CORTEX_M_TICK_NS
#define CHAIN_CORTEX_M_TICK_NS 1000000u
#endif

extern const struct chain_port chain_cortex_m_port;

/* Starts SysTick with an interrupt every `cycles` of the processor's clock, 2 to 2^24 of them: as many as pass in
 * CHAIN_CORTEX_M_TICK_NS. The clock begins at 0. */
void chain_cortex_m_start(uint32_t cycles);

/* One tick has passed. From the handler of SysTick, or of whatever timer the chip has instead. */
void chain_cortex_m_tick(void);

#ifdef __cplusplus
}
#endif

#endif

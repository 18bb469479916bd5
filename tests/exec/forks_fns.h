#include <stdbool.h>

int forks_job(int number);
int forks_gate(int number);
int forks_in_a_thread(bool returns);
int forks_fork(void);
bool forks_has_forked(void);

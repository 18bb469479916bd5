/* functions.h - the sync functions of owned.chain. */
conn get_now(void);
lock lock_now(void);
void take_now(conn c);
void look(int c);
int flag(void);
void unlock(lock l);
void end_file(int f);

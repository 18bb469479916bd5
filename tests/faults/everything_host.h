struct chain_loop;

int everything_job(int number);
int everything_disk(int number);
int everything_raise(int number);
int everything_fork(struct chain_loop *loop);
void everything_said(const char *part, int code);

/* file_set.h - a set of files, by identity and not by name. */
#ifndef FILE_SET_H
#define FILE_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

struct file_id {
    uint64_t device, inode;
};

struct file_set {
    struct file_id *places; /* hashed; an inode of 0 is free */
    size_t size;            /* a power of two */
};

/* Room for so many: adding allocates nothing, so that it can follow what cannot be taken back. */
void file_set_init(struct file_set *set, struct arena *arena, size_t most);

void file_set_add(struct file_set *set, uint64_t device, uint64_t inode);
bool file_set_has(const struct file_set *set, uint64_t device, uint64_t inode);

#endif

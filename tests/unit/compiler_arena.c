/* What arena_alloc() returns is zeroed, aligned, apart from all the rest, and
 * with AddressSanitizer bounded to the byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/arena.h"

#if defined __has_feature
#if __has_feature(address_sanitizer)
#define SANITIZED
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define SANITIZED
#endif
#ifdef SANITIZED
#include <sanitizer/asan_interface.h>
#endif

enum { COUNT = 2000 };

static size_t size_of(size_t i)
{
    return i % 50 == 49 ? i * 100 : i % 37;
}

static void is_bounded(char *memory, size_t size)
{
    (void)memory, (void)size;
#ifdef SANITIZED
    assert_true(size == 0 || __asan_region_is_poisoned(memory, size) == NULL);
    assert_true(size == 0 || __asan_address_is_poisoned(memory + size));
    assert_true(__asan_address_is_poisoned(memory + size + 15));
#endif
}

static void every_size(void **state)
{
    static char *memory[COUNT];
    struct arena arena = { 0 };

    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        memory[i] = arena_alloc(&arena, size_of(i));
        assert_int_equal((uintptr_t)memory[i] % _Alignof(max_align_t), 0);
        for (size_t j = 0; j < size_of(i); j++)
            assert_int_equal(memory[i][j], 0);
        memset(memory[i], (int)(i % 251) + 1, size_of(i));
        is_bounded(memory[i], size_of(i));
    }
    for (size_t i = 0; i < COUNT; i++)
        for (size_t j = 0; j < size_of(i); j++)
            assert_int_equal((unsigned char)memory[i][j], i % 251 + 1);
    arena_release(&arena);
    assert_null(arena.chunks);
}

static void more_than_there_can_be(void **state)
{
    struct arena arena = { 0 };

    (void)state;
    assert_null(arena_try(&arena, SIZE_MAX));
    assert_null(arena_try(&arena, SIZE_MAX / 2 + 1));
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_size),
                                        cmocka_unit_test(more_than_there_can_be) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

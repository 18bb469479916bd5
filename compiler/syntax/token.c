/* token.c - the table of tokens. */
#include "syntax/token.h"

#include <ctype.h>
#include <string.h>

#include "base/arena.h"

static const struct token_info infos[] = {
#define TOKEN(name, shown, group) { #name, shown, GROUP_##group },
#include "tokens.def"
#undef TOKEN
};

const struct token_info *token_info(int token)
{
    return &infos[token - T_NAME];
}

int token_of_word(const char *begin, const char *end)
{
    size_t length = (size_t)(end - begin);

    for (int i = TOKEN_IMPORT; i <= TOKEN_REJECT; i++)
        if (strncmp(infos[i].shown + 1, begin, length) == 0
            && strcmp(infos[i].shown + 1 + length, "'") == 0)
            return T_NAME + i;
    return 0;
}

bool token_is_word(int token)
{
    const char *shown = token_info(token)->shown;
    return shown[0] == '\'' && isalpha((unsigned char)shown[1]) && token != T_CATCHF;
}

const char *token_word(struct arena *arena, int token)
{
    const char *shown = token_info(token)->shown;
    return arena_copy(arena, shown + 1, strlen(shown) - 2);
}

/* token.c - the table of tokens. */
#include "syntax/token.h"

static const struct token_info infos[] = {
#define TOKEN(name, shown, group) { #name, shown, GROUP_##group },
#include "tokens.def"
#undef TOKEN
};

const struct token_info *token_info(int token)
{
    return &infos[token - T_NAME];
}

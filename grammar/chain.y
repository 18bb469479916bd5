/* chain.y - the grammar: tokens -> syntax tree.
 *
 * docs/reference.md shows the same rules without the slips. A slip is something that is wrong but clear: its rule says what
 * was meant and goes on with a tree. Everything else wrong goes to syntax_error(), and the parser recovers at a step, at a
 * code, or at the next item. The lexer has decided already what each bracket means, so nothing here feeds back to it.
 */
%require "3.8"
%expect 0
%define api.pure full
%define api.token.prefix {T_}
%define api.location.type {struct span}
%define parse.error custom
%define parse.lac full
%define parse.lac.es-capacity-initial {YYMAXDEPTH}
%locations
%param {struct scanner *scan}
%parse-param {struct ast_item **items}

%code requires {
#include "syntax/ast_new.h"

struct scanner;
}

%union {
    unsigned depth; /* of a bracket: how many were open before it */
    enum ast_proto_kind proto_kind;
    enum ast_form_kind form_kind;
    bool flag;
    struct ast_name *name;
    struct ast_number *number;
    struct ast_duration *duration;
    enum ast_unit unit;
    struct ast_c *c;
    struct ast_args *args;
    struct ast_form *form;
    struct ast_step *step;
    struct ast_clause *clause;
    struct ast_pipeline *pipeline;
    struct ast_branch *branch;
    struct ast_var *var;
    struct ast_block *block;
    struct ast_item *item;
    struct ast_code *code;
    struct ast_proto *proto;
    struct ast_opclause *opclause;
    struct ast_item_list item_list;
    struct ast_code_list code_list;
    struct ast_name_list name_list;
    struct ast_opclause_list opclause_list;
    struct ast_var_list var_list;
    struct ast_branch_list branch_list;
}

%code {
#include "syntax/scan.h"
#include "syntax/syntax_error.h"

#define YYLLOC_DEFAULT(whole, parts, count)                                                                                \
    ((whole) = (count) ? span_join(YYRHSLOC(parts, 1), YYRHSLOC(parts, count))                                             \
                       : (struct span){ YYRHSLOC(parts, 0).end, YYRHSLOC(parts, 0).end })

/* Messages about slips are withheld like all others while the parser finds its feet after an error. */
#define SLIP(report) (YYRECOVERING() ? (void)0 : (report))

#define A scan->arena

/* The parser's stacks have their full size from the beginning (280 KB), so that it never asks for memory, which it could not
 * give back when an action has none: arena_guard(). */
#define YYMAXDEPTH 10000
#define YYINITDEPTH YYMAXDEPTH
#define YYMALLOC(size) ((void)(size), NULL)
#define YYFREE(memory) ((void)(memory))

static void yyerror(struct span *span, struct scanner *scan, struct ast_item **items, const char *text);
}

%token <name> NAME "a name"
%token <number> NUM "a number"
%token <duration> DUR "a duration"
%token <unit> UNIT "a unit"
%token <c> STRING "a string"
%token <args> ARGS "(arguments)"
%token <c> CEXPR "(expression)"
%token <c> CBLOCK "{ C }"
%token <c> CTYPE "a type"
%token <c> CDECL "a declaration"
%token <c> CPP "a preprocessor line"
%token <c> PROLOGUE "%{ C %}"
%token REQUIRE "%require" IMPORT "import" RESOURCE "resource" RELEASES "releases" CODES "codes"
%token ASYNC "async" SYNC "sync" BLOCKING "blocking" STATIC "static" CHAIN "chain"
%token FAILS "fails" RAISES "raises" NOTHING "nothing" STATE "state" POSTED "posted" UNCANCELLABLE "uncancellable"
%token POOL "pool" BUDGET "budget" ON "on"
%token VAR "var" THEN "then" ELSE "else" CATCH "catch" CATCHF "catch CODE:" FINALLY "finally" AS "as" UNDO "undo"
%token DO "do" ALL "all" SETTLE "settle" ANY "any" RACE "race" EACH "each" IN "in" FROM "from" LIMIT "limit"
%token IF "if" WHILE "while" LOOP "loop" BREAK "break" CONTINUE "continue"
%token TIMEOUT "timeout" RETRY "retry" BACKOFF "backoff" TO "to" JITTER "jitter" DELAY "delay"
%token SPAWN "spawn" JOIN "join" RETURN "return" REJECT "reject"
%token EXPORT "export" MODULE "module" EXTERN "extern" UNTIL "until" PAUSE "pause" STAGGER "stagger" IFF "if (...):"
%token START "start" AWAIT "await" CANCEL "cancel" TEXT "text" SAYS "says" BECAUSE "because"
%token <depth> LBRACE "{" RBRACE "}" LPAREN "(" RPAREN ")"
%token COMMA "," SEMICOLON ";" COLON ":" EQUALS "=" PERCENT "%" DOTS ".."
%token <c> OPERATOR "a C operator"
%token <name> CWORD "a C keyword"

/* A bracket that is thrown away takes along what it holds: its partner must not be taken for another's. */
%destructor { scan_skip_bracket(scan, $$); } LBRACE LPAREN

%type <item_list> items
%type <item> item declared import
%type <code_list> codes
%type <code> code
%type <proto> proto operation chain
%type <proto_kind> kind function
%type <opclause_list> opclauses
%type <opclause> opclause fails said
%type <c> word failure value says
%type <args> args
%type <name_list> names
%type <number> count number
%type <block> block
%type <var_list> vars
%type <pipeline> pipeline
%type <clause> clause
%type <step> step closed bound
%type <form> rejection form ifish plain prefix attempts pausing pauses retry primary returned each items_of settled ifform otherwise
%type <form_kind> group
%type <branch_list> branches
%type <branch> branch
%type <duration> dur time

%%

/* ---- items --------------------------------------------------------------- */

file: items                                     { *items = $items.first; }

items:
  %empty                                        { $$ = (struct ast_item_list){ 0 }; }
| items item                                    { $$ = ast_item_list_add($1, $2); }
| items error

item:
  CPP                                           { $$ = ast_new_c_item(A, AST_CPP, @$, $1); }
| PROLOGUE                                      { $$ = ast_new_c_item(A, AST_PROLOGUE, @$, $1); }
| "%require" STRING                             { $$ = ast_new_string_item(A, AST_REQUIRE, @$, $2); }
| "module" NAME end                             { $$ = ast_new_module(A, @$, $2); }
| import
| "export" import                               { $$ = ast_import_export($2, @$); }
| declared
| "static" declared                             { $$ = ast_item_static($2, @$); }
| operation end                                 { $$ = ast_new_proto_item(A, @$, $1); }
| chain end                                     { $$ = ast_new_proto_item(A, @$, $1); }
| chain block                                   { $$ = ast_new_proto_item(A, @$, ast_proto_body($1, $2)); }

import:
  "import" STRING end                           { $$ = ast_new_import(A, @$, $2, NULL); }
| "import" STRING "as" NAME end                 { $$ = ast_new_import(A, @$, $2, $4); }

declared:
  CDECL end                                     { $$ = ast_new_c_item(A, AST_CDECL, @$, $1); }
| "resource" NAME "=" CTYPE "releases" NAME end { $$ = ast_new_resource(A, @$, $2, $4, $6); }
| "codes" lbrace codes comma "}" semicolon      { $$ = ast_new_codes(A, @$, @5.begin, $3.first); }

end:
  ";"
| %empty                                        { SLIP(syntax_missing_semicolon(scan, @$)); }

lbrace: "{"                                     { (void)$1; }
lparen: "("                                     { (void)$1; }
comma: %empty | ","
semicolon: %empty | ";"

codes:
  code                                          { $$ = ast_code_list_add((struct ast_code_list){ 0 }, $1); }
| codes "," code                                { $$ = ast_code_list_add($1, $3); }

code:
  NAME                                          { $$ = ast_new_code(A, $1, NULL, NULL); }
| NAME STRING                                   { $$ = ast_new_code(A, $1, NULL, $2); }
| NAME "=" NUM                                  { $$ = ast_new_code(A, $1, $3, NULL); }
| NAME "=" NUM STRING                           { $$ = ast_new_code(A, $1, $3, $4); }
| error                                         { $$ = NULL; }

/* ---- prototypes ---------------------------------------------------------- */

operation:
  kind proto opclauses                          { $$ = ast_proto_with($2, $1, false, span_join(@1, @2), $3.first); }
| "static" kind proto opclauses                 { $$ = ast_proto_with($3, $2, true, span_join(@1, @3), $4.first); }
| "extern" function proto opclauses             { $$ = ast_proto_extern(ast_proto_with($3, $2, false, span_join(@1, @3), $4.first)); }

chain:
  chainword proto opclauses                     { $$ = ast_proto_with($2, AST_CHAIN, false, span_join(@1, @2), $3.first); }
| "static" chainword proto opclauses            { $$ = ast_proto_with($3, AST_CHAIN, true, span_join(@1, @3), $4.first); }

/* Such a word begins an item for sure: errors before it are over. */
kind:
  "async"                                       { $$ = AST_ASYNC; yyerrok; }
| function

function:
  "sync"                                        { $$ = AST_SYNC; yyerrok; }
| "blocking"                                    { $$ = AST_BLOCKING; yyerrok; }

chainword: "chain"                              { yyerrok; }

proto:
  CTYPE NAME ARGS                               { $$ = scan_params(scan, ast_new_proto(A, @$, $1, $2), $3); }
| NAME ARGS                                     { SLIP(syntax_no_type(scan, $1));
                                                  $$ = scan_params(scan, ast_new_proto(A, @$, ast_new_c(A, @1, "void"), $1), $2); }

opclauses:
  %empty                                        { $$ = (struct ast_opclause_list){ 0 }; }
| opclauses opclause                            { $$ = ast_opclause_list_add($1, $2); }

opclause:
  fails
| said
| said word                                     { $$ = ast_fails_info($1, @$, $2, false); }
| said CEXPR                                    { $$ = ast_fails_info($1, @$, $2, true); }
| "raises" "nothing"                            { $$ = ast_new_raises(A, @$, NULL); }
| "raises" names                                { $$ = ast_new_raises(A, @$, $2.first); }
| "state" CBLOCK                                { $$ = ast_new_state(A, @$, $2); }
| "posted"                                      { $$ = ast_new_opclause(A, AST_POSTED, @$); }
| "uncancellable"                               { $$ = ast_new_opclause(A, AST_UNCANCELLABLE, @$); }
| "pool" count                                  { $$ = ast_new_count(A, AST_POOL, @$, $2); }
| "budget" count                                { $$ = ast_new_count(A, AST_BUDGET, @$, $2); }
| "on" NAME                                     { $$ = ast_new_on(A, @$, $2, NULL); }
| "on" NAME number                              { $$ = ast_new_on(A, @$, $2, $3); }
| "text" NUM                                    { $$ = ast_new_count(A, AST_TEXT, @$, $2); }
| "text" CEXPR                                  { $$ = ast_new_count(A, AST_TEXT, @$, ast_number_in_brackets(ast_new_number(A, @2, $2->text))); }

fails:
  "fails" CEXPR failure                         { $$ = ast_new_fails(A, @$, $2, $3); }
| "fails" CEXPR CEXPR                           { $$ = ast_code_in_brackets(ast_new_fails(A, @$, $2, $3)); }

said:
  fails STRING                                  { $$ = ast_fails_message($1, @$, $2, false); }
| fails says                                    { $$ = ast_fails_message($1, @$, $2, true); }

says: "says" CEXPR                              { $$ = $2; }

word:
  NUM                                           { $$ = scan_text(scan, @$); }
| failure

failure:
  NAME                                          { $$ = ast_new_c(A, @1, $1->name); }
| NAME args                                     { $$ = scan_text(scan, @$); }

names:
  NAME                                          { $$ = ast_name_list_add((struct ast_name_list){ 0 }, $1); }
| names "," NAME                                { $$ = ast_name_list_add($1, $3); }

count:
  number
| CEXPR                                         { $$ = ast_number_in_brackets(ast_new_number(A, @1, $1->text)); }

number:
  NUM
| NAME                                          { $$ = ast_new_number(A, @1, $1->name); }

/* ---- pipelines ----------------------------------------------------------- */

args: ARGS                                      { $$ = $1; scan_check_arguments(scan, $1); }

block:
  lbrace vars "}"                               { $$ = ast_new_block(A, @$, $2.first, NULL); }
| lbrace vars pipeline "}"                      { $$ = ast_new_block(A, @$, $2.first, $3); }
| lbrace vars pipeline ";" "}"                  { $$ = ast_new_block(A, @$, $2.first, $3); }

vars:
  %empty                                        { $$ = (struct ast_var_list){ 0 }; }
| vars "var" CDECL end                          { $$ = ast_var_list_add($1, ast_new_var(A, span_join(@2, @4), $3)); }

pipeline:
  step                                          { $$ = ast_new_pipeline(A, $1); }
| pipeline clause                               { $$ = ast_pipeline_add($1, $2); }

clause:
  "then" step                                   { $$ = ast_new_clause(A, AST_THEN, @$, @1, $2); }
| "then" closed "else" step                     { $$ = ast_clause_else(ast_new_clause(A, AST_THEN_ELSE, @$, @1, $2), $4); }
| "catch" step                                  { $$ = ast_new_clause(A, AST_CATCH, @$, @1, $2); }
| CATCHF names ":" step                         { $$ = ast_clause_codes(ast_new_clause(A, AST_CATCH, @$, @1, $4), $2.first); }
| "finally" form                                { $$ = ast_new_clause(A, AST_FINALLY, @$, @1, ast_new_step(A, @2, $2)); }
| ";" step                                      { SLIP(syntax_semicolon(scan, @1, $2));
                                                  $$ = ast_new_clause(A, AST_THEN, @$, @1, $2); }

/* A step that ends in an `if` is kept apart: an `else` after it is the if's. */
step: closed | ifish                            { $$ = ast_new_step(A, @$, $1); }

closed:
  bound
| bound "undo" plain                            { $$ = ast_step_undo($1, @$, $3); }
| ifish "undo" plain                            { $$ = ast_step_undo(ast_new_step(A, @1, $1), @$, $3); }

bound:
  plain                                         { $$ = ast_new_step(A, @$, $1); }
| form "as" NAME                                { $$ = ast_step_as(A, @$, $1, NULL, $3); }
| form "as" CTYPE NAME                          { $$ = ast_step_as(A, @$, $1, $3, $4); }
| "start" form "as" NAME                        { $$ = ast_step_as(A, @$, ast_new_start(A, span_join(@1, @2), $2), NULL, $4); }
| "start" form "as" CTYPE NAME                  { $$ = ast_step_as(A, @$, ast_new_start(A, span_join(@1, @2), $2), $4, $5); }
| "start" form error                            { $$ = ast_new_step(A, @$, ast_new_start(A, span_join(@1, @2), $2)); }

form: plain | ifish

ifish: ifform | prefix ifish                    { $$ = ast_prefix_with($1, @$, $2); }

plain: primary | prefix plain                   { $$ = ast_prefix_with($1, @$, $2); }

prefix:
  "timeout" time                                { $$ = ast_new_timeout(A, @$, $2); }
| retry
| retry "on" names ":"                          { $$ = ast_retry_on($1, $3.first, NULL); }
| retry "on" names IFF CEXPR ":"                { $$ = ast_retry_on($1, $3.first, $5); }
| retry IFF CEXPR ":"                           { $$ = ast_retry_on($1, NULL, $3); }

retry:
  attempts
| pauses
| attempts "jitter" NUM "%"                     { $$ = ast_retry_jitter($1, $3); }
| pauses "jitter" NUM "%"                       { $$ = ast_retry_jitter($1, $3); }

attempts: "retry" count                         { $$ = ast_new_retry(A, @$, $2); }

pauses:
  pausing "backoff" dur                         { $$ = ast_retry_backoff($1, $3, NULL); }
| pausing "backoff" dur "to" dur                { $$ = ast_retry_backoff($1, $3, $5); }
| pausing "pause" dur                           { $$ = ast_retry_pause($1, $3); }

/* Without a number only a retry that pauses, so that none loops without a wait. */
pausing: attempts | "retry"                     { $$ = ast_new_retry(A, @$, NULL); }

dur:
  DUR
| CEXPR UNIT                                    { $$ = ast_new_duration(A, @$, $1, $2); }

time:
  dur
| "until" CEXPR                                 { $$ = ast_new_time(A, @$, $2); }

/* ---- forms --------------------------------------------------------------- */

primary:
  NAME                                          { $$ = ast_new_call(A, AST_CALL, @$, $1); }
| NAME args                                     { $$ = ast_call_with(ast_new_call(A, AST_CALL, @$, $1), @$, $2); }
| CEXPR                                         { $$ = ast_new_expr(A, @$, $1); }
| "do" CBLOCK                                   { $$ = ast_new_do(A, @$, NULL, $2); }
| "do" CTYPE CBLOCK                             { $$ = ast_new_do(A, @$, $2, $3); }
| "do" CBLOCK "while" CEXPR                     { SLIP(syntax_do_while(scan, @3)); $$ = ast_new_do(A, @$, NULL, $2); }
| block                                         { $$ = ast_new_block_form(A, AST_BLOCK, @$, $1); }
| group lparen branches comma ")"               { $$ = ast_new_branches(A, $1, @$, $3.first); }
| items_of block                                { $$ = ast_each_do($1, @$, AST_ALL, $2); }
| "any" items_of block                          { $$ = ast_each_do($2, @$, AST_ANY, $3); }
| "race" items_of block                         { $$ = ast_each_do($2, @$, AST_RACE, $3); }
| settled NAME block                            { $$ = ast_each_as($1, @$, NULL, $2, $3); }
| settled CTYPE NAME block                      { $$ = ast_each_as($1, @$, $2, $3, $4); }
| "while" CEXPR block                           { $$ = ast_new_while(A, @$, $2, $3); }
| "loop" block                                  { $$ = ast_new_block_form(A, AST_LOOP, @$, $2); }
| "break"                                       { $$ = ast_new_form(A, AST_BREAK, @$); }
| "continue"                                    { $$ = ast_new_form(A, AST_CONTINUE, @$); }
| "join"                                        { $$ = ast_new_form(A, AST_JOIN, @$); }
| "await" NAME                                  { $$ = ast_new_await(A, AST_AWAIT, @$, $2); }
| "await" NAME args                             { SLIP(syntax_await_call(scan, @1, @$));
                                                  $$ = ast_call_with(ast_new_call(A, AST_CALL, @$, $2), @$, $3); }
| "cancel" NAME                                 { $$ = ast_new_await(A, AST_CANCEL, @$, $2); }
| "delay" time                                  { $$ = ast_new_delay(A, @$, $2); }
| "spawn" NAME args                             { $$ = ast_call_with(ast_new_call(A, AST_SPAWN, @$, $2), @$, $3); }
| "return"                                      { $$ = ast_new_return(A, @$, NULL); }
| "return" returned                             { $$ = ast_new_return(A, @$, $2); }
| "reject"                                      { $$ = ast_new_reject(A, @$, false, NULL); }
| rejection
| rejection "because"                           { $$ = ast_reject_because($1, @$); }
| value                                         { $$ = ast_new_expr(A, @$, $1); }
| error                                         { $$ = ast_new_block_form(A, AST_BLOCK, @$, ast_new_block(A, @$, NULL, NULL)); }

rejection:
  "reject" args                                 { $$ = ast_new_reject(A, @$, true, $2); }
| "reject" args says                            { $$ = ast_reject_says(ast_new_reject(A, @$, true, $2), $3); }

returned:
  NAME                                          { $$ = ast_new_call(A, AST_CALL, @$, $1); }
| NAME args                                     { $$ = ast_call_with(ast_new_call(A, AST_CALL, @$, $1), @$, $2); }
| CEXPR                                         { $$ = ast_new_expr(A, @$, $1); }
| value                                         { $$ = ast_new_expr(A, @$, $1); }

/* A slip: C as a step without its brackets. OPERATOR is an operator and the C after it. */
value:
  NUM                                           { $$ = scan_text(scan, @$); SLIP(syntax_value(scan, @$, $$)); }
| STRING                                        { $$ = scan_text(scan, @$); SLIP(syntax_value(scan, @$, $$)); }
| OPERATOR                                      { $$ = scan_text(scan, @$); SLIP(syntax_first_operator(scan, $$)); }
| NUM OPERATOR                                  { $$ = scan_text(scan, @$); SLIP(syntax_value(scan, @$, $$)); }
| STRING OPERATOR                               { $$ = scan_text(scan, @$); SLIP(syntax_value(scan, @$, $$)); }
| NAME OPERATOR                                 { $$ = scan_text(scan, @$); SLIP(syntax_operator(scan, $1, $2, $$)); }
| NAME args OPERATOR                            { $$ = scan_text(scan, @$); SLIP(syntax_operator(scan, $1, $3, $$)); }
| CEXPR OPERATOR                                { $$ = scan_text(scan, @$); SLIP(syntax_operator(scan, NULL, $2, $$)); }

group:
  "all"                                         { $$ = AST_ALL; }
| "settle"                                      { $$ = AST_SETTLE; }
| "any"                                         { $$ = AST_ANY; }
| "race"                                        { $$ = AST_RACE; }

branches:
  branch                                        { $$ = ast_branch_list_add((struct ast_branch_list){ 0 }, $1); }
| branches "," branch                           { $$ = ast_branch_list_add($1, $3); }

branch:
  pipeline                                      { $$ = ast_new_branch(A, @$, $1, NULL); }
| pipeline block                                { $$ = ast_new_branch(A, @$, $1, $2); }

each:
  "each" lparen NAME "in" CEXPR ".." CEXPR      { $$ = ast_new_each_in(A, $3, $5, $7); }
| "each" lparen NAME "from" plain               { $$ = ast_new_each_from(A, $3, $5); }
| "each" lparen error                           { $$ = ast_new_each_from(A, ast_new_name(A, @3, ""), ast_new_form(A, AST_BREAK, @3)); }

items_of:
  each ")" "limit" count                        { $$ = ast_each_limit($1, $4, NULL); }
| each ")" "limit" count "stagger" dur          { $$ = ast_each_limit($1, $4, $6); }

settled: "settle" items_of block "as"           { $$ = ast_each_do($2, @$, AST_SETTLE, $3); }

ifform:
  "if" CEXPR block                              { $$ = ast_new_if(A, @$, $2, $3, NULL); }
| "if" CEXPR block "else" otherwise             { $$ = ast_new_if(A, @$, $2, $3, $5); }

otherwise: ifform | block                       { $$ = ast_new_block_form(A, AST_BLOCK, @$, $1); }

%%

static int yyreport_syntax_error(const yypcontext_t *context, struct scanner *scan, struct ast_item **items)
{
    yysymbol_kind_t kinds[YYNTOKENS];
    int tokens[YYNTOKENS];
    int count = yypcontext_expected_tokens(context, kinds, YYNTOKENS);

    (void)items;
    for (int i = 0; i < count; i++) /* bison numbers its symbols in the order of the tokens: 0 is the end of the file */
        tokens[i] = kinds[i] == YYSYMBOL_YYEOF ? T_YYEOF : (int)kinds[i] - (int)YYSYMBOL_NAME + (int)T_NAME;
    syntax_error(scan, tokens, count);
    return 0;
}

/* The only error of bison's own is a stack that is too deep; the lexer's limit comes long before. */
static void yyerror(struct span *span, struct scanner *scan, struct ast_item **items, const char *text)
{
    (void)items, (void)text;
    diag_report(scan->diags, D_TOO_DEEP, *span, (int)DEEPEST);
}

#!/usr/bin/env python3
"""Which functions of chainc call themselves, directly or through others: read from the objects, so that none is forgotten. Each has
a reason why it goes no deeper than a limit that docs/reference.md names; whatever is a loop over steps, clauses, chains, files or
branches is no recursion. tests/long/deep.py runs them all at these limits on a small stack."""

import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

BUILD, TOP = Path(os.environ["BUILD"]), Path(os.environ["TOP"])

# Each call is for something inside a step: brackets, forms, blocks. The lexer counts those, to 256.
NESTING = """
    ast_walk_block both_bound_as bound_as check_block check_body check_branch check_branches check_catch
    check_each check_else check_finally check_form check_handler check_if check_loop
    check_item_steps check_pipeline check_pulled check_retry check_return check_returned check_shielded
    check_source check_start check_step check_then check_timeout check_undo check_wanted check_winner
    close_for_all close_for_failure close_then codes_of copy count demand_branch demand_inside
    demand_way demand_ways dump_block dump_branches dump_children dump_clause
    dump_form dump_node dump_pipeline dump_step emit_member emit_scope emit_siblings
    emit_variable_path emit_variable_place forget_shares fork_slots frame_scope_is_empty gives gives_inside holder
    incoming_made is_bound lower lower_await lower_block lower_branch lower_branches lower_call
    lower_clause_close lower_continue_jumps lower_copy lower_do lower_dropped lower_each
    lower_each_from lower_each_in lower_end_fork lower_end_of_items lower_expr lower_feed
    lower_finally_close lower_form lower_handler lower_if lower_items lower_jump lower_jump_to
    lower_loop lower_make_jumps lower_own_perform lower_own_prepare lower_own_release_all
    lower_own_release_since lower_owner_close lower_owning_block lower_pull lower_pulled_items
    lower_range_items lower_retry lower_return lower_settled lower_start lower_step lower_sync lower_timeout
    lower_wait lower_winner lower_winners make_it name_scopes name_strands note_ways of_block of_branches
    of_catch of_clause of_each of_form of_handler of_item of_items of_join of_pipeline of_source of_step of_timeout
    prepare_bindings print_block print_braces print_branch print_branches print_clause print_each
    print_else print_form print_if_fits print_inner print_inside print_retry print_step print_steps
    put_bound put_branch put_clause
    release_losers release_some take_bindings take_outcomes take_single walk_block walk_branches
    walk_form walk_inside walk_pipeline walk_step
"""
# A file of arguments that names another one: 16 (arguments.c).
ARGUMENTS = "expand_word expand_text expand_file"
# A bracket that is too deep: what is in it is skipped, and the next token is the lexer's again, once (brackets.c).
LEXER = "scan_lex scan_bracket_token capture_token"

WHY = {name: why for why, names in (("nesting", NESTING), ("arguments", ARGUMENTS), ("lexer", LEXER)) for name in names.split()}


def base(name):
    return name.split(".")[0].split("@")[0]


def calls():
    """function -> those it mentions; functions of one file only have that file's name before them."""
    graph, objects = defaultdict(set), sorted((BUILD / "obj/gen").glob("*.o"))
    for path in sorted((BUILD / "obj/compiler").glob("**/*.o")):
        if (TOP / path.relative_to(BUILD / "obj").with_suffix(".c")).exists(): # not one that an older source has left
            objects.append(path)
    for path in objects:
        text = subprocess.run(["objdump", "-dr", "--no-show-raw-insn", path], capture_output=True, text=True, check=True).stdout
        symbols = subprocess.run(["objdump", "-t", path], capture_output=True, text=True, check=True).stdout
        local = set(re.findall(r"^\S+ l\s+F \S+\s+\S+ (\S+)$", symbols, re.M))
        known = local | set(re.findall(r"^\S+ g\s+F \S+\s+\S+ (\S+)$", symbols, re.M))
        own = lambda name: f"{path.stem}.c:{base(name)}" if name in local else base(name)  # noqa: E731
        here = None
        lines = text.splitlines()
        for line, after in zip(lines, [*lines[1:], ""]):
            begins = re.match(r"^[0-9a-f]+ <([^>]+)>:$", line)
            if begins:
                here = begins[1] if begins[1] in known else here
                continue
            is_open = re.search(r"\bR_\w+\s", after)  # what the linker fills in: until then it leads to the next byte
            for name, offset in re.findall(r"<([A-Za-z_][\w.]*)(\+0x[0-9a-f]+)?>", line) if not is_open else ():
                if offset == "" and name in known and re.search(r"\b(call\w*|bl|b)\s", line):
                    graph[own(here)].add(own(name))
                elif offset == "" and name in known and name != here and re.search(r"\bjmp", line):
                    graph[own(here)].add(own(name))
            for name in re.findall(r"\bR_\w+\s+([A-Za-z_][\w.]*)", line):
                if here is not None:
                    graph[own(here)].add(own(name))
    return graph, len(objects)


def circles(graph):
    """Strongly connected parts that are more than a function which does not mention itself (Tarjan, without recursion)."""
    number, low, found, stack, waits = {}, {}, [], [], set()
    for start in list(graph):
        work = [(start, iter(graph[start]))] if start not in number else []
        if work:
            number[start] = low[start] = len(number)
            stack.append(start)
            waits.add(start)
        while work:
            here, rest = work[-1]
            for to in rest:
                if to not in number:
                    number[to] = low[to] = len(number)
                    stack.append(to)
                    waits.add(to)
                    work.append((to, iter(graph.get(to, ()))))
                    break
                if to in waits:
                    low[here] = min(low[here], number[to])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[here])
                if low[here] == number[here]:
                    part = set(stack[stack.index(here):])
                    del stack[stack.index(here):]
                    waits -= part
                    if len(part) > 1 or here in graph[here]:
                        found.append(part)
    return found


def main():
    if os.environ.get("SANITIZE"):
        sys.exit(77)
    graph, objects = calls()
    recursive = sorted({name for part in circles(graph) for name in part})
    wrong = [name for name in recursive if name.split(":")[-1] not in WHY]
    for name in wrong:
        print(f"{name} calls itself, and nothing here says how deep: make it a loop, or say why it is no deeper than a limit")
    if "-v" in sys.argv:
        print("\n".join(recursive))
    source = "".join(path.read_text() for folder in ("compiler", "grammar") for path in (TOP / folder).glob("**/*.*") if path.is_file())
    for name in sorted(WHY):
        if not re.search(rf"\b{name}\(", source):
            wrong.append(name)
            print(f"{name} is listed here, but there is no such function")
    print(f"{sum(len(to) for to in graph.values())} calls in {objects} objects, {len(recursive)} functions call themselves, {len(wrong)} wrong")
    if objects < 80 or len(recursive) < 20:
        sys.exit("found too little: is this still how the objects look?")
    sys.exit(bool(wrong))


main()

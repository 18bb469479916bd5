"""chain-gdb.py - commands of gdb that show the chains of a program, live or in a core file.

    chain list             every strand that waits, with the line of its step, as a tree; promises that have ended, too
    chain bt [NUMBER]      where a strand waits, and its callers up to the root; without a number, of all strands
    chain print NUMBER [LEVEL]   the parameters, variables and bindings of the chain on that level of `chain bt NUMBER`
    chain add EXPRESSION   lists a chain without a root, too: its strand, which only its host knows
    chain break NAME:STEP  stops at the steps of a chain that have this name, such as trip:toll

`step` does not enter the functions of libchain. The program needs debug information (-g) of its generated files.
It only reads memory: nothing of the program is called.
"""

import re

import gdb

UNENDED = 4        # CHAIN__UNENDED of the flags of a branch
BRANCHES_END, IS_PROMISE = 0, 4  # of enum chain__branch_kind
PENDING = 1 << 16  # CHAIN__GENERATION of a tag


# ---- what is in memory -----------------------------------------------------------------------------------------------

def pointer_to(name):
    return gdb.lookup_type(name).pointer()


def is_null(value):
    return int(value) == 0


def text(value):
    return value.string()


def c_name(chain):
    """The name of a chain in C, from that of its resume function."""
    words = gdb.execute(f"info symbol {int(chain['resume']):#x}", to_string=True)
    return re.match(r"(\w+)_resume", words)[1]


def site_text(chain, number):
    if is_null(chain["sites"]) or number >= int(chain["states"]):
        return "an unknown line"
    site = (chain["sites"] + number).dereference()
    return f"{text(site['file'])}:{int(site['line'])}"


def at_text(chain, number):
    """A state is beyond all sites while the operation of a strand is being started."""
    return site_text(chain, number) if number < int(chain["states"]) else "a step that is starting"


def tables(chain):
    """The tables that chainc --debug has written; None: there are none."""
    if is_null(chain["sites"]) or int(chain["states"]) == 0:
        return None
    last = (chain["sites"] + int(chain["states"]) - 1).dereference()
    if int(last["line"]) != 0:
        return None
    return last["step"].cast(pointer_to("struct chain__debug")).dereference()


def tops():
    """The records of frames that no chain has called."""
    names = ("chain__root_caller", "chain__instance_caller", "chain__handled_caller")
    found = [gdb.lookup_global_symbol(name) for name in names]
    return [int(symbol.value().address) for symbol in found if symbol is not None]


# ---- strands ---------------------------------------------------------------------------------------------------------

class Level:
    """One chain on a strand: it waits at `at`, or called the level before it there."""

    def __init__(self, chain, at, frame):
        self.chain, self.at, self.frame = chain, at, frame

    def line(self, what):
        return f"{text(self.chain['name'])} {what} {at_text(self.chain, self.at)}"

    def branches(self):
        """The struct of its branches; None: it has none."""
        try:
            frame = gdb.Value(self.frame).cast(pointer_to(f"struct {c_name(self.chain)}_frame"))
            return frame["branches"].dereference()
        except (gdb.error, RuntimeError):
            return None

    def instances(self):
        offset = int(self.chain["nursery"]) & ~1  # CHAIN__STARTS
        if offset == 0:
            return
        nursery = gdb.Value(self.frame + offset).cast(pointer_to("struct chain__nursery"))
        instance = nursery["first"]
        while not is_null(instance):
            yield instance
            instance = instance["next"]


class Strand:
    """A strand, or a branch that is one operation; `levels` from the innermost chain outwards."""

    def __init__(self, words, parent):
        self.words, self.parent, self.levels = words, parent, []
        self.step = None       # of a branch that is one operation, or of a promise that has ended
        self.place = 0         # of a strand: where the operation stands that it waits for
        self.waited = None     # what it waits for, if that is a promise or an instance
        self.promise = None    # its name, if it is one and that is known
        self.started_by = None  # of a promise: the level that has started it
        self.op = None         # of a promise that has ended: its header
        self.children = []
        self.slots = {}        # of an item, and the items around it: (value of the slot) by the member with the slots

    def waited_text(self):
        return f" for {self.waited}" if self.waited else ""

    def first_line(self):
        line = self.step if self.step is not None else self.levels[0].line("waits at") + self.waited_text()
        return f"{line}, {self.words}" if self.words else line

    def entries(self):
        """Its backtrace: this strand, then that which waits for it, or has spawned it: (line, strand, level)."""
        entries = []
        if self.step is not None:
            entries.append((self.step, self.parent, self.parent.levels[0]))
        for level in self.levels:
            entries.append((level.line("waits at") + self.waited_text() if not entries else level.line("called it at"), self, level))
        if self.words:
            line, *rest = entries[-1]
            entries[-1] = (f"{line}, {self.words}", *rest)
        return entries + (self.parent.entries() if self.parent is not None else [])


def read_levels(strand, own, frame):
    """`own` and `frame` are the chain of a branch, which has its frame elsewhere; NULL: the strand is no branch."""
    here = int(strand.address) + strand.type.sizeof
    chain, at, ends = strand["type"].dereference(), int(strand["op"]["at"]), tops()
    levels = []
    while True:
        is_own = own is not None and int(chain.address) == int(own.address)
        levels.append(Level(chain, at, frame if is_own else here))
        if is_own:
            return levels
        place = gdb.Value(here + int(chain["caller"])).cast(pointer_to("struct chain_caller").const().pointer())
        caller = place.dereference()
        if is_null(caller) or int(caller) in ends or is_null(caller["type"]) or int(caller["type"]["caller"]) == 0:
            return levels
        chain, at = caller["type"].dereference(), int(caller["at"])


def members(struct, prefix):
    """(name, whether it is an item, value) of the branches at one level: `branch_1`, and the slots of `each_1`."""
    pattern = re.compile(prefix + r"_\d+$|each_\d+$" if prefix == "branch" else prefix + r"_\d+$")
    for field in struct.type.fields():
        if field.name is None or not pattern.match(field.name):
            continue
        value = struct[field.name]
        if value.type.strip_typedefs().code != gdb.TYPE_CODE_ARRAY:
            yield field.name, False, value
            continue
        first, last = value.type.range()
        for index in range(first, last + 1):
            yield field.name, True, value[index]


def add_branches(owner, level, struct, prefix, waits):
    for name, is_item, value in members(struct, prefix):
        fields = [field.name for field in value.type.fields()]
        if "strand" in fields:
            strand = value["strand"]
            if (int(strand["op"]["flags"]) & UNENDED) == 0:
                continue
            child = Strand("an item" if is_item else "a branch", owner)
            child.slots = {**owner.slots, (int(level.chain.address), name): value} if is_item else owner.slots
            add_strand(child, strand, level, value if is_item else struct, "item" if is_item else name, waits)
            owner.children.append(child)
        elif "op" in fields and (int(value["op"]["tag"]) & PENDING) != 0:
            child = Strand("a branch", owner)
            number = (int(value["op"]["flags"]) | int(value["op"]["site_high"]) << 8) - 1
            child.step = f"an operation is pending at {site_text(level.chain, number)}"
            owner.children.append(child)


def promise_names(level, holder):
    """Of the promises that a chain has started before the state in which it is, by the addresses of their strands."""
    debug = tables(level.chain)
    names = {}
    if debug is None or is_null(debug["branches"]):
        return names
    row = debug["branches"]
    while int(row["kind"]) != BRANCHES_END:
        if int(row["kind"]) == IS_PROMISE and int(row["at"]) == level.at and not is_null(row["step"]["what"]):
            names[int(holder.address) + int(row["place"])] = text(row["step"]["what"])
        row = row + 1
    return names


def outcome_text(op):
    code = int(op["code"])
    return "ended with a value" if code == 0 else f"was rejected with {code}" if code > 0 else "was cancelled"


def waits_of(promise):
    """The addresses of the operations that wait for it."""
    wait = promise["waits"]
    while not is_null(wait):
        yield int(wait)
        wait = wait["next"]


def waits_of_instance(instance):
    """The same, in its list of steps that wait for its end: each pointer is one byte further, that to the pool is not."""
    place = int(instance["pool"])
    while place & 1:
        yield place - 1
        place = int(gdb.Value(place - 1).cast(pointer_to("struct chain__handle_wait"))["next"])


def add_promises(owner, level, struct, prefix, waits):
    """Those that the strand has started, in a chain on that level. One that has ended is known by its name only."""
    pattern = re.compile(("" if prefix in ("branch", "item") else prefix + "_") + r"promise_\d+$")
    names = promise_names(level, struct)
    for field in struct.type.fields():
        if field.name is None or not pattern.match(field.name):
            continue
        promise = struct[field.name]["promise"]
        strand = promise["strand"]
        name = names.get(int(strand.address))
        called = f"the promise {name}" if name else "a promise"
        child = Strand(called, owner)
        child.slots, child.promise = owner.slots, name
        if (int(strand["op"]["flags"]) & UNENDED) != 0:
            add_strand(child, strand, level, struct, field.name, waits)
            child.started_by = level
            waits.update((place, called) for place in waits_of(promise))
        elif name:
            child.step, child.words = f"{called} {outcome_text(strand['op'])}", ""
            child.op, child.place = strand["op"], int(strand.address) + strand.type.sizeof
            child.started_by = level
        else:
            continue
        owner.children.append(child)


def add_strand(made, strand, own, struct, prefix, waits):
    """Reads a strand and everything that it waits for. `struct` and `prefix` say where its own branches are. `waits` gets
    what is waited for: its words, by the address of the operation that waits."""
    made.place = int(strand.address) + strand.type.sizeof
    made.levels = read_levels(strand, own.chain if own else None, own.frame if own else 0)
    inner = made.levels[0]
    if int(strand["op"]["branches"]) > 0 and (int(strand["op"]["tag"]) & PENDING) != 0:
        is_own = own is not None and len(made.levels) == 1
        holder = struct if is_own else inner.branches()
        if holder is not None:
            add_branches(made, inner, holder, prefix if is_own else "branch", waits)
    for level in made.levels:
        is_own = own is not None and level is made.levels[-1]
        holder = struct if is_own else level.branches()
        if holder is not None:
            add_promises(made, level, holder, prefix if is_own else "branch", waits)
        if is_own:
            continue  # the frame of the branch's chain belongs to another strand, which shows it
        for instance in level.instances():
            child = Strand("spawned", made)
            add_strand(child, instance["strand"], None, None, "branch", waits)
            name = text(child.levels[-1].chain["name"])
            waits.update((place, f"the end of {name}") for place in waits_of_instance(instance))
            made.children.append(child)


def top(strand):
    """A strand that no other has started, with all that it waits for."""
    made, waits = Strand("", None), {}
    add_strand(made, strand, None, None, "branch", waits)
    for _, other in flatten([made]):
        other.waited = waits.get(other.place)
    return made


added = []  # addresses of strands that C code runs without a root


def bare():
    """Those that run: a chain that has ended leaves the type of its host."""
    for address in added:
        strand = gdb.Value(address).cast(pointer_to("struct chain_strand")).dereference()
        if not is_null(strand["type"]) and int(strand["type"]["caller"]) != 0:
            yield top(strand)


def all_loops():
    loops = gdb.lookup_global_symbol("chain__loops")
    if loops is None:
        raise gdb.GdbError("this program has no loop of libchain")
    loops = loops.value()
    for number in range(loops.type.range()[1] + 1):
        if not is_null(loops[number]):
            yield loops[number]


def roots():
    for loop in all_loops():
        root = loop["roots"]
        while not is_null(root):
            if int(root["outcome"]) == 0:  # CHAIN_OUTCOME_PENDING
                yield top(root["strand"])
            root = root["next"]
    yield from bare()


def flatten(strands, depth=0):
    for strand in strands:
        yield depth, strand
        yield from flatten(strand.children, depth + 1)


# ---- names -----------------------------------------------------------------------------------------------------------

NAMES = {"-": "not alive here", ".": "not set yet", "?": "a branch sets it"}


class Names:
    """The parameters, variables and bindings of a chain, as one of its strands sees them."""

    def __init__(self, strand, level, strands):
        self.level, self.tables = level, tables(level.chain)
        if self.tables is None:
            raise gdb.GdbError(f"{text(level.chain['name'])} was not made by chainc --debug: "
                               "which of its names have a value is not known")
        self.strand = strand
        frame = gdb.Value(level.frame).cast(pointer_to(f"struct {c_name(level.chain)}_frame"))
        self.frame = frame.dereference()
        self.promises = {other.promise: other for other in strands
                         if other.promise is not None and self.is_here(other.started_by) and self.is_in_slots(other)}
        self.users = [(other, at) for other in strands for at in self.states_of(other)]

    def promise_text(self, promise, item, path):
        """What has become of a promise that this chain has not awaited. Its value stands after its header."""
        if promise.op is None:
            return ": a promise that runs"
        if int(promise.op["code"]) != 0 or is_null(path):
            return f": a promise that {outcome_text(promise.op)}"
        kind = self.value(item, text(path)).type
        return f" = {gdb.Value(promise.place).cast(kind.pointer()).dereference()}, a promise that has ended"

    def states_of(self, strand):
        """Where a strand is in this run of the chain: its branches and items need other names than the chain itself."""
        return [level.at for level in strand.levels if self.is_here(level)]

    def is_here(self, level):
        return (int(level.chain.address), level.frame) == (int(self.level.chain.address), self.level.frame)

    def slot(self, strand, item):
        return strand.slots.get((int(self.level.chain.address), item))

    def is_in_slots(self, strand):
        """Whether the items around it are around the shown strand, too."""
        return all(item in self.strand.slots and self.strand.slots[item].address == slot.address
                   for item, slot in strand.slots.items())

    def letter(self, number, item):
        """The best that a strand can say of a name; '': none knows, as the chain is being run."""
        letters = ""
        for other, at in self.users:
            if item is not None and (self.slot(other, item) is None
                                     or self.slot(other, item).address != self.slot(self.strand, item).address):
                continue
            if at < int(self.tables["states"]):
                letters += text((self.tables["steps"] + at).dereference()["alive"])[number]
        return min(letters, key="=?-.".index, default="")

    def value(self, item, path):
        value = self.frame if item is None else self.slot(self.strand, item)
        for member in path.split("."):
            value = value[member]
        return value

    def lines(self):
        """One for each name: of two with the same name, the one that is alive."""
        best = {}
        for number in range(int(self.tables["name_count"])):
            entry = (self.tables["names"] + number).dereference()
            item = None if is_null(entry["item"]) else text(entry["item"])
            if item is not None and self.slot(self.strand, item) is None:
                continue  # of an item, and this is none
            name, letter = text(entry["name"]), self.letter(number, item)
            if letter == "=" and is_null(entry["path"]):
                letter = "-"
            promise = self.promises.get(name) if letter != "=" else None
            if promise is not None:
                best[name] = (0, f"{name}{self.promise_text(promise, item, entry['path'])}")
                continue
            line = f"{name} = {self.value(item, text(entry['path']))}" if letter == "=" else \
                   f"{name}: {NAMES.get(letter, 'not known, as the chain runs')}"
            if name not in best or "=?-.".find(letter) < best[name][0]:
                best[name] = ("=?-.".find(letter), line)
        return [line for _, line in best.values()]


# ---- commands --------------------------------------------------------------------------------------------------------

class Chain(gdb.Command):
    """Shows the chains of a program: chain list, chain bt, chain print, chain add, chain break."""

    def __init__(self):
        super().__init__("chain", gdb.COMMAND_STACK, prefix=True)


class List(gdb.Command):
    """chain list: every strand that waits, as a tree: a chain, its branches, what it has spawned."""

    def __init__(self):
        super().__init__("chain list", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        for number, (depth, strand) in enumerate(flatten(roots()), 1):
            print(f"{number:3} {'  ' * depth}{strand.first_line()}")
        others = sum(int(loop["bare"]) for loop in all_loops()) - len(list(bare()))
        if others > 0:
            print(f"without a root, not listed: {others}")


class Add(gdb.Command):
    """chain add EXPRESSION: lists a chain without a root, too, given its strand: `chain add mine.strand`.
Only the program that runs such a chain knows it; it is listed whenever it runs."""

    def __init__(self):
        super().__init__("chain add", gdb.COMMAND_STACK, gdb.COMPLETE_EXPRESSION)

    def invoke(self, argument, from_tty):
        value = gdb.parse_and_eval(argument)
        if value.type.strip_typedefs().code == gdb.TYPE_CODE_PTR:
            value = value.dereference()
        if str(value.type.strip_typedefs().unqualified()) != "struct chain_strand":
            raise gdb.GdbError("expected a struct chain_strand, such as mine.strand")
        if int(value.address) not in added:
            added.append(int(value.address))


class Backtrace(gdb.Command):
    """chain bt [NUMBER]: where the strand with this number of `chain list` waits, and what led there.
Without a number: of every strand that waits for nothing else that is listed."""

    def __init__(self):
        super().__init__("chain bt", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        found = [strand for _, strand in flatten(roots())]
        numbers = [n for n, strand in enumerate(found, 1) if strand.op is None and all(c.op is not None for c in strand.children)]
        if argument:
            chosen(found, argument)
            numbers = [int(argument)]
        for number in numbers:
            print(f"strand {number}:")
            for depth, line in enumerate(line for line, _, _ in found[number - 1].entries()):
                print(f"  #{depth} {line}")


def chosen(found, argument):
    if not argument.isdigit() or not 0 < int(argument) <= len(found):
        raise gdb.GdbError(f"chain list has no number {argument}")
    return found[int(argument) - 1]


class Print(gdb.Command):
    """chain print NUMBER [LEVEL]: the parameters, variables and bindings of the chain on a level of `chain bt NUMBER`.
Without LEVEL: level 0, the innermost. It says so of names that have no value, or none any more."""

    def __init__(self):
        super().__init__("chain print", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        found = [strand for _, strand in flatten(roots())]
        if not argument:
            raise gdb.GdbError("expected the number of a strand, as in chain list")
        number, *rest = gdb.string_to_argv(argument)
        entries = chosen(found, number).entries()
        wanted = rest[0] if rest else "0"
        if not wanted.isdigit() or int(wanted) >= len(entries):
            raise gdb.GdbError(f"chain bt {number} has no level {wanted}")
        line, strand, level = entries[int(wanted)]
        print(f"#{wanted} {line}")
        for shown in Names(strand, level, found).lines() or ["it has no names"]:
            print(f"  {shown}")


class Break(gdb.Command):
    """chain break NAME:STEP: stops at the lines of the steps of a chain that have this name."""

    def __init__(self):
        super().__init__("chain break", gdb.COMMAND_BREAKPOINTS)

    def invoke(self, argument, from_tty):
        name, _, step = argument.partition(":")
        if not name or not step:
            raise gdb.GdbError("expected NAME:STEP, such as trip:toll")
        symbol = gdb.lookup_global_symbol(f"{name}_type") or gdb.lookup_static_symbol(f"{name}_type")
        if symbol is None:
            raise gdb.GdbError(f"no chain is called '{name}'")
        chain = symbol.value()
        places = []
        for number in range(int(chain["states"])):
            site = (chain["sites"] + number).dereference()
            if int(site["line"]) == 0:  # leads to the tables of chainc --debug
                continue
            place = f"{text(site['file'])}:{int(site['line'])}"
            if text(site["step"]) == step and place not in places:
                places.append(place)
        if not places:
            raise gdb.GdbError(f"'{name}' has no step '{step}' that can be rejected")
        for place in places:
            gdb.Breakpoint(place)


Chain()
List()
Backtrace()
Print()
Add()
Break()
gdb.execute("skip -rfu ^chain_", to_string=True)

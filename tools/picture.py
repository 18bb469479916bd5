#!/usr/bin/env python3
"""Makes an SVG of a picture that is drawn with box characters: picture.py NAME.txt >NAME.svg

The text begins with `title: …` and `desc: …`, which may go on in lines that begin with a space.
After an empty line comes the drawing; docs/pictures/README.md has its rules. A line that does not
meet what it leads to is an error: no drawing is off by a column unnoticed.
"""
import sys
from html import escape

WIDTH, HEIGHT = 8, 16  # of a character's cell, in pixels
CURVE = 4              # radius of a corner
UP, RIGHT, DOWN, LEFT = range(4)
STEP = ((-1, 0), (0, 1), (1, 0), (0, -1))  # rows down, columns right

# Light lines are neutral, heavy ones are the user's C, doubled ones are what chainc writes. Dashed
# light lines are lanes, pointers and notes, dashed heavy ones a cancel.
PLAIN, YOURS, CHAIN, NOTE, CANCEL = 1, 2, 3, 4, 5
CLASS = {PLAIN: "plain", YOURS: "yours", CHAIN: "chain", NOTE: "note", CANCEL: "cancel"}
DASHED = {PLAIN: NOTE, YOURS: CANCEL}  # have the same corners

# The arms of each character: up, right, down, left.
ARMS = {row[0]: tuple(map(int, row[1:])) for row in """
─0101 │1010 ┌0110 ┐0011 └1100 ┘1001 ├1110 ┤1011 ┬0111 ┴1101 ┼1111 ╭0110 ╮0011 ╰1100 ╯1001
━0202 ┃2020 ┏0220 ┓0022 ┗2200 ┛2002 ┣2220 ┫2022 ┳0222 ┻2202 ╋2222
═0303 ║3030 ╔0330 ╗0033 ╚3300 ╝3003 ╠3330 ╣3033 ╦0333 ╩3303 ╬3333
┠2120 ┨2021 ┯0212 ┷1202 ╟3130 ╢3031 ╤0313 ╧1303 ┝1210 ┥1012 ┰0121 ┸2101 ╞1310 ╡1013 ╥0131 ╨3101
┿1212 ╂2121 ╪1313 ╫3131 ╴0001 ╵1000 ╶0100 ╷0010
┄0404 ┆4040 ┅0505 ┇5050""".split()}
NO_ARMS = (0, 0, 0, 0)
CORNERS = "┌┐└┘╭╮╰╯┏┓┗┛╔╗╚╝"
HEADS = {"▲": UP, "▶": RIGHT, "▼": DOWN, "◀": LEFT}
LEVEL = "─━═┄┅▶◀"
LANE = "┆"
FACES = {"*": "bold", "~": "muted", "`": "code"}

# Colours of a line and of the box in it, on a light page and on a dark one.
COLOURS = {"plain": ("#7d8590", "#7d85901f", "#848d97", "#848d9729"),
           "yours": ("#bc6c00", "#d4a72c30", "#d29922", "#bb800933"),
           "chain": ("#0969da", "#0969da17", "#4493f8", "#388bfd2b"),
           "note": ("#8c959f", "none", "#6e7681", "none"),
           "cancel": ("#cf222e", "none", "#f85149", "none")}
STYLE = """
svg { font: 13px -apple-system, "Segoe UI", "Noto Sans", "Liberation Sans", sans-serif; }
.code { font: 12.5px ui-monospace, "SFMono-Regular", "Liberation Mono", monospace; }
.bold { font-weight: 600; }
text { white-space: pre; }
path { fill: none; stroke-width: 1.25; stroke-linecap: round; }
path.note { stroke-dasharray: 2 4; }
path.cancel { stroke-width: 1.75; stroke-dasharray: 5 3; stroke-linecap: butt; }
"""


def colours(text, muted, column):
    rules = [f"text {{ fill: {text}; }} .muted {{ fill: {muted}; }}"]
    for name, values in COLOURS.items():
        line, box = values[column:column + 2]
        rules.append(f"path.{name} {{ stroke: {line}; }} polygon.{name} {{ fill: {line}; }} "
                     f"rect.{name} {{ fill: {box}; }}")
    return "\n".join(rules)


def style():
    light, dark = colours("#1f2328", "#656d76", 0), colours("#e6edf3", "#9198a1", 2)
    return f"{STYLE}{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}"


def beside(row, column, side):
    return row + STEP[side][0], column + STEP[side][1]


def opposite(side):
    return (side + 2) % 4


def middle(row, column):
    return column * WIDTH + WIDTH / 2, row * HEIGHT + HEIGHT / 2


class Drawing:
    def __init__(self, path):
        head, _, body = open(path, encoding="utf-8").read().partition("\n\n")
        fields = dict(line.split(": ", 1) for line in head.replace("\n ", " ").splitlines())
        self.path, self.title, self.desc = path, fields["title"], fields["desc"]
        self.lines = body.rstrip("\n").split("\n")
        self.width = max(map(len, self.lines))

    def at(self, row, column):
        inside = 0 <= row < len(self.lines) and 0 <= column < len(self.lines[row])
        return self.lines[row][column] if inside else " "

    def is_line(self, row, column):
        return self.at(row, column) in ARMS or self.at(row, column) in HEADS

    def cells(self, characters):
        for row, line in enumerate(self.lines):
            for column, character in enumerate(line):
                if character in characters:
                    yield row, column, character

    def arm(self, row, column, side):
        """The kind of a cell's line to a side, 0: none. A corner is dashed if its neighbour is."""
        kind = ARMS.get(self.at(row, column), NO_ARMS)[side]
        other = ARMS.get(self.at(*beside(row, column, side)), NO_ARMS)[opposite(side)]
        return other if kind and other == DASHED.get(kind) else kind

    def shaft(self, row, column, side):
        """The line that ends in an arrow's head."""
        return self.arm(*beside(row, column, opposite(side)), side)

    # ---- what must hold ----

    def fail(self, row, column, what):
        sys.exit(f"{self.path}: line {row + 1} of the drawing, column {column + 1}: {what}")

    def check_arm(self, row, column, side, kind):
        character, other = self.at(row, column), self.at(*beside(row, column, side))
        is_loose = not self.is_line(*beside(row, column, side))
        if side in (UP, DOWN) and kind not in (NOTE, CANCEL) and is_loose:
            self.fail(row, column, f"'{character}' ends at nothing")
        if LANE in (character, other):  # lines end at it and cross it
            return
        if other in ARMS and not ARMS[other][opposite(side)]:
            self.fail(row, column, f"'{character}' meets '{other}', which does not go on to it")

    def check(self):
        for row, column, character in self.cells(ARMS):
            for side, kind in enumerate(ARMS[character]):
                if kind:
                    self.check_arm(row, column, side, kind)
        for row, column, head in self.cells(HEADS):
            if not self.shaft(row, column, HEADS[head]):
                self.fail(row, column, f"'{head}' has no line")


# ---- lines ----

def halves(drawing):
    """From the middle of a cell to its edge: (kind, whether upright, where, from, to)."""
    for row, column, character in drawing.cells(ARMS):
        x, y = middle(row, column)
        begin = CURVE if character in CORNERS else 0
        for side, (down, right) in enumerate(STEP):
            kind = drawing.arm(row, column, side)
            if kind and down:
                yield kind, True, x, *sorted((y + down * begin, y + down * HEIGHT / 2))
            elif kind:
                yield kind, False, y, *sorted((x + right * begin, x + right * WIDTH / 2))


def straight(drawing):
    """Halves that touch make one line."""
    last = None
    for kind, upright, where, low, high in sorted(halves(drawing)):
        if last and last[:3] == [kind, upright, where] and low <= last[4]:
            last[4] = max(last[4], high)
            continue
        if last:
            yield last
        last = [kind, upright, where, low, high]
    if last:
        yield last


def curves(drawing):
    for row, column, character in drawing.cells(CORNERS):
        x, y = middle(row, column)
        ends = [STEP[side] for side in range(4) if ARMS[character][side]]
        (x1, y1), (x2, y2) = [(x + right * CURVE, y + down * CURVE) for down, right in ends]
        kind = max(drawing.arm(row, column, side) for side in range(4))
        yield kind, f"M{x1:g} {y1:g}Q{x:g} {y:g} {x2:g} {y2:g}"


def arrows(drawing):
    """A head, and what is left of its line. They reach to the middle of a border beside them."""
    for row, column, character in drawing.cells(HEADS):
        side = HEADS[character]
        (down, right), (x, y) = STEP[side], middle(row, column)
        reach = 1.0 if drawing.at(*beside(row, column, side)) in ARMS else 0.5
        tip_x, tip_y = x + right * WIDTH * reach, y + down * HEIGHT * reach
        back_x, back_y = tip_x - right * 8, tip_y - down * 8
        shaft = f"M{x - right * WIDTH / 2:g} {y - down * HEIGHT / 2:g}L{back_x:g} {back_y:g}"
        points = (f"{tip_x:g},{tip_y:g} {back_x + down * 4:g},{back_y + right * 4:g} "
                  f"{back_x - down * 4:g},{back_y - right * 4:g}")
        yield drawing.shaft(row, column, side), shaft, points


def draw_lines(drawing, out):
    paths, heads = {kind: [] for kind in CLASS}, []
    for kind, upright, where, low, high in straight(drawing):
        path = f"M{where:g} {low:g}V{high:g}" if upright else f"M{low:g} {where:g}H{high:g}"
        paths[kind].append(path)
    for kind, path in curves(drawing):
        paths[kind].append(path)
    for kind, shaft, points in arrows(drawing):
        if kind != CANCEL:  # a dash would touch the head
            paths[kind].append(shaft)
        heads.append(f'<polygon class="{CLASS[kind]}" points="{points}"/>')
    for kind in sorted(paths, reverse=True):
        if paths[kind]:
            out.append(f'<path class="{CLASS[kind]}" d="{"".join(paths[kind])}"/>')
    out.extend(heads)


# ---- boxes ----

def corner(drawing, row, column, side, turn):
    """Along a border to the corner that turns to `turn`; None if the border ends before."""
    while True:
        row, column = beside(row, column, side)
        arms = ARMS.get(drawing.at(row, column), NO_ARMS)
        if not arms[opposite(side)]:
            return None
        if not arms[side]:
            return (row, column) if arms[turn] else None


def draw_boxes(drawing, out):
    for top, left, character in drawing.cells("┌╔┏"):
        upper = corner(drawing, top, left, RIGHT, DOWN)
        lower = corner(drawing, top, left, DOWN, RIGHT)
        if not upper or not lower or corner(drawing, *upper, DOWN, LEFT) != (lower[0], upper[1]):
            continue
        (x, y), (x2, y2) = middle(top, left), middle(lower[0], upper[1])
        out.append(f'<rect class="{CLASS[ARMS[character][RIGHT]]}" x="{x:g}" y="{y:g}" '
                   f'width="{x2 - x:g}" height="{y2 - y:g}" rx="{CURVE}"/>')


# ---- text ----

def runs(drawing):
    """Words with single spaces between them, up to a line: (row, first column, text)."""
    for row, line in enumerate(drawing.lines):
        start = None
        for column in range(len(line) + 1):
            is_space = drawing.at(row, column) == " "
            ends = drawing.is_line(row, column) or is_space and (
                drawing.at(row, column + 1) == " " or drawing.is_line(row, column + 1))
            if start is None and not ends and not is_space:
                start = column
            elif start is not None and ends:
                yield row, start, line[start:column]
                start = None


def border(drawing, row, column, step):
    """The next line to the left or right of a run, and how far it is; None: other text, or none."""
    place = column
    while 0 <= place < drawing.width and drawing.at(row, place) == " ":
        place += step
    return (place, abs(place - column)) if drawing.is_line(row, place) else None


def line_near(drawing, row, center):
    """Where a label that has its middle there is centred: at the end of an upright line above or
    below, or in the middle of a level one. None: nowhere."""
    for next_row, arm in ((row - 1, DOWN), (row + 1, UP)):
        for column in range(int(center - 1.5), int(center + 1.5) + 1):
            if ARMS.get(drawing.at(next_row, column), NO_ARMS)[arm]:
                return column + 0.5
        low = high = int(center)
        while drawing.at(next_row, low) in LEVEL:
            low -= 1
        while drawing.at(next_row, high) in LEVEL:
            high += 1
        if low < high and abs((low + high + 1) / 2 - center) <= 1.5:
            return (low + high + 1) / 2
    return None


def is_in_column(drawing, everything, row, start):
    """Whether a run begins where one at most three rows away does, with no line between them."""
    for row2, start2, _ in everything:
        between = range(min(row, row2) + 1, max(row, row2))
        if start == start2 and 0 < abs(row - row2) <= 3:
            if not any(drawing.is_line(other, start) for other in between):
                return True
    return False


def place(drawing, everything, row, start, text):
    """(text-anchor, column) of a run: at the right if only a line to its right is near; at the left in
    a column of runs; in the middle between two lines, if it is there in the drawing; centred at a
    line above or below; else at the left."""
    end = start + len(text)
    left, right = border(drawing, row, start - 1, -1), border(drawing, row, end, 1)
    at_left, at_right = left and left[1] <= 1, right and right[1] <= 1
    if at_right and not at_left:
        return "end", end
    if is_in_column(drawing, everything, row, start):
        return "start", start
    if left and right and abs(left[1] - right[1]) <= 1:
        return "middle", (left[0] + right[0] + 1) / 2
    center = None if at_left else line_near(drawing, row, (start + end) / 2)
    return ("start", start) if center is None else ("middle", center)


def spans(text):
    """*bold*, ~muted~ and `code` inside a run."""
    out, faces, part = [], [], ""
    for character in text + "\0":
        if character not in FACES and character != "\0":
            part += character
            continue
        words = escape(part, quote=False)
        if part:
            out.append(f'<tspan class="{" ".join(faces)}">{words}</tspan>' if faces else words)
        face, part = FACES.get(character), ""
        faces = [other for other in faces if other != face] + [face] * (face not in faces)
    return "".join(out)


def draw_text(drawing, out):
    everything = list(runs(drawing))
    for row, start, text in everything:
        anchor, column = place(drawing, everything, row, start, text)
        at = "" if anchor == "start" else f' text-anchor="{anchor}"'
        where = f'x="{column * WIDTH:g}" y="{row * HEIGHT + 12.5:g}"{at}'
        out.append(f"<text {where}>{spans(text)}</text>")


def svg(path):
    drawing = Drawing(path)
    drawing.check()
    width, height = drawing.width * WIDTH, len(drawing.lines) * HEIGHT
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
           f'viewBox="0 0 {width} {height}" role="img" aria-labelledby="title desc">',
           f'<title id="title">{escape(drawing.title)}</title>',
           f'<desc id="desc">{escape(drawing.desc)}</desc>',
           f"<style>{style()}</style>"]
    draw_boxes(drawing, out)
    draw_lines(drawing, out)
    draw_text(drawing, out)
    return "\n".join([*out, "</svg>", ""])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.stdout.buffer.write(svg(sys.argv[1]).encode())

"""Pages as nobody should send them: 500, made of good ones by chance that repeats itself."""

import random
from collections.abc import Callable
from pathlib import Path

OWN = Path(__file__).parent / "pages"
EACH = 42
"""Pages of each kind; twelve kinds make 504."""

FILE = """---
tracker: 1
title: Night Librarian
contact: nora.whitfield@example.org
pay_min: 17.50
pay_unit: HOUR
skills:
- Spreadsheets
questions:
- text: Can you work nights?
  kind: yes or no
---

Fernhollow Library looks for somebody who is awake when others sleep.

# Duties

Read, and send your resume by May 14, 2027.
"""
JOBS = ("Page", "Night Librarian", "Children’s Librarian", "Bibliothécaire", "Head of Naïveté")
SENTENCES = (
    "Fernhollow Library seeks a careful, cheerful person to keep its shelves in order.",
    "This is a part-time position of 10 to 19 hours per week, some weekends included.",
    "$16.25 per hour. Benefits include paid sick leave.",
    "Applications are due by Friday, January 15.",
    "Please send your cover letter and resume to [Nora](mailto:nora.whitfield@example.org).",
    "Reports to the Head of Circulation; “R&D” is 5 < 6.",
    "* Familiarity with spreadsheets\n* A love of children’s books\n* Café conversation",
)
RUNS = (
    "<script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<body onload=alert(1)>",
    "<a href='jav\tascript:alert(1)'>more</a>",
    "<a href=' &#1;javascript:alert(1)' onclick='alert(1)'>more</a>",
    "[more](javascript:alert(1))",
    "[more](JaVaScRiPt&colon;alert(1))",
    "[more](data:text/html;base64,PHNjcmlwdD4=)",
    "[more][x]\n\n[x]: vbscript:alert(1)",
    "<javascript:alert(1)>",
    "![x](data:image/svg+xml,<svg onload=alert(1)>)",
    "<svg><script>alert(1)</script><animate onbegin=alert(1) /></svg>",
    "<svg/onload=alert(1)>",
    "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
    "<style>body{background:url(javascript:alert(1))}</style>",
    "<p style='position:fixed;inset:0;background:url(//x.example.org)'>words</p>",
    "<link rel=stylesheet href=//x.example.org/a.css>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='data:text/html,<script>alert(1)</script>'></object>",
    "<form action='javascript:alert(1)'><button formaction='javascript:alert(1)'>go</button>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<base href='javascript:alert(1)//'>",
    "<details ontoggle=alert(1) open><summary>more</summary></details>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<!--><script>alert(1)</script>-->",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
)
MARKS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c"
TAGS = ("div", "table", "tr", "td", "ul", "li", "blockquote", "b", "font", "span", "section", "h2")

Make = Callable[[random.Random], bytes]


def page(chance: random.Random) -> str:
    """A good page: one that lies in the tests, one put together, or a posting's file."""
    kind = chance.random()
    if kind < 0.4:
        path = chance.choice(sorted(each for each in OWN.iterdir() if each.suffix != ".json"))
        return path.read_bytes().decode("utf-8", "replace")
    if kind < 0.55:
        return FILE
    parts = [f"# {chance.choice(JOBS)}"]
    for sentence in chance.sample(SENTENCES, chance.randint(2, len(SENTENCES))):
        parts += [f"## {chance.choice(('Duties', 'Pay', 'To apply'))}"] * (chance.random() < 0.4)
        parts.append(sentence)
    text = "\n\n".join(parts)
    return text if chance.random() < 0.7 else f"<html><body><p>{text}</p></body></html>"


def cut(chance: random.Random) -> bytes:
    data = page(chance).encode()
    half = len(data) // 2 + chance.randint(-20, 20)
    return data[:half] if chance.random() < 0.6 else data[half:]


def wrong_encoding(chance: random.Random) -> bytes:
    text = page(chance)
    ways: list[Callable[[], bytes]] = [
        lambda: text.encode("utf-16"),
        lambda: text.encode("utf-16-be"),
        lambda: text.encode("utf-32"),
        lambda: text.encode("cp1252", "replace"),
        lambda: text.encode("shift_jis", "replace"),
        lambda: text.encode("cp500", "replace"),
        lambda: text.encode().decode("cp1252", "replace").encode(),
        lambda: b"\xff\xfe" + text.encode(),
        lambda: b"\xef\xbb\xbf" * 3 + text.encode("latin-1", "replace"),
        lambda: b"".join(
            bytes([chance.randrange(128, 256)]) if chance.random() < 0.03 else each.encode()
            for each in text
        ),
    ]
    return chance.choice(ways)()


def nested(chance: random.Random) -> bytes:
    depth = chance.choice((50, 500, 5_000, 30_000))
    tags = [chance.choice(TAGS) for _ in range(chance.randint(1, 4))]
    opened = "".join(f"<{tags[number % len(tags)]}>" for number in range(depth))
    closed = "".join(f"</{tags[number % len(tags)]}>" for number in reversed(range(depth)))
    return f"{opened}{page(chance)}{closed if chance.random() < 0.5 else ''}".encode()


def huge(chance: random.Random) -> bytes:
    size = 5 << 20
    seed = chance.choice(
        (page(chance), "word ", "<div>", "# a\n", "[a](", "* a\n", "a", "\n", "$15 to ", "&amp;")
    )
    start = FILE if chance.random() < 0.3 else ""
    return (start + seed * (size // len(seed) + 1)).encode()[: size + chance.randint(0, 99)]


def null_bytes(chance: random.Random) -> bytes:
    data = bytearray(page(chance).encode())
    for _ in range(chance.choice((1, 5, len(data) // 20, len(data) // 3))):
        data.insert(chance.randrange(len(data) + 1), 0)
    return bytes(data)


def right_to_left(chance: random.Random) -> bytes:
    marks = [chance.choice(MARKS) for _ in range(chance.randint(1, 40))]
    text = page(chance)
    for mark in marks:
        at = chance.randrange(len(text) + 1)
        text = text[:at] + mark + chance.choice(("", "שלום ", "مرحبا ", "fdp.")) + text[at:]
    return text.encode()


def what_runs(chance: random.Random) -> bytes:
    text = page(chance)
    for piece in chance.sample(RUNS, 6):
        lines = text.split("\n")
        lines.insert(chance.randrange(len(lines) + 1), piece)
        text = "\n".join(lines)
    return text.encode()


def what_runs_in_a_file(chance: random.Random) -> bytes:
    pieces = chance.sample(RUNS, 3)
    quoted = pieces[0].replace("'", "''").replace("\n", " ").replace("\t", " ")
    front = FILE.replace("Night Librarian", f"'{quoted}'").replace("Spreadsheets", f"'{quoted}'")
    return front.replace("Read,", f"{pieces[1]}\n\n# {pieces[2].splitlines()[0]}\n\nRead,").encode()


def odd_front_matter(chance: random.Random) -> bytes:
    lines = FILE.split("\n")
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(1, 12)
        lines[at] = chance.choice(
            (
                f"  {lines[at]}",
                lines[at] * 2,
                lines[at].replace(":", ""),
                f"{lines[at]}: &a [*a, *a]",
                "x: !!python/object/apply:os.system ['true']",
                "%YAML 9.9",
                "\t- ",
                "title: " + "[" * chance.choice((5, 5000)),
                "closes_on: 2027-13-45",
                "pay_min: 1e99",
                "",
            )
        )
    return "\n".join(lines).encode()


def shuffled(chance: random.Random) -> bytes:
    lines = page(chance).splitlines() * chance.choice((1, 2, 5, 12))
    chance.shuffle(lines)
    return chance.choice(("\n", "\r\n", "\r", "\n\n", " ")).join(lines).encode()


def spliced(chance: random.Random) -> bytes:
    """Two files in one, as a merge that went wrong leaves them."""
    one, other = page(chance), page(chance)
    return f"<<<<<<< main\n{one}\n=======\n{other}\n>>>>>>> tracker\n{one}".encode()


def noise(chance: random.Random) -> bytes:
    data = bytearray(page(chance).encode())
    for _ in range(chance.choice((3, 30, len(data)))):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


KINDS: tuple[Make, ...] = (
    cut,
    wrong_encoding,
    nested,
    huge,
    null_bytes,
    right_to_left,
    what_runs,
    what_runs_in_a_file,
    odd_front_matter,
    shuffled,
    spliced,
    noise,
)


def mangled(make: Make) -> list[tuple[str, bytes]]:
    """The pages of a kind, by name."""
    return [
        (f"{make.__name__}-{number}.md", make(random.Random(f"{make.__name__} {number}")))
        for number in range(EACH)
    ]

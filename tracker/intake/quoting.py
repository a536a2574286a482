"""Part what somebody wrote from the mail that they answer. Pure.

This is for reading only: what a text gives away is `redaction`'s to take out, quoted or not.
"""

import re

_MARKED = re.compile(r"[ \t]*>")
_INTRODUCED = re.compile(
    r"""[ \t]*(?:
        On\b.{4,200}\bwrote: | El\b.{4,200}\bescribió: | Am\b.{4,200}\bschrieb.{0,80}:
        | Le\b.{4,200}\ba\sécrit\s?: | [^\n]{0,120}<[^<>@\s]+@[^<>\s]+>\s(?:wrote|escribió):
    )[ \t]*$""",
    re.VERBOSE | re.MULTILINE | re.DOTALL | re.IGNORECASE,
)
_DIVIDED = re.compile(
    r"[ \t]*(?:-{2,}\s?(?:Original Message|Forwarded message|Mensaje original"
    r"|Mensaje reenviado|Ursprüngliche Nachricht)\s?-{2,}|_{20,})[ \t]*$",
    re.IGNORECASE,
)
_HEADED = re.compile(r"[ \t]*\*?(?:From|De|Von)\*?:[ \t]*\S", re.IGNORECASE)
_HEADED_BELOW = re.compile(
    r"[ \t]*\*?(?:Sent|Date|To|Subject|Enviado|Fecha|Para|Asunto|Gesendet|An|Betreff)\*?:",
    re.IGNORECASE,
)


def own_words(text: str) -> str:
    """What somebody wrote themselves: without the quoted mail at the end.

    Quotations that stand between their own lines are kept, since the lines answer them. Where
    nothing of their own would be left, the whole text is theirs.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    end = _beginning_of_quoted(lines)
    kept = "\n".join(lines[:end]).strip()
    return kept or text.strip()


def _beginning_of_quoted(lines: list[str]) -> int:
    """Find the line with which the quoted mail begins, or the one that introduces it."""
    alone = _quoted_alone(lines)
    for number in range(len(lines)):
        if _DIVIDED.match(lines[number]) or _is_head(lines, number):
            return _before(lines, number)
        length = _introduction(lines, number)
        if length and alone[min(number + length, len(lines))]:
            return _before(lines, number)
    end = len(lines)
    while end and (_MARKED.match(lines[end - 1]) or not lines[end - 1].strip()):
        end -= 1
    return end if any(_MARKED.match(each) for each in lines[end:]) else len(lines)


def _is_head(lines: list[str], number: int) -> bool:
    """Tell whether a block as Outlook writes it begins: From, and Sent and To below it."""
    below = lines[number + 1 : number + 5]
    return bool(_HEADED.match(lines[number])) and sum(
        bool(_HEADED_BELOW.match(each)) for each in below
    ) >= 2  # fmt: skip


def _introduction(lines: list[str], number: int) -> int:
    """How many lines say who wrote what follows: one, or two or three where it was wrapped."""
    if not lines[number].strip() or _MARKED.match(lines[number]):
        return 0
    for length in (1, 2, 3):
        if _INTRODUCED.fullmatch("\n".join(lines[number : number + length])):
            return length
    return 0


def _quoted_alone(lines: list[str]) -> list[bool]:
    """For each line: whether from there on all is quoted, or nothing is marked at all.

    The latter as in a text made of HTML. One more than there are lines, for nothing at all.
    """
    said = marked = 0
    alone = [True]
    for line in reversed(lines):
        said += bool(line.strip())
        marked += bool(line.strip() and _MARKED.match(line))
        alone.append(marked in {0, said})
    return alone[::-1]


def _before(lines: list[str], number: int) -> int:
    while number and not lines[number - 1].strip():
        number -= 1
    return number

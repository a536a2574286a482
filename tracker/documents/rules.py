"""What may be sent and what a candidate is told when a file is not taken. Pure."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass, replace

MEGABYTE = 1 << 20


def N_(sentence: str) -> str:  # noqa: N802 - the name that gettext's extraction looks for
    """Mark a sentence for translation and return it as it is."""
    return sentence


class Decision(enum.StrEnum):
    """What comes of a look at a file; one with a note is stored like any other."""

    ACCEPT = "accept"
    ACCEPT_WITH_NOTE = "accept_with_note"
    REFUSE = "refuse"


class Reason(enum.StrEnum):
    """Why a file is not taken."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNKNOWN_KIND = "unknown_kind"
    OLD_WORD = "old_word"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    PICTURE = "picture"
    DAMAGED_PICTURE = "damaged_picture"
    HUGE_PICTURE = "huge_picture"
    NO_PHOTOGRAPH = "no_photograph"
    TOO_MANY_PHOTOGRAPHS = "too_many_photographs"
    APPLE_PAGES = "apple_pages"
    HEIC = "heic"
    TOO_MANY_PAGES = "too_many_pages"
    BOMB = "bomb"
    MACROS = "macros"
    TOO_COMPLEX = "too_complex"


MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
    "rtf": "application/rtf",
    "txt": "text/plain",
}
"""Every kind that is taken, under its short name, which is its file extension too."""

PHOTOGRAPH_TYPES = {"jpg": "image/jpeg", "png": "image/png"}
"""Photographs that are taken; a document is made of them, so no document has this kind."""

PHOTOGRAPH_MARKS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
LONGEST_MARK = 8
MAX_PHOTOGRAPHS = 20
"""In one document, a page each."""

REFUSALS = {
    Reason.EMPTY: N_("This file is empty. Check that you chose the right file, and add it again."),
    Reason.TOO_LARGE: N_(
        "This file is larger than %(limit)s MB. Save it as a smaller PDF, for example with"
        " pictures at a lower quality, and add it again."
    ),
    Reason.UNKNOWN_KIND: N_(
        "This is not a kind of file that can be read here. Save it as a PDF, and add that."
    ),
    Reason.OLD_WORD: N_(
        "This is a Word document of the older kind (.doc). Open it, save it as PDF or DOCX,"
        " and add that."
    ),
    Reason.ENCRYPTED: N_(
        "This file opens only with a password. Remove the password, save the file, and add"
        " it again."
    ),
    Reason.DAMAGED: N_(
        "This file is damaged or incomplete and cannot be opened. Open it on your own device,"
        " save it as a new PDF, and add that."
    ),
    Reason.PICTURE: N_(
        "This is a kind of picture that cannot be read here. Save it as JPEG or PNG, or scan to"
        " PDF, and add that."
    ),
    Reason.DAMAGED_PICTURE: N_(
        "This photograph is damaged or incomplete and cannot be opened. Take it again, or scan"
        " the page to PDF, and add that."
    ),
    Reason.HUGE_PICTURE: N_(
        "This photograph has more pixels than can be opened here. Take it again at a smaller"
        " size, or scan the page to PDF, and add that."
    ),
    Reason.NO_PHOTOGRAPH: N_(
        "Only photographs (JPEG or PNG) can be put together, and this is another kind of file."
        " Add it alone, or photograph its pages."
    ),
    Reason.TOO_MANY_PHOTOGRAPHS: N_(
        "One document is made of at most %(photographs)s photographs. Send the pages that"
        " matter for this application, or scan them to one PDF, and add that."
    ),
    Reason.APPLE_PAGES: N_(
        "This is a Pages document, which cannot be read here. In Pages choose File, Export To,"
        " PDF, and add that."
    ),
    Reason.HEIC: N_(
        "This is a photograph of a kind (HEIC) that cannot be read here. On the phone, share it,"
        " choose Print or Create PDF, and add the PDF."
    ),
    Reason.TOO_MANY_PAGES: N_(
        "This file has more than %(pages)s pages. Send the pages that matter for this"
        " application, and add the file again."
    ),
    Reason.BOMB: N_(
        "This file unpacks to far more than its size and was not opened. Save it as a PDF, and"
        " add that."
    ),
    Reason.MACROS: N_(
        "This file contains macros (small programs), which are not accepted. Save it as a PDF,"
        " and add that."
    ),
    Reason.TOO_COMPLEX: N_(
        "This file is too complex to be opened here. Save it as a simpler PDF, for example by"
        " printing to PDF, and add that."
    ),
}
"""What the candidate reads, one sentence a reason; `refusal_values` fills in the figures."""


class Note(enum.StrEnum):
    """What staff should know of a file that is taken; nothing of it runs here."""

    RENAMED = "renamed"
    NO_TEXT = "no_text"
    REPAIRED = "repaired"
    RESTRICTED = "restricted"
    SCRIPT = "script"
    LAUNCH = "launch"
    SENDS = "sends"
    INSIDE = "inside"
    FETCHES = "fetches"
    LIVE_FORM = "live_form"
    ONE_PHOTOGRAPH = "one_photograph"
    PHOTOGRAPHS = "photographs"


NOTES = {
    Note.RENAMED: "Its name ends otherwise than its kind, which is %(kind)s.",
    Note.NO_TEXT: "It has no text, only pictures of pages, perhaps from a scanner.",
    Note.REPAIRED: "It was slightly damaged and had to be repaired to be read.",
    Note.RESTRICTED: "Its author restricted what may be done with it.",
    Note.SCRIPT: "It contains a script. It does not run here; it may where it is opened.",
    Note.LAUNCH: "It asks its reader to open a program, a file or an address.",
    Note.SENDS: "It asks its reader to send what is typed into it somewhere.",
    Note.INSIDE: "It has other files inside.",
    Note.FETCHES: "It fetches a part of itself from elsewhere when it is opened.",
    Note.LIVE_FORM: "It is a form that draws itself (XFA): its contents may not be shown here.",
    Note.ONE_PHOTOGRAPH: "Made of a photograph, which is kept.",
    Note.PHOTOGRAPHS: "Made of %(count)s photographs, which are kept.",
}
"""What staff read, one sentence a note."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a file may be, and how much its reading may cost.

    Sizes are in bytes, times in seconds. `memory` is address space, not resident memory:
    the libraries map about 250 MB before they have read a byte; `data` is what they take of
    their own. Of a long PDF only the first `read_pages` are read while its sender waits; the
    rest is, behind the pages. `behind` is for work after everything else on the machine.
    """

    max_bytes: int = 10 * MEGABYTE
    max_pages: int = 400
    read_pages: int = 20
    max_depth: int = 200
    max_text: int = 200_000
    max_members: int = 2_000
    max_unpacked: int = 200 * MEGABYTE
    max_xml: int = 24 * MEGABYTE
    max_pixels: int = 50_000_000
    max_ratio: int = 200
    memory: int = 768 * MEGABYTE
    data: int = 272 * MEGABYTE
    cpu_seconds: int = 5
    wall_seconds: float = 9.0
    file_size: int = 16 * MEGABYTE
    answer_size: int = 4 * MEGABYTE
    behind: bool = False

    def patient(self) -> "Limits":
        """The same for work that nobody waits for: 20 seconds of it, and twice the memory."""
        return replace(self, cpu_seconds=20, wall_seconds=300.0, data=2 * self.data, behind=True)


DEFAULT_LIMITS = Limits()


def refusal_values(limits: Limits) -> dict[str, str]:
    """Return what the sentences in `REFUSALS` have placeholders for."""
    megabytes = limits.max_bytes / MEGABYTE
    return {
        "limit": f"{megabytes:g}",
        "pages": str(limits.max_pages),
        "photographs": str(MAX_PHOTOGRAPHS),
    }


def told(notes: Iterable[Note], **values: str) -> str:
    """Return notes as sentences for staff, each once, in the order they were found."""
    return " ".join(NOTES[note] % values for note in dict.fromkeys(notes))


def name_disagrees(file_name: str, kind: str) -> bool:
    """Say whether a name ends like a document of another kind than the content is."""
    known = {*MEDIA_TYPES, *PHOTOGRAPH_TYPES, "doc"}
    ending = file_name.rpartition(".")[2].lower() if "." in file_name else ""
    ending = "jpg" if ending == "jpeg" else ending
    return ending in known and ending != kind

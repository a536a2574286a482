"""Photographs of pages become one PDF, and each is kept as it was sent."""

import hashlib
import io
from pathlib import Path

import pypdfium2
import pytest
from flask import Flask

from tests.documents import samples
from tracker.core.db import db, writing
from tracker.core.files import files
from tracker.documents import operations
from tracker.documents.models import Document, OriginalFile
from tracker.documents.operations import Original, Received, RefusedError
from tracker.documents.rules import MAX_PHOTOGRAPHS, Reason

LIMIT = 2 << 20
FIRST, SECOND, THIRD = samples.photograph(), samples.screenshot(), samples.photograph(800, 600)


def receive(*photographs: bytes, kept: tuple[Original, ...] = ()) -> Received:
    added = [(io.BytesIO(each), f"IMG_{n}.jpg") for n, each in enumerate(photographs, 1)]
    return operations.receive_photographs(kept, added, limit=LIMIT)


def stored(key: str) -> bytes:
    return b"".join(files().chunks(key))


def sheets(data: bytes) -> list[tuple[int, int]]:
    """The sizes of a PDF's pages in points, rounded."""
    document = pypdfium2.PdfDocument(data)
    found = [document[number].get_size() for number in range(len(document))]
    document.close()
    return [(round(wide), round(high)) for wide, high in found]


def dark_corner(data: bytes, page: int = 0) -> str:
    """Where the dark corner of a page stands once it is drawn."""
    document = pypdfium2.PdfDocument(data)
    image = document[page].render(scale=0.5).to_pil().convert("L")
    document.close()
    wide, high = image.size
    places = {
        "upper left": (0.2, 0.2), "upper right": (0.8, 0.2),
        "lower left": (0.2, 0.8), "lower right": (0.8, 0.8),
    }  # fmt: skip
    return min(
        places, key=lambda name: image.getpixel((int(places[name][0] * wide),
                                                 int(places[name][1] * high)))
    )  # fmt: skip


def test_photographs_become_one_pdf_with_a_page_each(app: Flask) -> None:
    received = receive(FIRST, SECOND, THIRD)
    assert (received.kind, received.media_type, received.pages, received.file_name) == (
        "pdf",
        "application/pdf",
        3,
        "IMG_1.pdf",
    )
    assert sheets(stored(received.file_key)) == [(612, 792), (612, 792), (792, 612)]
    assert received.note == "Made of 3 photographs, which are kept."


def test_every_photograph_is_kept_to_the_byte(app: Flask) -> None:
    received = receive(FIRST, SECOND)
    assert [stored(each.file_key) for each in received.originals] == [FIRST, SECOND]
    assert [(each.media_type, each.size, each.sha256) for each in received.originals] == [
        ("image/jpeg", len(FIRST), hashlib.sha256(FIRST).hexdigest()),
        ("image/png", len(SECOND), hashlib.sha256(SECOND).hexdigest()),
    ]


def test_one_photograph_is_taken_like_any_other_file(app: Flask) -> None:
    received = operations.receive(io.BytesIO(FIRST), "Lettre à vous.jpeg", limit=LIMIT)
    assert (received.file_name, received.pages, len(received.originals)) == (
        "Lettre à vous.pdf",
        1,
        1,
    )
    assert stored(received.originals[0].file_key) == FIRST


@pytest.mark.parametrize("turned", range(1, 9))
def test_a_photograph_stands_upright_however_the_telephone_was_held(
    app: Flask, turned: int
) -> None:
    corners = {1: "upper left", 2: "upper right", 3: "lower right", 4: "lower left",
               5: "upper left", 6: "upper right", 7: "lower right", 8: "lower left"}  # fmt: skip
    received = receive(samples.photograph(turned=turned))
    assert dark_corner(stored(received.file_key)) == corners[turned]
    assert sheets(stored(received.file_key)) == [(612, 792) if turned < 5 else (792, 612)]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_is_drawn(app: Flask, mode: str) -> None:
    received = receive(samples.screenshot(mode=mode))
    assert dark_corner(stored(received.file_key)) == "upper left"


def test_nothing_but_the_picture_goes_into_the_pdf(app: Flask) -> None:
    made = stored(receive(FIRST).file_key)
    assert [word for word in (b"Exif", b"Fairhaven", b"Date", b"Producer") if word in made] == []


def test_the_same_photographs_give_the_same_pdf(app: Flask) -> None:
    assert receive(FIRST, SECOND).sha256 == receive(FIRST, SECOND).sha256


def test_a_page_of_the_shape_of_a4_is_a4(app: Flask) -> None:
    assert sheets(stored(receive(samples.photograph(700, 990)).file_key)) == [(595, 842)]


def test_another_photograph_makes_the_pdf_anew(any_app: Flask) -> None:
    first = keep(receive(FIRST))
    kept = operations.originals_of(first)
    db.session.rollback()
    received = receive(SECOND, kept=kept)
    assert [stored(each.file_key) for each in received.originals] == [FIRST, SECOND]
    both = keep(received)
    assert [each.rank for each in both.originals] == [0, 1]
    # The earlier document can go, or stay: they have no file in common.
    assert remove(first) & set(received.keys) == set()
    assert [stored(each.file_key) for each in operations.originals_of(both)] == [FIRST, SECOND]


def test_a_photograph_is_taken_out_by_keeping_the_others(app: Flask) -> None:
    kept = receive(FIRST, SECOND, THIRD).originals
    received = receive(kept=(kept[0], kept[2]))
    assert [stored(each.file_key) for each in received.originals] == [FIRST, THIRD]
    assert received.pages == 2


def test_a_document_goes_with_its_photographs(any_app: Flask) -> None:
    received = receive(FIRST, SECOND)
    keys = remove(keep(received))
    assert keys == set(received.keys)
    operations.forget_files(keys)
    assert list(files().list()) == []
    assert db.session.query(OriginalFile).count() == 0


REFUSED = [
    (samples.pdf(), Reason.NO_PHOTOGRAPH),
    (FIRST[: len(FIRST) // 2], Reason.DAMAGED_PICTURE),
    (SECOND[:200], Reason.DAMAGED_PICTURE),
    (samples.heic(), Reason.HEIC),
    (b"GIF89a" + bytes(50), Reason.PICTURE),
    (b"", Reason.EMPTY),
    (FIRST + bytes(LIMIT), Reason.TOO_LARGE),
]


@pytest.mark.parametrize(("bad", "reason"), REFUSED, ids=[each[1] for each in REFUSED])
def test_one_bad_photograph_is_named_and_nothing_is_kept(
    app: Flask, spool: Path, bad: bytes, reason: Reason
) -> None:
    with pytest.raises(RefusedError) as refused:
        receive(FIRST, bad, SECOND)
    assert (refused.value.code, refused.value.file_name) == (reason, "IMG_2.jpg")
    assert list(files().list()) == []
    assert list(spool.iterdir()) == []


def test_more_photographs_than_a_document_has_pages_are_refused(app: Flask) -> None:
    with pytest.raises(RefusedError, match="at most 20 photographs") as refused:
        receive(*[FIRST] * (MAX_PHOTOGRAPHS + 1))
    assert refused.value.code == Reason.TOO_MANY_PHOTOGRAPHS
    assert list(files().list()) == []


def test_a_pdf_of_many_photographs_stays_within_the_limit(app: Flask) -> None:
    noisy = samples.noisy_photograph()
    received = receive(*[noisy] * 6)
    assert (received.size <= LIMIT, received.pages) == (True, 6)


def test_a_stream_is_known_for_a_photograph_and_left_where_it_stood() -> None:
    found = []
    for content in (FIRST, SECOND, samples.pdf(), b""):
        stream = io.BytesIO(content)
        found.append((operations.is_photograph(stream), stream.tell()))
    assert found == [(True, 0), (True, 0), (False, 0), (False, 0)]


def keep(received: Received) -> Document:
    with writing():
        document = operations.record(received)
        document_id = document.id
        db.session.commit()
    return db.session.get_one(Document, document_id)


def remove(document: Document) -> set[str]:
    with writing():
        keys = operations.remove([db.session.get_one(Document, document.id)])
        db.session.commit()
    return set(keys)

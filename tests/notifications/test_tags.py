"""Tags: short, signed, whatever capitals become of them, and never an error."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.notifications.headers import check_address
from tracker.notifications.tags import (
    LONGEST_LOCAL,
    LONGEST_TAG,
    MOST_ROWS,
    Reaches,
    Tag,
    hide_tag,
    is_tagged,
    make_tag,
    read_tag,
    tag_in,
    tagged_address,
    was_sent_to,
)

KEYS = st.text(max_size=60)
KINDS = st.sampled_from(["application", "interview"])
ROWS = st.integers(min_value=1, max_value=MOST_ROWS - 1)
REACHES = st.sampled_from(list(Reaches))
ADDRESSES = st.from_regex(re.compile(r"[a-z.]{1,20}@[a-z]{1,20}\.org", re.ASCII), fullmatch=True)
OWN = "jobs@example.org"
KEY = "only for tests"


def made(**changed: object) -> str:
    values: dict[str, object] = {
        "kind": "application",
        "row_id": 7,
        "reaches": Reaches.HANDLERS,
        "sent_to": "ann@example.org",
    }
    return make_tag(KEY, **(values | changed))  # type: ignore[arg-type]  # a table of both


@given(KEYS, KINDS, ROWS, REACHES, ADDRESSES, st.randoms())
def test_a_tag_says_what_it_was_made_of_whatever_its_capitals(
    key: str, kind: str, row: int, reaches: Reaches, address: str, random: object
) -> None:
    tag = make_tag(key, kind=kind, row_id=row, reaches=reaches, sent_to=address)
    mixed = "".join(random.choice((each.upper(), each)) for each in tag)  # type: ignore[attr-defined]
    read = read_tag(key, mixed)
    assert read is not None
    assert (read.kind, read.row_id, read.reaches) == (kind, row, reaches)
    assert was_sent_to(key, read, address.upper())


@given(KEYS, KINDS, ROWS, REACHES, ADDRESSES)
def test_a_tag_travels_in_an_address_that_mail_can_be_sent_to(
    key: str, kind: str, row: int, reaches: Reaches, address: str
) -> None:
    tag = make_tag(key, kind=kind, row_id=row, reaches=reaches, sent_to=address)
    assert len(tag) <= LONGEST_TAG
    assert set(tag) <= set(string.ascii_lowercase + string.digits + "-")
    tagged = tagged_address(OWN, tag)
    assert check_address(tagged) == tagged
    assert tag_in(f" {tagged.upper()} ", OWN) == tag


@given(KEYS, KEYS, ROWS, ADDRESSES)
def test_another_key_reads_no_tag(one: str, other: str, row: int, address: str) -> None:
    tag = make_tag(one, kind="application", row_id=row, reaches=Reaches.HANDLERS, sent_to=address)
    assert (read_tag(other, tag) is not None) == (one == other)


@given(st.text(max_size=70))
def test_any_text_reads_as_no_tag(text: str) -> None:
    assert read_tag(KEY, text) is None
    assert tag_in(text, OWN) is None or "@" in text


@given(st.integers(min_value=0), st.sampled_from(string.ascii_lowercase + string.digits + "-"))
def test_a_tag_with_one_letter_changed_is_none(place: int, letter: str) -> None:
    tag = made()
    at = place % len(tag)
    changed = tag[:at] + letter + tag[at + 1 :]
    assert (read_tag(KEY, changed) is not None) == (changed == tag)


def test_a_tag_knows_to_whom_its_mail_went() -> None:
    read = read_tag(KEY, made(sent_to="Ann@Example.org"))
    assert isinstance(read, Tag)
    assert was_sent_to(KEY, read, "ann@example.org")
    assert not was_sent_to(KEY, read, "eve@example.org")


def test_every_reader_has_a_tag_of_their_own() -> None:
    tags = {made(), made(sent_to="eve@example.org"), made(reaches=Reaches.COLLEAGUES),
            made(row_id=8), made(kind="interview")}  # fmt: skip
    assert len(tags) == 5


@pytest.mark.parametrize(
    "address",
    ["jobs@example.org", "jobs+@example.org", "other+tag@example.org", "jobs+tag@example.net",
     "jobs+tag@sub.example.org", "", "@", "jobs+tag", "jobsx+tag@example.org"],
)  # fmt: skip
def test_an_address_that_is_not_ours_holds_no_tag(address: str) -> None:
    assert tag_in(address, OWN) is None


def test_without_an_address_of_our_own_nothing_is_ours() -> None:
    assert tag_in("jobs+tag@example.org", "") is None


@pytest.mark.parametrize("wrong", [{"kind": "person"}, {"row_id": 0}, {"row_id": MOST_ROWS}])
def test_no_tag_is_made_for_what_none_can_hold(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="No tag"):
        made(**wrong)


def test_an_address_has_room_for_the_longest_tag_or_says_so() -> None:
    tag = "x" * LONGEST_TAG
    longest = "j" * (LONGEST_LOCAL - 1 - LONGEST_TAG)
    assert len(tagged_address(f"{longest}@example.org", tag).rpartition("@")[0]) == LONGEST_LOCAL
    with pytest.raises(ValueError, match="No tag fits"):
        tagged_address(f"{longest}j@example.org", tag)


def test_pages_show_an_address_without_its_tag() -> None:
    assert hide_tag(tagged_address(OWN, made())) == "jobs+…@example.org"
    for plain in ("ann@example.org", "ann+books@example.org", ""):
        assert hide_tag(plain) == plain


def test_only_what_people_write_about_is_tagged() -> None:
    kinds = ("application", "interview", "posting", "person", "accommodation_request")
    assert [is_tagged(kind) for kind in kinds] == [True, True, False, False, False]

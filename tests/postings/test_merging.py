"""Joining two sides, by hand and by chance: whatever one side wrote is there, or to be chosen."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tracker.postings.merging import BOTH, MINE, THEIRS, Merged, base_from, base_of, differs, merge


def state(sections: Sequence[tuple[int | None, str]] = (), **values: Any) -> dict[str, Any]:
    rows = [{"id": each, "kind": "other", "heading": "", "text": text} for each, text in sections]
    return {"sections": rows, **values}


def joined(
    base: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any], **choices: str
) -> Merged:
    return merge(base_from(base_of(base).as_text()), mine, theirs, choices)


def texts(merged: Merged) -> list[str]:
    return [row["text"] for row in merged.data["sections"]]


def test_fields_that_belong_together_are_taken_together() -> None:
    base = state(pay_min="10", pay_max="20", pay_unit="HOUR", title="A")
    theirs = {**base, "pay_max": "30"}
    merged = joined(base, {**base, "pay_unit": "DAY"}, theirs, pay_min=MINE)
    assert [each.key for each in merged.clashes] == ["pay_min"]
    said = {name: merged.data[name] for name in ("pay_min", "pay_max", "pay_unit")}
    assert said == {"pay_min": "10", "pay_max": "20", "pay_unit": "DAY"}


def test_a_date_that_does_not_count_is_no_difference() -> None:
    one = state(closing_rule="filled", closes_on="2027-01-01")
    assert not differs(one, state(closing_rule="filled", closes_on=None))
    assert differs(one, state(closing_rule="unknown", closes_on="2027-01-01"))


def test_lines_ended_otherwise_are_the_same_words() -> None:
    assert not differs(state([(1, "a\r\nb ")], title="x "), state([(1, "a\nb")], title=" x"))


def test_rows_keep_their_order_and_new_ones_their_place() -> None:
    base = state([(1, "a"), (2, "b"), (3, "c")])
    mine = state([(3, "c"), (1, "a"), (None, "mine"), (2, "b")])
    theirs = state([(1, "a"), (2, "b"), (9, "theirs"), (3, "c")])
    assert texts(joined(base, mine, theirs)) == ["c", "a", "mine", "b", "theirs"]


def test_what_both_added_alike_is_there_once() -> None:
    base = state([(1, "a")])
    mine, theirs = state([(1, "a"), (None, "new")]), state([(1, "a"), (7, "new")])
    assert texts(joined(base, mine, theirs)) == ["a", "new"]


def test_what_i_removed_and_they_changed_waits() -> None:
    base, theirs = state([(1, "a"), (2, "b")]), state([(1, "a"), (2, "B")])
    key = "sections:2"
    waiting = joined(base, state([(1, "a")]), theirs)
    assert [(each.key, each.mine) for each in waiting.open] == [(key, None)]
    assert texts(joined(base, state([(1, "a")]), theirs, **{key: THEIRS})) == ["a", "B"]
    assert texts(joined(base, state([(1, "a")]), theirs, **{key: MINE})) == ["a"]
    assert joined(base, state([(1, "a")]), theirs, **{key: BOTH}).open == waiting.open


TEXTS = st.text("abc", min_size=1, max_size=2)
ROWS = st.lists(
    st.tuples(st.sampled_from([1, 2, 3, 4, None]), TEXTS),
    max_size=5,
    unique_by=lambda row: row[0] or object(),
)


@given(ROWS, ROWS, ROWS, st.sampled_from([MINE, THEIRS, BOTH]))
def test_nothing_that_anybody_changed_goes_without_a_word(
    base: list[tuple[int | None, str]],
    mine: list[tuple[int | None, str]],
    theirs: list[tuple[int | None, str]],
    choice: str,
) -> None:
    stored = [(number or 10 + place, text) for place, (number, text) in enumerate(base)]
    saved = [(number or 20 + place, text) for place, (number, text) in enumerate(theirs)]
    before, one, other = state(stored), state(mine), state(saved)
    merged = joined(before, one, other)
    rows_on_show = [each for each in merged.points if each.key != "sections"]
    said = set(texts(merged)) | {
        side["text"] for each in rows_on_show for side in (each.mine, each.theirs) if side
    }
    for rows in (mine, saved):
        assert {text for _number, text in rows} <= said
    chosen = {each.key: choice if each.may_join else THEIRS for each in merged.open}
    assert joined(before, one, other, **chosen).open == []


@given(ROWS, ROWS)
def test_who_changed_nothing_gets_what_the_other_made(
    base: list[tuple[int | None, str]], theirs: list[tuple[int | None, str]]
) -> None:
    stored = [(number or 10 + place, text) for place, (number, text) in enumerate(base)]
    saved = [(number or 20 + place, text) for place, (number, text) in enumerate(theirs)]
    merged = joined(state(stored), state(stored), state(saved))
    assert (texts(merged), merged.open) == ([text for _number, text in saved], [])
    back = joined(state(stored), state(saved), state(stored))
    assert (texts(back), back.open) == ([text for _number, text in saved], [])


MOVED = st.permutations([1, 2, 3, 4])


def in_order(merged: Merged, known: set[int]) -> list[int]:
    return [row["id"] for row in merged.data["sections"] if row["id"] in known]


@given(MOVED, MOVED, st.sets(st.sampled_from([1, 2, 3, 4])), st.sets(st.sampled_from([1, 2, 3, 4])))
def test_an_order_that_one_side_made_is_never_lost(
    mine: list[int], theirs: list[int], i_removed: set[int], they_removed: set[int]
) -> None:
    before = state([(each, f"{each}") for each in (1, 2, 3, 4)])
    one = state([(each, f"{each}") for each in mine if each not in i_removed])
    added = (9, "added")
    other = state([*((each, f"{each}") for each in theirs if each not in they_removed), added])
    merged = joined(before, one, other)
    left = {1, 2, 3, 4} - i_removed - they_removed
    my_order, their_order = [
        [each for each in side if each in left] for side in (list(mine), list(theirs))
    ]
    orders = [each for each in merged.points if each.key == "sections"]
    if my_order == their_order:
        assert (in_order(merged, left), orders) == (my_order, [])
    elif my_order == sorted(left):
        assert (in_order(merged, left), orders[0].taken) == (their_order, THEIRS)
    elif their_order == sorted(left):
        assert (in_order(merged, left), orders[0].taken) == (my_order, MINE)
    else:
        assert [each.key for each in merged.open] == ["sections"]
        for choice, order in ((MINE, my_order), (THEIRS, their_order)):
            settled = joined(before, one, other, sections=choice)
            assert (in_order(settled, left), settled.open) == (order, [])
    assert "added" in texts(merged)


def test_two_orders_of_which_nobody_knows_the_first_wait_for_a_choice() -> None:
    one, other = state([(1, "a"), (2, "b")]), state([(2, "b"), (1, "a")])
    merged = merge(base_from(""), one, other)
    assert [each.key for each in merged.open] == ["sections"]

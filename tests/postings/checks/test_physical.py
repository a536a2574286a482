"""Physical demands."""

import pytest

from tests.postings.checks.cases import Case, Table, each_of, found, words

DEMAND = "You must be able to lift 50 lbs."

FLAGS: Table = {
    "physical-demands": [
        DEMAND,
        "Able to lift boxes of up to 20-40 pounds.",
        "Standing for several hours at the desk.",
        "Climb a ladder now and then.",
        "Push book carts, reach and bend to shelve items.",
        "The work is physically demanding.",
    ],
}
SPARES: Table = {
    "physical-demands": [
        f"{DEMAND} These can be met with or without reasonable accommodation.",
        f"{DEMAND} Accommodations are made wherever we can.",
        "Lifts the mood of everybody.",
        "A career ladder, and a physical collection of maps.",
        "Books stand on carts; you stand for something.",
        "Pushes out news twice a week.",
    ],
}


@pytest.mark.parametrize(("code", "case"), each_of(FLAGS))
def test_it_is_flagged(code: str, case: Case) -> None:
    assert code in found(case)


@pytest.mark.parametrize(("code", "case"), each_of(SPARES))
def test_it_is_spared(code: str, case: Case) -> None:
    assert code not in found(case)


def test_each_demand_is_quoted() -> None:
    case = "Push book carts. Reach and bend to shelve items."
    assert words(case, "physical-demands") == ["Push book carts", "Reach and bend"]

"""Requirements that shut people out without need."""

import pytest

from tests.postings.checks.cases import Case, Table, each_of, found, sections, words

FLAGS: Table = {
    "recent-graduate": ["The ideal candidate is a recent college graduate.", "New grads only."],
    "age-coded": [
        "Join our young and dynamic team.",
        "You are a digital native.",
        "Candidates should be under 35 years.",
    ],
    "too-much-experience": [
        "Candidates have no more than 3 years of experience.",
        "Overqualified applicants are not considered.",
    ],
    "native-speaker": ["Must be a native English speaker.", "English as your first language."],
    "perfect-language": ["Flawless English is expected.", "You speak without an accent."],
    "requires-car": [
        "You must have a car.",
        "Must have a valid driver's license.",
        "Reliable transportation is required.",
        "A driver’s license is required.",
    ],
    "own-equipment": ["You must have your own laptop."],
    "able-bodied": ["We look for able-bodied people.", "Applicants must be in good health."],
    "gendered-words": ["We seek a handyman.", "The foreman of the crew."],
    "employed-only": ["Candidates must be currently employed.", "No employment gaps."],
    "family-status": ["Candidates without family obligations are preferred."],
    "citizens-only": ["You must be a U.S. citizen.", "US citizens only."],
    "requires-clean-record": ["No criminal record.", "A clean criminal record is a must."],
    "credit-check": ["Good credit history."],
}
SPARES: Table = {
    "recent-graduate": [
        "A graduate degree is desirable.",
        "Everybody is welcome, recent graduates included.",
        sections(("Duties", "- Help recent graduates to write a resume")),
        "This is perfect for a student or a person looking to rejoin the workforce.",
    ],
    "age-coded": [
        sections(("Duties", "- Lead a young team of volunteers in the teen room")),
        "You like to work with young people and young adults.",
        "An energetic person who likes a fast pace.",
    ],
    "too-much-experience": [
        "At least three years of experience.",
        "No more than 29 hours a week; experience is a plus.",
    ],
    "native-speaker": [
        "Fluency in a language other than English is desirable.",
        "You need not be a native speaker of English.",
        "You have helped non-native speakers of English.",
        sections(("Duties", "- Hold conversation groups with native speakers")),
        "Knowledge of native plants.",
    ],
    "perfect-language": ["Speaks English clearly, in person and on the telephone."],
    "requires-car": [
        "Drives the bookmobile to schools. A valid driver's license is required.",
        "Travels between branches; must have a car.",
        "Parking is free for those who come by car.",
        "You need not have a car.",
        "Must have experience with our vehicle registration records.",
    ],
    "own-equipment": ["We lend you a laptop.", "Must have basic knowledge of the computer."],
    "able-bodied": [
        "Keep the collection in good condition.",
        "Runs workshops for people who want to become physically fit.",
        "Physical fitness programs for seniors.",
    ],
    "gendered-words": ["The chair of the board.", "Talks to the Chapman family and to Freeman."],
    "employed-only": ["You will be employed by the town.", "Mind the gap."],
    "family-status": ["Family leave and child care are among the benefits."],
    "citizens-only": [
        "You may work in the United States.",
        "Required by federal law: you must be a U.S. citizen.",
        "Helps people who want to become a U.S. citizen.",
    ],
    "requires-clean-record": [
        sections(("Duties", "- Keeps a clean record of all loans")),
        "The State Department asks for agents free of any felony convictions.",
        "We do not ask about a criminal record.",
    ],
    "credit-check": ["Courses for credit.", "Must be accurate with credit card payments."],
}


@pytest.mark.parametrize(("code", "case"), each_of(FLAGS))
def test_it_is_flagged(code: str, case: Case) -> None:
    assert code in found(case)


@pytest.mark.parametrize(("code", "case"), each_of(SPARES))
def test_it_is_spared(code: str, case: Case) -> None:
    assert code not in found(case)


def test_the_phrase_is_quoted_once_however_often_it_stands() -> None:
    case = "You must have a car. Really: you must have a car."
    assert words(case, "requires-car") == ["must have a car"]

"""Questions that many places forbid at the start."""

import pytest

from tests.postings.checks.cases import Case, Table, asked, each_of, found, sections, words
from tracker.postings.checks.forbidden import RULES


def apply(text: str) -> dict[str, object]:
    return sections(("To apply", text))


FLAGS: Table = {
    "asks-age": [
        asked("How old are you?"),
        asked("What is your age?"),
        asked("Age"),
        apply("Please include your age in the letter."),
    ],
    "asks-birth-date": [
        asked("Date of birth"),
        asked("When were you born?"),
        asked("DOB"),
        apply("Please state your birth date and where you live."),
    ],
    "asks-graduation-dates": [
        asked("What year did you graduate?"),
        asked("When did you finish high school?"),
        asked("Degree and graduation date"),
        apply("Please list the schools and the dates attended."),
    ],
    "asks-salary-history": [
        asked("What is your current salary?"),
        asked("How much did you earn in your last job?"),
        apply("Applicants must submit a salary history."),
    ],
    "asks-criminal-history": [
        asked("Have you ever been convicted of a crime?"),
        asked("Do you have a criminal record?"),
        apply("Please disclose any criminal history in your letter."),
    ],
    "asks-protected": [
        asked("Are you married?"),
        asked("What is your religion?"),
        asked("Do you have any disabilities?"),
        asked("About you", "Marital status", "None of these"),
    ],
    "asks-photo": [
        apply("Send us your resume with a recent photo."),
        apply("Please attach a photograph of yourself."),
    ],
}
SPARES: Table = {
    "asks-age": [
        asked("Are you at least 18 years old?"),
        asked("Which age groups have you read to?"),
        asked("How would you seat children by age?"),
        apply("Please do not include your age."),
        sections(("Duties", "- Must suit each program to the age of its audience")),
    ],
    "asks-birth-date": [
        sections(("Duties", "- Must check the date of birth on passport applications")),
        sections(("Duties", "- Plan birthday parties")),
        asked("Where were you when the library was born again in 2009?"),
    ],
    "asks-graduation-dates": [
        asked("Do you have a degree in library science?"),
        asked("Which degree do you have?"),
        sections(("Qualifications", "- A graduate degree is required")),
        apply("Please say when you could start."),
    ],
    "asks-salary-history": [
        asked("What pay do you expect?"),
        apply("We never ask for your salary history."),
        sections(("Salary", "The current salary range is reviewed every year.")),
    ],
    "asks-criminal-history": [
        apply("A criminal background check is required after an offer."),
        apply("An offer is made first; a police record must be shown following the offer."),
        asked("Have you worked with police records or court archives?"),
        sections(("Duties", "- Must keep the archive of criminal records of the county")),
    ],
    "asks-protected": [
        asked("Have you worked with people with disabilities?"),
        asked("Which programs on religion or race have you led?"),
        sections(("Duties", "- Explains forms that ask for a social security number")),
    ],
    "asks-photo": [
        sections(("Duties", "- Must attach a photo to each passport application")),
        asked("Have you taken photographs of events?"),
        apply("Please do not send a photo."),
    ],
}


@pytest.mark.parametrize(("code", "case"), each_of(FLAGS))
def test_it_is_flagged(code: str, case: Case) -> None:
    assert code in found(case)


@pytest.mark.parametrize(("code", "case"), each_of(SPARES))
def test_it_is_spared(code: str, case: Case) -> None:
    assert code not in found(case)


@pytest.mark.parametrize("rule", RULES, ids=[rule.code for rule in RULES])
def test_law_is_left_to_counsel(rule: object) -> None:
    assert rule.severity == "confirm"  # type: ignore[attr-defined]
    assert "Ask counsel" in rule.mend or "ask counsel" in rule.mend  # type: ignore[attr-defined]


def test_the_question_is_named_and_quoted() -> None:
    (place,) = found(asked("And how old are you now?"))["asks-age"].places
    assert (place.words, place.section) == ("how old are you", "Question 1")
    assert words(asked("About you", "Maiden name", "Other"), "asks-protected") == ["Maiden name"]

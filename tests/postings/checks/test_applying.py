"""How to apply."""

import pytest

from tests.postings.checks.cases import Case, Table, each_of, found, sections, words
from tracker.postings.content import DocumentValue, QuestionValue
from tracker.postings.rules import DocumentKind, QuestionKind


def apply(text: str, **values: object) -> dict[str, object]:
    return {**sections(("To apply", text)), **values}


TOOLS = "Experience with:\n\n- Spreadsheets\n- Catalogs\n- Label printers"
ESSAY = DocumentValue(DocumentKind.ESSAY, "Essay")
BOTH = (
    DocumentValue(DocumentKind.COVER_LETTER, "Cover letter"),
    DocumentValue(DocumentKind.RESUME, "Resume"),
)

FLAGS: Table = {
    "asks-for-mail": [
        apply("Send your resume to jobs@example.org."),
        apply("Apply with a cover letter to Ida, [jobs@example.org](mailto:jobs@example.org)."),
    ],
    "document-not-asked": [
        apply("Apply with a cover letter, a resume and an essay."),
        apply("Please submit a resume and a Collection Philosophy Statement."),
    ],
    "document-not-named": [apply("Apply with a cover letter.")],
    "skills-not-asked": [
        sections(("Qualifications", TOOLS)),
        sections(
            (
                "Systems",
                "Please state your familiarity with each of the following:\n\n"
                "- Polaris\n- Active Directory\n- Ubuntu",
            )
        ),
    ],
    "passive-apply": [
        apply("Applications should be submitted in the form below."),
        apply("Resumes and letters of interest are to be sent soon."),
        apply("Applications can be obtained at the desk."),
    ],
}
SPARES: Table = {
    "asks-for-mail": [
        apply("Apply with a cover letter and a resume."),
        apply("Questions? Write to ida@example.org."),
        apply("Send your resume to jobs@example.org.", accepting=False),
        sections(("Duties", "- Help patrons to mail a resume")),
    ],
    "document-not-asked": [
        apply("Apply with a cover letter and a resume."),
        apply("Apply with a resume and an essay.", documents=(*BOTH, ESSAY)),
        apply(
            "Please submit a resume and a Collection Philosophy Statement.",
            questions=(QuestionValue("Your philosophy statement", QuestionKind.LONG_TEXT),),
        ),
        sections(("Duties", "- Help teens to write essays and cover letters")),
        apply("References will be asked of finalists."),
    ],
    "document-not-named": [
        apply("Apply with a cover letter and a resume."),
        apply("Apply in the form below."),
        apply(
            "Apply with a cover letter.",
            documents=(BOTH[0], DocumentValue(DocumentKind.RESUME, "Resume", required=False)),
        ),
    ],
    "skills-not-asked": [
        {**sections(("Qualifications", TOOLS)), "skills": ("Spreadsheets",)},
        sections(("Qualifications", "Experience with:\n\n- Spreadsheets")),
        sections(("Duties", "You are responsible for:\n\n- Desks\n- Chairs\n- Lamps")),
    ],
    "passive-apply": [
        apply("Send us your application by Friday."),
        apply("Applications are read as they arrive."),
        apply("Applications will be reviewed from April on."),
        sections(("Duties", "- Applications for passports must be submitted to the State")),
    ],
}


@pytest.mark.parametrize(("code", "case"), each_of(FLAGS))
def test_it_is_flagged(code: str, case: Case) -> None:
    assert code in found(case)


@pytest.mark.parametrize(("code", "case"), each_of(SPARES))
def test_it_is_spared(code: str, case: Case) -> None:
    assert code not in found(case)


def test_what_the_form_lacks_is_named() -> None:
    case = apply("Please submit a resume, a cover letter and a Philosophy Statement.")
    assert words(case, "document-not-asked") == ["Philosophy Statement"]
    assert words(apply("Apply with a cover letter."), "document-not-named") == ["Resume"]
    assert words(FLAGS["skills-not-asked"][0], "skills-not-asked") == [
        "Spreadsheets, Catalogs, Label printers"
    ]

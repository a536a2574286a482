"""One sentence, one rule: what is taken from it, and what is left unknown."""

from datetime import date

import pytest

from tracker.postings.parsing import Page, PageReading, read_pages

AS_OF = date(2026, 11, 22)


def read(text: str, as_of: date | None = AS_OF, statement: str | None = None) -> PageReading:
    return read_pages([Page("page.md", text.encode())], as_of, statement)[0]


def codes(reading: PageReading) -> set[str]:
    return {one.code for one in reading.findings}


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("$15/hour", (15, 15, "HOUR", "USD")),
        ("$18.50–$21 per hour DOE", (18.5, 21, "HOUR", "USD")),
        ("between $18 and $21 an hour", (18, 21, "HOUR", "USD")),
        ("$18 to 21 hourly", (18, 21, "HOUR", "USD")),
        ("$60-80K", (60000, 80000, "YEAR", "USD")),
        ("$60K-$80K", (60000, 80000, "YEAR", "USD")),
        ("Salary begins at $60,000", (60000, None, "YEAR", "USD")),
        ("Starting at $17.25 per hour", (17.25, None, "HOUR", "USD")),
        ("Start at $20/hr", (20, None, "HOUR", "USD")),
        ("from $52,000 a year", (52000, None, "YEAR", "USD")),
        ("up to $22 per hour", (None, 22, "HOUR", "USD")),
        ("£24,500 per annum", (24500, 24500, "YEAR", "GBP")),
        ("45.000 € per year", (45000, 45000, "YEAR", "EUR")),
        ("C$31.20 hourly", (31.2, 31.2, "HOUR", "CAD")),
        ("USD 70,000 annually", (70000, 70000, "YEAR", "USD")),
        ("$52,000 a year ($26.67 an hour)", (52000, 52000, "YEAR", "USD")),
        ("$16.00 per hour, 12 hours per week", (16, 16, "HOUR", "USD")),
        ("$24.20 hour", (24.2, 24.2, "HOUR", "USD")),
    ],
)
def test_pay_is_read(words: str, wanted: tuple[object, ...]) -> None:
    pay = read(f"We need help here.\n\n## Pay\n\n{words}\n").pay
    assert pay is not None
    assert (pay.min, pay.max, pay.unit, pay.currency) == wanted


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("## Pay\n\n$640 a week", "pay-unit-unsupported"),
        ("## Pay\n\n$18", "pay-unit-unclear"),
        ("## Pay\n\n$15 an hour. On Sundays $20 an hour.", "pay-contradictory"),
        ("## Pay\n\n$80,000 to $60,000", "pay-reversed"),
        ("## Duties\n\n* Spend a budget of over $80,000 annually", "pay-missing"),
        ("## Benefits\n\nTuition help of $2,000 per year.", "pay-missing"),
        ("We raised $90,000 a year for the position of the garden.", "pay-missing"),
    ],
)
def test_pay_that_is_not_plain_stays_unknown(words: str, code: str) -> None:
    reading = read(f"We need help here.\n\n{words}\n")
    assert reading.pay is None
    assert code in codes(reading)


@pytest.mark.parametrize(
    "words", ["## Salary\n\nAn annual salary range of $55,000.", "## Pay range\n\n$55,000 a year"]
)
def test_range_with_one_figure_is_pointed_at(words: str) -> None:
    reading = read(words)
    assert [one.line for one in reading.findings if one.code == "pay-range-single"] == [3]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("20 hrs/wk", (20, 20)),
        ("37.5 hours per week", (37.5, 37.5)),
        ("(37.5 hour/week)", (37.5, 37.5)),
        ("a 35-hour week", (35, 35)),
        ("15–20 hours a week", (15, 20)),
        ("15 to 20 hours weekly", (15, 20)),
        ("up to 19 hours per week", (None, 19)),
        ("at least 10 hours per week, but will not exceed 29 hours per week", (10, 29)),
        ("a minimum of 12 hours per week", (12, None)),
        ("twenty hours per week", (20, 20)),
        ("kind.\n\nHours: 40 per week", (40, 40)),
        ("a 15 hour weekday position", (15, 15)),
        ("part-time (up to 17 hours)", (None, 17)),
    ],
)
def test_hours_are_read(words: str, wanted: tuple[float | None, float | None]) -> None:
    hours = read(f"## Schedule\n\nThe position is {words}.\n").hours_per_week
    assert hours is not None
    assert (hours.min, hours.max) == wanted


@pytest.mark.parametrize(
    "words",
    [
        "The library is open 62 hours per week.",
        "You will sit at the desk three-to-four hours per day.",
        "Hours: 9-5",
        "Two weekends a month.",
        "This 24-hour service is a proud one.",
    ],
)
def test_other_hours_are_not_the_jobs(words: str) -> None:
    assert read(f"## Schedule\n\n{words}\n").hours_per_week is None


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("Elm Library seeks a part-time Map Room Assistant to help.", "Map Room Assistant"),
        ("Elm Library is looking for an Archivist.", "Archivist"),
        ("While our Pages sort, the Senior Page is also responsible for carts.", "Senior Page"),
        ("The Head of Adult Services leads a team of six people.", "Head of Adult Services"),
        ("Elm Library seeks a kind person to join the Map Room as a Map Clerk.", "Map Clerk"),
        (
            "Elm Library seeks help to work as the full-time Elm Family Archivist.",
            "Elm Family Archivist",
        ),
        ("Elm Library seeks help to work as a part-time Map Aide in the Map Room.", "Map Aide"),
        ("A full-time Map and Plan Librarian is a patient person.", "Map and Plan Librarian"),
        ("Elm Library seeks a person with experience as a Library Page to help.", None),
        ("Elm Library seeks a kind person to join us as a librarian.", None),
        ("Elm Library seeks a kind person to assist the Map Librarian.", None),
        ("Elm Library seeks to hire a Map Librarian.", "Map Librarian"),
        ("Elm Library seeks an experienced librarian to join us.", None),
        ("The Map Department at Elm Library has a part-time position open.", None),
        ("Elm Library seeks someone to join our Reader Services department.", None),
        ("Elm Library is hoping for an MLIS student with patience.", None),
    ],
)
def test_title_is_the_job_that_the_first_sentence_names(words: str, wanted: str | None) -> None:
    assert read(f"{words} It is a nice place.\n").title == wanted


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("Applications are due by Monday, November 15, 2027.", date(2027, 11, 15)),
        ("Deadline: 1 March 2027", date(2027, 3, 1)),
        ("Send your resume by 5:00 p.m. on Friday, January 15.", date(2027, 1, 15)),
        ("Applications accepted through March 5, 2027.", date(2027, 3, 5)),
        ("Applications accepted March 1-15, 2027.", date(2027, 3, 15)),
        ("Please apply by 2027-02-03.", date(2027, 2, 3)),
        ("Apply no later than 5 pm on the 3rd of February 2027.", date(2027, 2, 3)),
        ("Send your resume by Thursday, December 11th.", None),
        ("Send your resume by December 11th.", date(2026, 12, 11)),
        ("Send your resume by January 8.", date(2027, 1, 8)),
        ("The position starts on March 1, 2027.", None),
        ("Posted November 1, 2026.", None),
        ("The library closes on December 24, 2026.", None),
        ("Priority goes to applications received by March 1, 2027.", None),
    ],
)
def test_closing_date_is_read(words: str, wanted: date | None) -> None:
    assert read(f"We need help at the desk.\n\n{words}\n").closes_on == wanted


@pytest.mark.parametrize(
    ("words", "as_of", "code"),
    [
        ("Send your resume by December 11.", None, "date-without-year"),
        ("Send your resume by Friday, December 11th.", date(2021, 1, 1), "weekday-mismatch"),
        ("Send your resume by Monday, March 9, 2027.", AS_OF, "weekday-mismatch"),
        ("Send your resume by February 30, 2027.", AS_OF, "date-impossible"),
        ("Send your resume by 3/4/2027.", AS_OF, "date-ambiguous"),
        ("Apply by May 1, 2027. Applications are due May 3, 2027.", AS_OF, "closing-contradictory"),
        ("We want help.", AS_OF, "no-closing-rule"),
    ],
)
def test_date_in_doubt_stays_unknown(words: str, as_of: date | None, code: str) -> None:
    reading = read(f"{words}\n", as_of)
    assert reading.closes_on is None
    assert code in codes(reading)


def test_weekday_agrees_with_the_next_such_date() -> None:
    reading = read("Send a resume by Friday, December 11th.", date(2020, 11, 20))
    assert reading.closes_on == date(2020, 12, 11)


def test_money_tells_which_comes_first_in_a_numeric_date() -> None:
    american = read("Pay: $15/hour\nSend your resume by 3/4/2027.")
    british = read("Pay: £15/hour\nSend your CV by 3/4/2027.")
    assert (american.closes_on, british.closes_on) == (date(2027, 3, 4), date(2027, 4, 3))


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("We will begin conducting interviews May 15, 2027.", date(2027, 5, 15)),
        ("First interviews the week of May 17, 2027.", date(2027, 5, 17)),
        ("Interviews: 12–14 April 2027", date(2027, 4, 12)),
        ("Apply by May 1, 2027, with interviews starting May 10, 2027.", date(2027, 5, 10)),
        ("Apply by May 1, 2027.", None),
    ],
)
def test_first_interviews_are_read(words: str, wanted: date | None) -> None:
    assert read(f"We need help.\n\n{words}\n").interviews_begin_on == wanted


@pytest.mark.parametrize(
    ("words", "accepting"),
    [
        ("We are no longer accepting applications.", False),
        ("This position has been filled.", False),
        ("Applications are closed.", False),
        ("Applications are no longer being accepted.", False),
        ("Resumes are not being accepted at this time.", False),
        ("Faxed applications are not accepted.", True),
        ("Open until the position has been filled.", True),
        ("Once the position is filled we will tell you.", True),
        ("The library is closed on Mondays.", True),
    ],
)
def test_accepting_is_false_only_where_the_page_says_so(words: str, accepting: bool) -> None:
    assert read(f"# Page\n\n{words}\n").accepting is accepting


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (
            "to Ana Ruiz, Head of Maps, at a@example.org",
            ("Ana Ruiz", "Head of Maps", "a@example.org"),
        ),
        ("to Ana M. Ruiz at a@example.org", ("Ana M. Ruiz", None, "a@example.org")),
        ("to the Library Director at a@example.org", (None, "Library Director", "a@example.org")),
        (
            "to Map Librarian Ana Ruiz, a@example.org",
            ("Ana Ruiz", "Map Librarian", "a@example.org"),
        ),
        ("to a@example.org, Attn: Ana Ruiz, Manager", ("Ana Ruiz", "Manager", "a@example.org")),
        ("to Human Resources at hr@example.org", (None, None, "hr@example.org")),
        (
            "to Ana Ruiz, Assistant Director, Operations, at a@example.org",
            ("Ana Ruiz", "Assistant Director, Operations", "a@example.org"),
        ),
        (
            "to Ana Ruiz Head of Maps at a@example.org",
            ("Ana Ruiz", "Head of Maps", "a@example.org"),
        ),
        (
            "with a City of Oak Form to Ana Ruiz, Manager, a@example.org",
            ("Ana Ruiz", "Manager", "a@example.org"),
        ),
        ("to the Director’s Office, a@example.org", (None, None, "a@example.org")),
        ("to Great Elm Library, a@example.org", (None, None, "a@example.org")),
        ("to maps [at] example [dot] org", (None, None, "maps@example.org")),
        ("to maps at example dot org", (None, None, "maps@example.org")),
        (
            'to [a@example.org](mailto:a@example.org "Email Ana Ruiz")',
            ("Ana Ruiz", None, "a@example.org"),
        ),
        ("to [Ana Ruiz](mailto:a@example.org), Manager", ("Ana Ruiz", "Manager", "a@example.org")),
    ],
)
def test_contact_is_read(words: str, wanted: tuple[str | None, ...]) -> None:
    contact = read(f"## To apply\n\nPlease send your resume {words}.\n").contact
    assert contact is not None
    assert (contact.name, contact.title, contact.email) == wanted


def test_shown_address_is_taken_and_another_behind_it_named() -> None:
    reading = read("## Apply\n\nSend a resume to [A@example.org](mailto:b@example.org).")
    assert reading.contact is not None
    assert reading.contact.email == "A@example.org"
    assert [one.line for one in reading.findings if one.code == "address-mismatch"] == [3]


def test_same_address_in_other_case_is_no_mismatch() -> None:
    reading = read("## Apply\n\nSend a resume to [A@example.org](mailto:a@example.org).")
    assert "address-mismatch" not in codes(reading)


def test_missing_bracket_is_mended_and_named() -> None:
    reading = read('## Apply\n\nSend a resume to [a@example.org](mailto:a@example.org "Ana Ruiz".')
    assert reading.sections[-1].text.endswith('[a@example.org](mailto:a@example.org "Ana Ruiz").')
    assert [one.line for one in reading.findings if one.code == "link-malformed"] == [3]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("Send a cover letter and resume.", ["cover_letter", "resume"]),
        ("Send a CV and letter of interest.", ["resume", "cover_letter"]),
        (
            "Submit a résumé, a 500-word essay and three references.",
            ["resume", "essay", "references"],
        ),
        ("Include two letters of recommendation.", ["references"]),
        ("Attach a writing sample.", [{"kind": "other", "title": "writing sample"}]),
        ("Attach a portfolio of old maps.", [{"kind": "other", "title": "portfolio of old maps"}]),
        ("Submit a resume. References will be checked.", ["resume"]),
        ("Submit a resume. No cover letter is needed.", ["resume"]),
    ],
)
def test_documents_are_read_in_order(words: str, wanted: list[object]) -> None:
    assert read(f"## To apply\n\n{words}\n").documents == wanted


def test_helping_patrons_with_resumes_asks_for_none() -> None:
    reading = read("# Page\n\n## Duties\n\n* Help patrons send resumes and cover letters\n")
    assert reading.documents == []


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("Please make your subject line _Desk_.", "Desk"),
        ('E-mail us with the subject line "Desk 2027".', "Desk 2027"),
        ("Put “Desk” in the subject of your e-mail.", "Desk"),
        ("Subject line: Desk Assistant", "Desk Assistant"),
        ("It is a subject of great interest.", None),
    ],
)
def test_subject_keyword_is_read(words: str, wanted: str | None) -> None:
    assert read(f"## To apply\n\n{words}\n").subject_keyword == wanted


def test_only_tools_one_is_asked_about_are_skills() -> None:
    asked = "Applicants should indicate their familiarity with each:\n\n* Koha\n* Linux, any\n"
    required = "Essential fluency with:\n\n* Koha\n* Linux\n"
    assert (read(asked).skills, read(required).skills) == (["Koha", "Linux, any"], [])


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("This position reports to Head of Maps.", "Head of Maps"),
        ("Reporting to the Head of Maps & Plans, you will draw.", "Head of Maps & Plans"),
        ("Reports to: Map Librarian", "Map Librarian"),
        (
            "Reporting to the Assistant Director, Operations, the Map Librarian draws.",
            "Assistant Director, Operations",
        ),
        ("Reporting to the Map Librarian, Ana Ruiz, the clerk draws.", "Map Librarian"),
        ("Prepare monthly reports to the Board of Trustees.", None),
    ],
)
def test_reports_to_is_read(words: str, wanted: str | None) -> None:
    assert read(f"We need help.\n\n{words}\n").reports_to == wanted


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("This is a part-time position.", ["PART_TIME"]),
        ("A full-time or part-time position.", ["FULL_TIME", "PART_TIME"]),
        ("This is a temporary, part-time position.", ["PART_TIME", "TEMPORARY"]),
        ("A paid internship.", ["INTERN"]),
        ("A temporary part-time Map Clerk, until June.", ["PART_TIME", "TEMPORARY"]),
        ("Full-time, some evenings.", ["FULL_TIME"]),
        ("You will supervise part-time staff.", []),
        ("We welcome full-time students.", []),
    ],
)
def test_employment_type_is_the_jobs_own(words: str, wanted: list[str]) -> None:
    assert read(f"We need help.\n\n{words}\n").employment_type == wanted


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (
            "## Hours\n\nA part-time position with no benefits.",
            "A part-time position with no benefits.",
        ),
        ("## Salary & Benefits\n\n$15/hour", None),
        ("## Duties\n\n* Explain the pension to staff", None),
    ],
)
def test_benefits_are_words_of_the_page_or_unknown(words: str, wanted: str | None) -> None:
    assert read(f"We need help.\n\n{words}\n").benefits == wanted


def test_statement_is_compared_with_the_employers() -> None:
    page = "# Page\n\n## Equal opportunity\n\nWe hire _everybody_ who can do the work.\n"
    assert "equal-opportunity-differs" not in codes(
        read(page, statement="We hire everybody who can do the work.")
    )
    differing = read(page, statement="We hire anybody who can do the work.")
    found = [one for one in differing.findings if one.code == "equal-opportunity-differs"]
    assert [one.line for one in found] == [5]
    assert "anybody" in found[0].message


@pytest.mark.parametrize("slip", ["martial status", "the principal of equal employment"])
def test_slips_in_the_statement_are_named_without_the_employers(slip: str) -> None:
    assert "equal-opportunity-differs" in codes(
        read(f"# Page\n\n## Equal Opportunity\n\nWe {slip}.")
    )

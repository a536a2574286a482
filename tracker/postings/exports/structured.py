"""A posting as JobPosting structured data (schema.org), saying what its page says."""

import datetime as dt
import json
import re
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from tracker.core import links
from tracker.core.markup import markdown
from tracker.organization.models import Employer
from tracker.postings.models import Posting

_REMOTE = re.compile(
    r"(?:fully |100 ?% )?(?:remote(?:ly)?|telework|telecommuting|(?:work(?:ing)? )?from home)"
    r"(?:\s*[,;(–-].*)?",
    re.IGNORECASE | re.DOTALL,
)


def job_posting(
    posting: Posting, employer: Employer, *, changed_at: dt.datetime | None = None
) -> dict[str, Any]:
    """Describe an open posting: required and recommended properties, none of them empty.

    `changed_at` is when it last changed in what matters to candidates, as the page says it.
    """
    address = links.posting(posting.slug)
    organization: dict[str, Any] = {"@type": "Organization", "name": employer.name}
    if employer.website:
        organization["sameAs"] = employer.website
    if employer.logo_url:
        organization["logo"] = links.absolute(employer.logo_url)
    data: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": posting.title,
        "description": description(posting),
        "url": address,
        "identifier": {
            "@type": "PropertyValue",
            "name": employer.name,
            "value": posting.reference,
        },
        "datePosted": local(posting.published_at, employer),
        "dateModified": local(changed_at, employer),
        "validThrough": local(posting.closes_at, employer),
        "hiringOrganization": organization,
        **_where(posting, employer),
        "employmentType": posting.employment_types or None,
        "baseSalary": _salary(posting),
        "jobBenefits": Markup(markdown(posting.benefits)).striptags() or None,  # noqa: S704  cleaned
        "workHours": _hours(posting) or None,
        "totalJobOpenings": posting.openings,
        "directApply": posting.accepting,
    }
    return {name: value for name, value in data.items() if value is not None}


def description(posting: Posting) -> str:
    """Write the posting's text as HTML: its sections as the page shows them."""
    parts = []
    for section in posting.sections:
        if section.heading:
            parts.append(f"<h2>{Markup.escape(section.heading)}</h2>")
        parts.append(str(markdown(section.text)))
    text = "".join(parts).strip()
    return text or f"<p>{Markup.escape(posting.summary or posting.title)}</p>"


def local(at: dt.datetime | None, employer: Employer) -> str | None:
    """Write an instant by the employer's clock, so that its date is the one that the page says."""
    if at is None:
        return None
    return at.astimezone(ZoneInfo(employer.time_zone)).isoformat(timespec="seconds")


def _where(posting: Posting, employer: Employer) -> dict[str, Any]:
    """Say where the work is: at a place, or from home in the employer's country."""
    if not _REMOTE.fullmatch(posting.location.strip()):
        return {"jobLocation": _place(posting, employer)}
    country = {"@type": "Country", "name": employer.country or "US"}
    return {"jobLocationType": "TELECOMMUTE", "applicantLocationRequirements": country}


def _hours(posting: Posting) -> str:
    """Write hours and schedule in words, as the page says them beside each other."""
    low, high = posting.hours_min, posting.hours_max
    figures = [f"{each.normalize():f}" for each in (low, high) if each is not None]
    words = ""
    if figures:
        before = "" if len(figures) == 2 else "at least " if low is not None else "up to "
        words = f"{before}{'–'.join(dict.fromkeys(figures))} hours a week"
    return ". ".join(each for each in (words, posting.schedule) if each)


def _place(posting: Posting, employer: Employer) -> dict[str, Any]:
    address = {
        "@type": "PostalAddress",
        "streetAddress": employer.street,
        "addressLocality": employer.city,
        "addressRegion": employer.region,
        "postalCode": employer.postal_code,
        "addressCountry": employer.country,
    }
    place: dict[str, Any] = {
        "@type": "Place",
        "address": {name: value for name, value in address.items() if value},
    }
    if posting.location:
        place["name"] = posting.location
    return place


def _salary(posting: Posting) -> dict[str, Any] | None:
    low, high = posting.pay_min, posting.pay_max
    if (low is None and high is None) or posting.pay_unit is None:
        return None
    value: dict[str, Any] = {"@type": "QuantitativeValue", "unitText": posting.pay_unit.value}
    if low == high and low is not None:
        value["value"] = _number(low)
    else:
        if low is not None:
            value["minValue"] = _number(low)
        if high is not None:
            value["maxValue"] = _number(high)
    return {"@type": "MonetaryAmount", "currency": posting.currency, "value": value}


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def as_script(data: dict[str, Any]) -> Markup:
    """Write data for a script element: nothing in it can end the element or begin another."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704  every character that HTML reads is escaped above

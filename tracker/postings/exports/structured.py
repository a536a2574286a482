"""A posting as JobPosting structured data (schema.org), saying what its page says."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from tracker.core import links
from tracker.core.markup import markdown
from tracker.organization.models import Employer
from tracker.postings.models import Posting


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
        "datePosted": posting.published_at.isoformat() if posting.published_at else None,
        "dateModified": changed_at.isoformat() if changed_at else None,
        "validThrough": posting.closes_at.isoformat() if posting.closes_at else None,
        "hiringOrganization": organization,
        "jobLocation": _place(posting, employer),
        "employmentType": posting.employment_types or None,
        "baseSalary": _salary(posting),
        "jobBenefits": posting.benefits or None,
        "workHours": posting.schedule or None,
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

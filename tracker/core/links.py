"""Addresses that leave the house in mail: from BASE_URL, never from the Host header."""

from urllib.parse import quote

from flask import current_app


def absolute(path: str) -> str:
    """Make a path of this site an absolute address."""
    return str(current_app.config["BASE_URL"]) + path


def intake_address() -> str:
    """The employer's address that replies come to; empty until there is one."""
    return str(current_app.config["INTAKE_ADDRESS"])


def signing_key() -> str:
    """What the tags of reply addresses are signed with."""
    return str(current_app.config["SECRET_KEY"])


def posting(slug: str) -> str:
    """The public page of a posting."""
    return absolute(f"/postings/{quote(slug)}")


def subscription(token: str) -> str:
    """The page on which a subscriber confirms, changes or pauses the mail about openings."""
    return absolute(f"/alerts/{token}")


def subscription_end(token: str) -> str:
    """The page, and the address for one click, that ends the mail about openings."""
    return absolute(f"/alerts/{token}/end")


def candidate_page(token: str) -> str:
    """The candidate's own page of one application."""
    return absolute(f"/my/{token}")


def candidate_times(token: str, proposal_id: int) -> str:
    """The page on which a candidate chooses a time for an interview."""
    return absolute(f"/my/{token}/times/{proposal_id}")


def new_address(token: str) -> str:
    """The page on which a candidate confirms a new address."""
    return absolute(f"/new-address/{token}")


def replacement(token: str) -> str:
    """The page on which a newer application takes an earlier one's place."""
    return absolute(f"/my/replace/{token}")


def draft_page(token: str) -> str:
    """The page that opens an unsent application on another device."""
    return absolute(f"/drafts/{token}")


def contact_page(token: str) -> str:
    """A contact's page of one application."""
    return absolute(f"/for/{token}")


def contact_times(token: str) -> str:
    """The page on which a contact proposes times for an interview."""
    return absolute(f"/for/{token}/times")


def contact_packet(token: str) -> str:
    """The page on which a contact has all documents put together into one."""
    return absolute(f"/for/{token}/packet")


def sign_in(token: str) -> str:
    """A one-time sign-in, invitation or reset page."""
    return absolute(f"/sign-in/{token}")


def staff_posting(posting_id: int) -> str:
    """The staff page of one posting."""
    return absolute(f"/staff/postings/{posting_id}")


def staff_application(application_id: int) -> str:
    """The staff page of one application."""
    return absolute(f"/staff/applications/{application_id}")


def staff_interview(interview_id: int) -> str:
    """The staff page of one interview."""
    return absolute(f"/staff/interviews/{interview_id}")

"""Changes to persons and their links. Nothing here commits."""

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from tracker.accounts import queries, rules
from tracker.accounts.models import Person, SignInLink
from tracker.accounts.rules import LinkKind
from tracker.core.access import Role
from tracker.core.db import db, lock, now
from tracker.core.tokens import hash_token, new_token


def find_or_add(
    *,
    email: str,
    name: str = "",
    title: str = "",
    by: Person | None,
    unconfirmed: bool = False,
) -> Person:
    """Find the person with this address, or add them without an account.

    A new one is unconfirmed when the system met them (`by` is None) or on request. Of a
    known one only what was empty is filled in: a second title is the caller's finding.
    Raises `AddressError`.
    """
    address = rules.clean_address(email)
    person = queries.by_email(address)
    if person is None:
        person = Person(
            email=address,
            name=name.strip() or address.partition("@")[0],
            title=title.strip(),
            unconfirmed=unconfirmed or by is None,
        )
        try:
            with db.session.begin_nested():
                db.session.add(person)
        except IntegrityError:  # added by somebody else in the same moment
            found = queries.by_email(address)
            if found is None:
                raise
            person = found
    if not person.title and title.strip():
        person.title = title.strip()
    db.session.flush()
    return person


def issue_link(person: Person, kind: LinkKind, *, by: Person | None) -> str:
    """Make a secret link for a person and return its token, which is stored only as a hash."""
    token = new_token()
    at = now()
    db.session.add(
        SignInLink(
            person_id=person.id,
            kind=kind,
            token_hash=hash_token(token),
            created_at=at,
            created_by_id=by.id if by else None,
            expires_at=at + rules.LIFETIMES[kind],
        )
    )
    db.session.flush()
    return token


def use_link(link_id: int) -> SignInLink:
    """Use up a link, once for all: of two at the same moment one wins.

    Raises `GoneError` for the other. A password link ends the person's other password
    links with it.
    """
    link: SignInLink = lock(SignInLink, link_id)
    at = now()
    rules.check_link(
        expires_at=link.expires_at, used_at=link.used_at, able=link.person.is_active, at=at
    )
    link.used_at = at
    if link.kind in rules.SETS_PASSWORD:
        db.session.execute(
            update(SignInLink)
            .where(
                SignInLink.person_id == link.person_id,
                SignInLink.kind.in_(rules.SETS_PASSWORD),
                SignInLink.used_at.is_(None),
                SignInLink.id != link.id,
            )
            .values(used_at=at)
        )
    db.session.flush()
    return link


def set_password(person: Person, password_hash: str) -> None:
    """Give a person a password (already hashed) and end all their sessions."""
    person.password_hash = password_hash
    person.session_epoch += 1
    person.unconfirmed = False
    db.session.flush()


def make_administrator(*, email: str, name: str = "") -> tuple[Person, list[str]]:
    """Find or add a person and see that they are an active administrator.

    The second value says in words what had to change, for whoever runs the command.
    """
    known = queries.by_email(rules.clean_address(email))
    person = known or find_or_add(email=email, name=name, by=None)
    changes = [] if known else ["added"]
    if person.disabled_at is not None:
        person.disabled_at = None
        changes.append("enabled again")
    if person.role is not Role.ADMINISTRATOR:
        if known:
            was = person.role.value if person.role else "without an account"
            changes.append(f"made administrator (was {was})")
        person.role = Role.ADMINISTRATOR
    person.unconfirmed = False
    db.session.flush()
    return person, changes


def _lock_with_administrators(person: Person) -> list[Person]:
    """Lock a person and every active administrator, always in one order, and reread them.

    Returns the other active administrators. Two who demote each other at the same moment
    wait for one another here, and the second sees what the first has done.
    """
    rows = db.session.scalars(
        select(Person)
        .where(
            (Person.id == person.id)
            | ((Person.role == Role.ADMINISTRATOR) & Person.disabled_at.is_(None))
        )
        .order_by(Person.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    return [each for each in rows if each.id != person.id]


def _check_may_step_down(person: Person, others: list[Person]) -> None:
    if person.role is Role.ADMINISTRATOR and person.is_active:
        rules.check_administrator_remains(len(others))

"""Changes to persons and their links. Nothing here commits."""

import structlog
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from tracker.accounts import emails, queries, rules, throttle
from tracker.accounts.models import EndedSession, Person, ResetRequest, SignInAttempt, SignInLink
from tracker.accounts.rules import LinkKind
from tracker.core.access import Role
from tracker.core.db import db, lock, now
from tracker.core.errors import DomainError, StaleError, TooManyRequestsError
from tracker.core.jobs import after_commit
from tracker.core.tokens import hash_token, new_token

log = structlog.get_logger(__name__)
_N = rules.N_


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


def use_link(link_id: int, *, new_hash: str | None = None) -> SignInLink:
    """Use up a link, once for all: of two at the same moment one wins.

    Raises `GoneError` for the other. A password link takes the hash of the new password,
    and ends the person's other password links with it.
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
        if new_hash is None:
            raise ValueError("A password link needs the hash of a password.")
        set_password(link.person, new_hash)
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


def note_attempt(*, purpose: str, account_key: str, network: str, device_key: str) -> SignInAttempt:
    """Count a try before it is judged, so that many at one moment count too.

    Raises `TooManyRequestsError` where the allowance is used up; then nothing is written.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        # SQLite has one writer; here those who try the same wait for one another.
        for key in sorted({account_key, network}):
            db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
    check_allowance(
        purpose=purpose, account_key=account_key, network=network, device_key=device_key
    )
    attempt = SignInAttempt(
        account_key=account_key, client_address=network, device_key=device_key, purpose=purpose
    )
    db.session.add(attempt)
    db.session.flush()
    return attempt


def check_allowance(*, purpose: str, account_key: str, network: str, device_key: str) -> None:
    """Raise `TooManyRequestsError` where somebody has tried too often; only reads."""
    at, limits = now(), throttle.LIMITS[purpose]
    since = at - limits.window
    if device_key:
        failures = queries.failures_since(since, purpose, device_key=device_key)
        wait = limits.device.wait(failures, at)
    else:
        wait = max(
            limits.account.wait(
                queries.failures_since(since, purpose, account_key=account_key), at
            ),
            limits.network.wait(queries.failures_since(since, purpose, client_address=network), at),
        )
    if wait == 0:
        return
    how_long = throttle.minutes(wait)
    if purpose == throttle.RESET:
        raise TooManyRequestsError(
            f"A link was asked for several times already. Look into the mailbox, the spam folder"
            f" too; in {how_long} you can ask again.",
            retry_after=wait,
        )
    raise TooManyRequestsError(
        f"There were too many tries to sign in. Wait {how_long}, or ask for a new password by"
        f" mail: the link in it lets you in at once.",
        retry_after=wait,
    )


def sign_in(
    person_id: int, attempt_id: int, *, verified_hash: str, new_hash: str | None = None
) -> Person | None:
    """Note that a try succeeded; None where the account has changed since it was checked.

    `new_hash` replaces a hash made with older parameters.
    """
    person: Person = lock(Person, person_id)
    if not person.is_active or person.password_hash != verified_hash:
        return None
    if new_hash is not None:
        person.password_hash = new_hash
    db.session.get_one(SignInAttempt, attempt_id).succeeded = True
    db.session.flush()
    return person


def ask_reset(email: str) -> None:
    """Take a wish for a new password: the same row for any address; the worker does the rest."""
    db.session.add(ResetRequest(email=rules.match_address(email)))
    db.session.flush()
    after_commit("reset_links")


def answer_resets() -> int:
    """Mail a link for each wish whose address has an account; returns how many were mailed."""
    wishes = db.session.scalars(
        select(ResetRequest).order_by(ResetRequest.id).with_for_update(skip_locked=True)
    ).all()
    mailed = 0
    for wish in wishes:
        person = queries.by_email(wish.email)
        if person is not None and person.is_active and not queries.was_mailed_reset(person.id):
            emails.password_reset(person, issue_link(person, LinkKind.RESET, by=None))
            mailed += 1
        db.session.delete(wish)
    db.session.flush()
    return mailed


def end_session(key: str) -> None:
    """End one session for good: no copy of its cookie opens anything after this."""
    key_hash = hash_token(key)
    if db.session.scalar(select(EndedSession.id).where(EndedSession.key_hash == key_hash)) is None:
        db.session.add(EndedSession(key_hash=key_hash))
        db.session.flush()


def forget_ended_sessions() -> None:
    """Delete what was kept about sessions whose cookies have run out meanwhile."""
    db.session.execute(
        delete(EndedSession).where(EndedSession.ended_at < now() - rules.SESSION_LIFETIME)
    )


def forget_attempts() -> None:
    """Delete tries that no longer count for anything."""
    db.session.execute(
        delete(SignInAttempt).where(SignInAttempt.at < now() - throttle.KEEP_ATTEMPTS)
    )


def invite(*, email: str, name: str, title: str, role: Role | None, by: Person) -> Person:
    """Give somebody an account and mail them a link to choose a password.

    A contact who is known already gets the account; one who has it is a `DomainError`.
    Without a role somebody is added who only gets mail; nothing is sent to tell them.
    """
    person = find_or_add(email=email, name=name, title=title, by=by)
    if person.disabled_at is not None:
        raise DomainError(
            _N("This person is here already, and disabled. Enable them on their page instead.")
        )
    if person.role is not None:
        raise DomainError(_N("This person has an account already. Change it on their page."))
    person.name, person.title = name, title or person.title
    person.role, person.unconfirmed = role, False
    db.session.flush()
    log.info("person_added", by=by.id, person=person.id, role=role.value if role else None)
    if role is not None:
        invite_again(person, by=by)
    return person


def invite_again(person: Person, *, by: Person) -> None:
    """Mail a person with an account a new link to choose a password."""
    if not person.is_active:
        raise DomainError(_N("This person cannot sign in. Enable them and give them a role first."))
    if person.password_hash is not None:
        raise DomainError(
            _N("This person has a password already. They can ask for a new one where they sign in.")
        )
    emails.invitation(person, issue_link(person, LinkKind.INVITATION, by=by), by=by)


def edit(
    person: Person,
    *,
    email: str,
    name: str,
    title: str,
    role: Role | None,
    version: int,
    by: Person,
) -> None:
    """Change who a person is and what they may do; another address ends their open links.

    Raises `StaleError`, `LastAdministratorError`, `AddressError`, and `DomainError` where
    the address is somebody else's.
    """
    others = _lock_with_administrators(person)
    _check_version(person, version)
    if role is not Role.ADMINISTRATOR:
        _check_may_step_down(person, others)
    address = rules.clean_address(email)
    if address != person.email:
        if queries.by_email(address) is not None:
            raise DomainError(_N("Another person has this address already."))
        _end_links(person)
        person.email = address
    log.info("person_edited", by=by.id, person=person.id, role=role.value if role else None)
    person.name, person.title, person.role = name, title, role
    person.unconfirmed = False
    db.session.flush()


def confirm(person: Person, *, by: Person) -> bool:
    """Say that a person is who an imported page or a contact says; False for a confirmed one.

    They can then be chosen as a contact and given applications. An account is another matter.
    """
    if not person.unconfirmed:
        return False
    person.unconfirmed = False
    db.session.flush()
    log.info("person_confirmed", by=by.id, person=person.id)
    return True


def disable(person: Person, *, by: Person) -> None:
    """Shut a person out at once: their sessions and open links end.

    Raises `LastAdministratorError` for the last active administrator.
    """
    others = _lock_with_administrators(person)
    if person.disabled_at is not None:
        return
    _check_may_step_down(person, others)
    person.disabled_at = now()
    person.session_epoch += 1
    _end_links(person)
    db.session.flush()
    log.info("person_disabled", by=by.id, person=person.id)


def enable(person: Person, *, by: Person) -> None:
    """Let a person in again, in the role they had."""
    person.disabled_at = None
    db.session.flush()
    log.info("person_enabled", by=by.id, person=person.id)


def rename(person: Person, *, name: str, by: Person) -> None:
    """Change a person's own name."""
    person.name = name
    db.session.flush()
    log.info("person_renamed", by=by.id, person=person.id)


def end_sessions(person: Person) -> None:
    """End every session of a person, in every browser."""
    person.session_epoch += 1
    db.session.flush()


def _check_version(person: Person, version: int) -> None:
    if person.version != version:
        raise StaleError(
            _N(
                "Somebody else changed this person while you had the page open. Nothing was"
                " overwritten. Go back, reload the page, and make your change again."
            )
        )


def _end_links(person: Person) -> None:
    db.session.execute(
        update(SignInLink)
        .where(SignInLink.person_id == person.id, SignInLink.used_at.is_(None))
        .values(expires_at=now())
    )


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
    if person.role is Role.ADMINISTRATOR and person.disabled_at is None:
        rules.check_administrator_remains(len(others))

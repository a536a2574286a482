"""Persons, their links and their tries at signing in."""

import datetime as dt

from flask_login import UserMixin
from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.accounts.rules import LinkKind
from tracker.core.access import Role
from tracker.core.db import Base, enum_column, now


class Person(Base, UserMixin):
    """One human at the employer, matched by address; signing in is optional.

    `role` is None for those without an account (contacts who only read mail).
    `unconfirmed` marks one met first in an imported page or typed in by a contact, whom no list
    offers until somebody has confirmed them. `session_epoch` rises whenever
    sessions must end at once: disabled, password changed, signed out everywhere.
    """

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint("email LIKE '%_@_%'", name="email_shape"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text, default="")
    role: Mapped[Role | None] = mapped_column(enum_column(Role, "role"))
    unconfirmed: Mapped[bool] = mapped_column(default=False)
    password_hash: Mapped[str | None] = mapped_column(Text)
    session_epoch: Mapped[int] = mapped_column(default=1)
    disabled_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    is_demo: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy reads it so

    @property
    def is_active(self) -> bool:
        """A disabled person, or one without a role, cannot be signed in."""
        return self.disabled_at is None and self.role is not None

    @property
    def role_label(self) -> str:
        """The role as a page shows it."""
        return self.role.value.capitalize() if self.role else "No account"

    @property
    def state_label(self) -> str:
        """Where the account stands, in words."""
        if self.disabled_at is not None:
            return "Disabled"
        if self.role is None:
            return "Gets mail only"
        return "Active" if self.password_hash else "No password yet"

    def get_id(self) -> str:
        """What the session cookie holds: a raised epoch makes every older cookie void."""
        return f"{self.id}.{self.session_epoch}"


class SignInLink(Base):
    """A secret link to a person's account: hashed, single use, expiring, acting by POST."""

    __tablename__ = "sign_in_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[LinkKind] = mapped_column(enum_column(LinkKind, "kind"))
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]

    person: Mapped[Person] = relationship(foreign_keys=[person_id])


class EndedSession(Base):
    """A session that was signed out of: a copy of its cookie opens nothing any more."""

    __tablename__ = "ended_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    key_hash: Mapped[str] = mapped_column(Text, unique=True)
    ended_at: Mapped[dt.datetime] = mapped_column(default=now, index=True)


class SignInAttempt(Base):
    """One try at signing in or at asking for a link, for the throttle.

    `account_key` is a keyed hash of the address typed, so that the table names nobody;
    `device_key` one of the browser's long-lived cookie, which spares the honest owner.
    """

    __tablename__ = "sign_in_attempt"
    __table_args__ = (
        Index("ix_sign_in_attempt_account", "account_key", "at"),
        Index("ix_sign_in_attempt_address", "client_address", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(default=now)
    account_key: Mapped[str] = mapped_column(Text)
    client_address: Mapped[str] = mapped_column(Text)
    device_key: Mapped[str] = mapped_column(Text, default="")
    purpose: Mapped[str] = mapped_column(Text, default="sign in")
    succeeded: Mapped[bool] = mapped_column(default=False)


class ResetRequest(Base):
    """An address for which a new password was asked: a row for every address, known or not.

    The page that asks does nothing but write it, so its answer and its work tell nobody
    whether there is such an account; the worker then mails whoever there is.
    """

    __tablename__ = "reset_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(Text)
    at: Mapped[dt.datetime] = mapped_column(default=now)

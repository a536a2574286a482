"""Assignments of applications to contacts, and the private links that open them."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from tracker.accounts.models import Person
from tracker.applications.models import Application
from tracker.core.db import Base, enum_column, now
from tracker.notifications.models import OutgoingEmail
from tracker.routing.rules import WATCHED, LinkDeed, Step, Why


class Assignment(Base):
    """An application given to a person, with why, when they were told and when it was seen.

    One open assignment of a person to an application; those that ended stay, as history.
    `told_email_id` is the mail that told them: it is empty while the assignment waits for the
    person's daily digest, and never otherwise (`in_digest`). A fetched link is no look:
    `seen_at` is set by a POST or a signed-in view. `by_id` is who reassigned it by hand.
    `later_until` is until when the person asked for more time. `next_step_at` is when the
    clock looks at it again: a digest or the next step of `clock.next_due`; empty once nothing
    is waited for.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        CheckConstraint("told_email_id IS NOT NULL OR in_digest", name="untold_waits_for_digest"),
        Index(
            "uq_assignment_open",
            "application_id",
            "person_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_assignment_application_id", "application_id"),
        Index("ix_assignment_unseen", "person_id", "seen_at"),
        Index(
            "ix_assignment_due",
            "next_step_at",
            "id",
            sqlite_where=text("next_step_at IS NOT NULL"),
            postgresql_where=text("next_step_at IS NOT NULL"),
        ),
        Index("ix_assignment_told_email_id", "told_email_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    why: Mapped[Why] = mapped_column(enum_column(Why, "why"))
    reason: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    told_email_id: Mapped[int | None] = mapped_column(ForeignKey("outgoing_email.id"))
    in_digest: Mapped[bool] = mapped_column(default=False)
    digest_id: Mapped[int | None] = mapped_column(ForeignKey("digest.id"), index=True)
    fetched_at: Mapped[dt.datetime | None]
    seen_at: Mapped[dt.datetime | None]
    acknowledged_at: Mapped[dt.datetime | None]
    later_until: Mapped[dt.datetime | None]
    next_step_at: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]

    application: Mapped[Application] = relationship()
    person: Mapped[Person] = relationship(lazy="joined", foreign_keys=[person_id])
    by: Mapped[Person | None] = relationship(foreign_keys=[by_id])
    told_email: Mapped[OutgoingEmail | None] = relationship()
    steps: Mapped[list["Escalation"]] = relationship(
        order_by="Escalation.id", back_populates="assignment"
    )

    @validates("later_until")
    def _wake_then(self, _key: str, until: dt.datetime | None) -> dt.datetime | None:
        """Have the clock look again when the time that was asked for is over."""
        if until is not None and self.why in WATCHED:
            self.next_step_at = until
        return until


class Escalation(Base):
    """A step that was taken since nobody looked: once for an assignment, whoever takes it.

    `notices` are the people who were told, none where there was nobody to tell; `note` says
    why the step was taken early or told nobody.
    """

    __tablename__ = "escalation"
    __table_args__ = (UniqueConstraint("assignment_id", "step"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    step: Mapped[Step] = mapped_column(enum_column(Step, "step"))
    at: Mapped[dt.datetime] = mapped_column(default=now)
    note: Mapped[str] = mapped_column(Text, default="")

    assignment: Mapped[Assignment] = relationship(back_populates="steps")
    notices: Mapped[list["EscalationNotice"]] = relationship(
        order_by="EscalationNotice.id", back_populates="escalation"
    )


class EscalationNotice(Base):
    """Who was told by a step, and by which mail."""

    __tablename__ = "escalation_notice"
    __table_args__ = (UniqueConstraint("escalation_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    escalation_id: Mapped[int] = mapped_column(ForeignKey("escalation.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    email_id: Mapped[int] = mapped_column(ForeignKey("outgoing_email.id"), index=True)

    escalation: Mapped[Escalation] = relationship(back_populates="notices")
    person: Mapped[Person] = relationship()
    email: Mapped[OutgoingEmail] = relationship()


class MailChoice(Base):
    """At which hour of the employer's day a person wants to hear of new applications, in one mail.

    No row, or no hour: each application by a mail of its own, at once.
    """

    __tablename__ = "mail_choice"
    __table_args__ = (CheckConstraint("hour BETWEEN 0 AND 23", name="hour"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    hour: Mapped[int | None]
    changed_at: Mapped[dt.datetime] = mapped_column(default=now)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Digest(Base):
    """One mail that told a person of the applications of a day; the assignments name it."""

    __tablename__ = "digest"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[dt.datetime] = mapped_column(default=now)
    email_id: Mapped[int] = mapped_column(ForeignKey("outgoing_email.id"), unique=True)


class RoutingPolicy(Base):
    """After how many working days each step is due; empty leaves it out. One row, or none yet."""

    __tablename__ = "routing_policy"
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        CheckConstraint("reminder_after BETWEEN 1 AND 60", name="reminder_after"),
        CheckConstraint("deputy_after BETWEEN 1 AND 60", name="deputy_after"),
        CheckConstraint("coordinators_after BETWEEN 1 AND 60", name="coordinators_after"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    reminder_after: Mapped[int | None]
    deputy_after: Mapped[int | None]
    coordinators_after: Mapped[int | None]

    @property
    def waits(self) -> dict[Step, int | None]:
        """The days by step."""
        return {each: getattr(self, f"{each.value}_after") for each in Step}


class ContactLink(Base):
    """A secret link that opens one application to one person without an account."""

    __tablename__ = "contact_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    expires_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]

    application: Mapped[Application] = relationship()
    person: Mapped[Person] = relationship(lazy="joined")


class LinkFetch(Base):
    """A private link was fetched. Says nothing about a human: scanners open links too."""

    __tablename__ = "link_fetch"

    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("contact_link.id"), index=True)
    at: Mapped[dt.datetime] = mapped_column(default=now)


class LinkRequest(Base):
    """A colleague, to whom a mail was forwarded, asks for a link of their own.

    Somebody the employer knows gets it at once; for others the link's owner decides.
    """

    __tablename__ = "link_request"
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint("granted IS NULL OR decided_at IS NOT NULL", name="decision_has_time"),
        UniqueConstraint("link_id", "email"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("contact_link.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[dt.datetime] = mapped_column(default=now)
    decided_at: Mapped[dt.datetime | None]
    granted: Mapped[bool | None]

    link: Mapped[ContactLink] = relationship()


class LinkRevocation(Base):
    """The private links of a person to an application were ended by a colleague.

    While it stands, no link of theirs opens the application, however many mails carry one;
    `lifted_at` is when a colleague sent them a new one.
    """

    __tablename__ = "link_revocation"
    __table_args__ = (
        Index(
            "uq_link_revocation_standing",
            "application_id",
            "person_id",
            unique=True,
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[dt.datetime] = mapped_column(default=now)
    lifted_at: Mapped[dt.datetime | None]
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    by: Mapped[Person] = relationship(foreign_keys=[by_id])
    lifted_by: Mapped[Person | None] = relationship(foreign_keys=[lifted_by_id])


class LinkAct(Base):
    """Something was done behind a private link, in the name of the person it was made for.

    `signed_in_id` is who was signed in in that browser at the time, where it was another
    person: the page had told them as whom they act.
    """

    __tablename__ = "link_act"

    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("contact_link.id"), index=True)
    at: Mapped[dt.datetime] = mapped_column(default=now)
    what: Mapped[LinkDeed] = mapped_column(enum_column(LinkDeed, "what"))
    signed_in_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    link: Mapped[ContactLink] = relationship()
    signed_in: Mapped[Person | None] = relationship()


class MoreTime(Base):
    """A contact asked for more time, until when, and why. Kept, however often they ask."""

    __tablename__ = "more_time"
    __table_args__ = (CheckConstraint("until > asked_at", name="ahead"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    asked_at: Mapped[dt.datetime] = mapped_column(default=now)
    until: Mapped[dt.datetime]
    note: Mapped[str] = mapped_column(Text, default="")

    assignment: Mapped[Assignment] = relationship()


class Consultation(Base):
    """A colleague was asked to look at an application, and what they said. No score.

    `name` is what the asker called them, who may not know how the employer does; `email_id`
    the mail that asked. They have looked when they said so by a POST or came signed in.
    """

    __tablename__ = "consultation"
    __table_args__ = (
        CheckConstraint("person_id <> asked_by_id", name="somebody_else"),
        CheckConstraint("opinion = '' OR answered_at IS NOT NULL", name="opinion_has_time"),
        CheckConstraint("answered_at IS NULL OR looked_at IS NOT NULL", name="looked_first"),
        Index(
            "uq_consultation_open",
            "application_id",
            "asked_by_id",
            "person_id",
            unique=True,
            sqlite_where=text("answered_at IS NULL"),
            postgresql_where=text("answered_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, default="")
    asked_at: Mapped[dt.datetime] = mapped_column(default=now)
    email_id: Mapped[int] = mapped_column(ForeignKey("outgoing_email.id"))
    looked_at: Mapped[dt.datetime | None]
    answered_at: Mapped[dt.datetime | None]
    opinion: Mapped[str] = mapped_column(Text, default="")

    application: Mapped[Application] = relationship()
    asked_by: Mapped[Person] = relationship(foreign_keys=[asked_by_id])
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    email: Mapped[OutgoingEmail] = relationship()

"""Follow applications up: leave, who is next in line, the clock, digests."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WHYS = (
    "contact of the posting",
    "deputy during leave",
    "next in line for the position",
    "new holder of the position",
    "taken over from somebody who has left",
    "escalated, since nobody had looked",
    "manager of the posting, which has no reachable contact",
    "copied on the posting",
    "asked by a colleague",
    "reassigned by hand",
)
OLD_WHYS = (WHYS[0], *WHYS[6:])


ASSIGNMENT = sa.table(
    "assignment",
    sa.column("why"),
    sa.column("created_at"),
    sa.column("seen_at"),
    sa.column("ended_at"),
    sa.column("next_step_at"),
)
WHERE = ("sqlite_where", "postgresql_where")


def _among(whys: tuple[str, ...]) -> str:
    return "why IN ({})".format(", ".join(f"'{each}'" for each in whys))


def upgrade() -> None:
    _upgrade_organization()
    _upgrade_routing()
    _upgrade_assignment()
    _watch_what_waits()


def _upgrade_organization() -> None:
    op.create_table(
        "working_week",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("days", sa.Text(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_working_week_one_row")),
        sa.CheckConstraint("days <> ''", name=op.f("ck_working_week_some_day")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_working_week")),
    )
    op.create_table(
        "closed_day",
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("on", name=op.f("pk_closed_day")),
    )
    op.create_table(
        "leave",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("from_on <= until_on", name=op.f("ck_leave_in_order")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_leave_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_leave_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leave")),
    )
    with op.batch_alter_table("leave", schema=None) as batch_op:
        batch_op.create_index("ix_leave_days", ["until_on", "from_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_leave_person_id"), ["person_id"], unique=False)
    with op.batch_alter_table("position", schema=None) as batch_op:
        batch_op.add_column(sa.Column("next_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_position_next_id"), ["next_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_position_next_id"), "position", ["next_id"], ["id"]
        )
        batch_op.create_check_constraint(batch_op.f("ck_position_next_is_another"), "next_id <> id")


def _upgrade_routing() -> None:
    op.create_table(
        "routing_policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reminder_after", sa.Integer(), nullable=True),
        sa.Column("deputy_after", sa.Integer(), nullable=True),
        sa.Column("coordinators_after", sa.Integer(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_routing_policy_one_row")),
        sa.CheckConstraint(
            "reminder_after BETWEEN 1 AND 60", name=op.f("ck_routing_policy_reminder_after")
        ),
        sa.CheckConstraint(
            "deputy_after BETWEEN 1 AND 60", name=op.f("ck_routing_policy_deputy_after")
        ),
        sa.CheckConstraint(
            "coordinators_after BETWEEN 1 AND 60",
            name=op.f("ck_routing_policy_coordinators_after"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_policy")),
    )
    op.create_table(
        "mail_choice",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name=op.f("ck_mail_choice_hour")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_mail_choice_by_id")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_mail_choice_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_mail_choice")),
    )
    op.create_table(
        "digest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("email_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["email_id"], ["outgoing_email.id"], name=op.f("fk_digest_email_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_digest_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest")),
        sa.UniqueConstraint("email_id", name=op.f("uq_digest_email_id")),
    )
    with op.batch_alter_table("digest", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_digest_person_id"), ["person_id"], unique=False)
    op.create_table(
        "escalation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "reminder",
                "deputy",
                "coordinators",
                name="step",
                native_enum=False,
                create_constraint=True,
                length=60,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_escalation_assignment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation")),
        sa.UniqueConstraint("assignment_id", "step", name=op.f("uq_escalation_assignment_id_step")),
    )
    op.create_table(
        "escalation_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("escalation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("email_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["email_id"], ["outgoing_email.id"], name=op.f("fk_escalation_notice_email_id")
        ),
        sa.ForeignKeyConstraint(
            ["escalation_id"], ["escalation.id"], name=op.f("fk_escalation_notice_escalation_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_escalation_notice_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation_notice")),
        sa.UniqueConstraint(
            "escalation_id", "person_id", name=op.f("uq_escalation_notice_escalation_id_person_id")
        ),
    )
    with op.batch_alter_table("escalation_notice", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_escalation_notice_email_id"), ["email_id"], unique=False
        )


def _upgrade_assignment() -> None:
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_index("ix_assignment_unseen")
        batch_op.add_column(
            sa.Column("in_digest", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("digest_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("later_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("next_step_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.alter_column("told_email_id", existing_type=sa.Integer(), nullable=True)
        batch_op.drop_constraint(
            batch_op.f("uq_assignment_application_id_person_id"), type_="unique"
        )
        batch_op.drop_constraint(batch_op.f("ck_assignment_why"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_assignment_why"), _among(WHYS))
        batch_op.create_check_constraint(
            batch_op.f("ck_assignment_untold_waits_for_digest"),
            "told_email_id IS NOT NULL OR in_digest",
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_assignment_digest_id"), "digest", ["digest_id"], ["id"]
        )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.alter_column("in_digest", existing_type=sa.Boolean(), server_default=None)
    for name, columns, rule in (
        ("ix_assignment_unseen", ["person_id", "seen_at"], None),
        ("ix_assignment_application_id", ["application_id"], None),
        ("ix_assignment_told_email_id", ["told_email_id"], None),
        ("ix_assignment_digest_id", ["digest_id"], None),
        ("ix_assignment_due", ["next_step_at", "id"], "next_step_at IS NOT NULL"),
        ("uq_assignment_open", ["application_id", "person_id"], "ended_at IS NULL"),
    ):
        where = {} if rule is None else dict.fromkeys(WHERE, sa.text(rule))
        op.create_index(name, "assignment", columns, unique=name.startswith("uq"), **where)


def _watch_what_waits() -> None:
    """Have the clock look at what nobody has looked at; it counts from when they were told."""
    watched = (WHYS[0], WHYS[6], WHYS[9])
    op.execute(
        ASSIGNMENT.update()
        .where(
            ASSIGNMENT.c.ended_at.is_(None),
            ASSIGNMENT.c.seen_at.is_(None),
            ASSIGNMENT.c.why.in_(watched),
        )
        .values(next_step_at=ASSIGNMENT.c.created_at)
    )


def downgrade() -> None:
    _downgrade_assignment()
    for name in (
        "escalation_notice",
        "escalation",
        "digest",
        "mail_choice",
        "routing_policy",
        "leave",
        "closed_day",
        "working_week",
    ):
        op.drop_table(name)
    with op.batch_alter_table("position", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_position_next_is_another"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_position_next_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_position_next_id"))
        batch_op.drop_column("next_id")


def _downgrade_assignment() -> None:
    # What the older schema cannot say: a reason that it does not know, and history.
    op.execute("DELETE FROM escalation_notice")
    op.execute("DELETE FROM escalation")
    op.execute(
        "DELETE FROM assignment WHERE told_email_id IS NULL OR id NOT IN"
        " (SELECT max(id) FROM assignment GROUP BY application_id, person_id)"
    )
    op.execute(ASSIGNMENT.update().where(ASSIGNMENT.c.why.not_in(OLD_WHYS)).values(why=WHYS[0]))
    for name in (
        "uq_assignment_open",
        "ix_assignment_due",
        "ix_assignment_digest_id",
        "ix_assignment_told_email_id",
        "ix_assignment_application_id",
        "ix_assignment_unseen",
    ):
        op.drop_index(name, "assignment")
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_assignment_digest_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("ck_assignment_untold_waits_for_digest"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_assignment_why"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_assignment_why"), _among(OLD_WHYS))
        batch_op.create_unique_constraint(
            batch_op.f("uq_assignment_application_id_person_id"), ["application_id", "person_id"]
        )
        batch_op.alter_column("told_email_id", existing_type=sa.Integer(), nullable=False)
        for name in ("next_step_at", "later_until", "digest_id", "in_digest"):
            batch_op.drop_column(name)
    op.create_index("ix_assignment_unseen", "assignment", ["person_id", "seen_at"])

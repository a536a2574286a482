"""Keep conversations with candidates, and how far a mailbox was read."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "intake_mailbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("uid_validity", sa.BigInteger(), nullable=False),
        sa.Column("last_uid", sa.BigInteger(), nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(trouble = '') = (failures = 0)", name=op.f("ck_intake_mailbox_trouble_is_counted")
        ),
        sa.CheckConstraint(
            "(claimed_by IS NULL) = (claimed_until IS NULL)",
            name=op.f("ck_intake_mailbox_claim_ends"),
        ),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_intake_mailbox_failures")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_mailbox")),
        sa.UniqueConstraint("name", name=op.f("uq_intake_mailbox_name")),
    )
    op.create_table(
        "letter_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_letter_draft_application_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_letter_draft_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_draft")),
        sa.UniqueConstraint(
            "application_id", "by_id", name=op.f("uq_letter_draft_application_id_by_id")
        ),
    )
    op.create_table(
        "fetched_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mailbox_id", sa.Integer(), nullable=False),
        sa.Column("uid_validity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "found",
                "kept",
                "too large",
                "gone",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=60,
            ),
            nullable=False,
        ),
        sa.Column("incoming_id", sa.Integer(), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'kept') = (incoming_id IS NOT NULL)",
            name=op.f("ck_fetched_message_kept_as_what"),
        ),
        sa.ForeignKeyConstraint(
            ["incoming_id"], ["incoming_email.id"], name=op.f("fk_fetched_message_incoming_id")
        ),
        sa.ForeignKeyConstraint(
            ["mailbox_id"], ["intake_mailbox.id"], name=op.f("fk_fetched_message_mailbox_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fetched_message")),
        sa.UniqueConstraint(
            "mailbox_id",
            "uid_validity",
            "uid",
            name=op.f("uq_fetched_message_mailbox_id_uid_validity_uid"),
        ),
    )
    with op.batch_alter_table("fetched_message", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_fetched_message_incoming_id"), ["incoming_id"], unique=False
        )
        batch_op.create_index(
            "ix_fetched_message_state", ["mailbox_id", "state", "uid"], unique=False
        )
        batch_op.create_index(
            "ix_fetched_message_unsettled",
            ["mailbox_id", "uid"],
            unique=False,
            sqlite_where=sa.text("state = 'kept' AND settled_at IS NULL"),
            postgresql_where=sa.text("state = 'kept' AND settled_at IS NULL"),
        )

    op.create_table(
        "reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incoming_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column(
            "writer",
            sa.Enum(
                "candidate",
                "colleague",
                "somebody else",
                name="writer",
                native_enum=False,
                create_constraint=True,
                length=60,
            ),
            nullable=False,
        ),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("held", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(writer = 'colleague') = (person_id IS NOT NULL)",
            name=op.f("ck_reply_colleague_is_named"),
        ),
        sa.CheckConstraint(
            "answered_at IS NOT NULL OR answered_by_id IS NULL",
            name=op.f("ck_reply_answer_has_time"),
        ),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["person.id"], name=op.f("fk_reply_answered_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_reply_application_id")
        ),
        sa.ForeignKeyConstraint(
            ["incoming_id"], ["incoming_email.id"], name=op.f("fk_reply_incoming_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reply_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply")),
        sa.UniqueConstraint("incoming_id", name=op.f("uq_reply_incoming_id")),
    )
    with op.batch_alter_table("reply", schema=None) as batch_op:
        batch_op.create_index("ix_reply_application", ["application_id", "id"], unique=False)
        batch_op.create_index(
            "ix_reply_unanswered",
            ["at", "id"],
            unique=False,
            sqlite_where=sa.text("writer = 'candidate' AND answered_at IS NULL"),
            postgresql_where=sa.text("writer = 'candidate' AND answered_at IS NULL"),
        )

    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=True),
        sa.Column("reply_id", sa.Integer(), nullable=True),
        sa.Column("email_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("text <> ''", name=op.f("ck_letter_says_something")),
        sa.CheckConstraint(
            "token IS NOT NULL OR reply_id IS NOT NULL", name=op.f("ck_letter_written_somehow")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_letter_application_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_letter_by_id")),
        sa.ForeignKeyConstraint(
            ["email_id"], ["outgoing_email.id"], name=op.f("fk_letter_email_id")
        ),
        sa.ForeignKeyConstraint(["reply_id"], ["reply.id"], name=op.f("fk_letter_reply_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("email_id", name=op.f("uq_letter_email_id")),
        sa.UniqueConstraint("reply_id", name=op.f("uq_letter_reply_id")),
        sa.UniqueConstraint("token", name=op.f("uq_letter_token")),
    )
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_letter_application_id"), ["application_id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_letter_application_id"))

    op.drop_table("letter")
    with op.batch_alter_table("reply", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_reply_unanswered",
            sqlite_where=sa.text("writer = 'candidate' AND answered_at IS NULL"),
            postgresql_where=sa.text("writer = 'candidate' AND answered_at IS NULL"),
        )
        batch_op.drop_index("ix_reply_application")

    op.drop_table("reply")
    with op.batch_alter_table("fetched_message", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_fetched_message_unsettled",
            sqlite_where=sa.text("state = 'kept' AND settled_at IS NULL"),
            postgresql_where=sa.text("state = 'kept' AND settled_at IS NULL"),
        )
        batch_op.drop_index("ix_fetched_message_state")
        batch_op.drop_index(batch_op.f("ix_fetched_message_incoming_id"))

    op.drop_table("fetched_message")
    op.drop_table("letter_draft")
    op.drop_table("intake_mailbox")

"""What contacts do from their mail: more time, opinions, interview times; files that go with it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attach_documents", sa.Boolean(), nullable=False),
        sa.Column("limit_mb", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_contact_mail_one_row")),
        sa.CheckConstraint("limit_mb BETWEEN 1 AND 50", name=op.f("ck_contact_mail_limit_mb")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_mail")),
    )
    op.create_table(
        "email_attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("file_key", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_email_attachment_size")),
        sa.ForeignKeyConstraint(
            ["email_id"], ["outgoing_email.id"], name=op.f("fk_email_attachment_email_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email_attachment")),
        sa.UniqueConstraint("email_id", "rank", name=op.f("uq_email_attachment_email_id_rank")),
    )
    op.create_index(
        op.f("ix_email_attachment_file_key"), "email_attachment", ["file_key"], unique=False
    )

    op.create_table(
        "consultation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("email_id", sa.Integer(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "opinion = '' OR answered_at IS NOT NULL", name=op.f("ck_consultation_opinion_has_time")
        ),
        sa.CheckConstraint(
            "answered_at IS NULL OR looked_at IS NOT NULL",
            name=op.f("ck_consultation_looked_first"),
        ),
        sa.CheckConstraint("person_id <> asked_by_id", name=op.f("ck_consultation_somebody_else")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_consultation_application_id")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["person.id"], name=op.f("fk_consultation_asked_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["email_id"], ["outgoing_email.id"], name=op.f("fk_consultation_email_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_consultation_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation")),
    )
    op.create_index(
        op.f("ix_consultation_application_id"), "consultation", ["application_id"], unique=False
    )
    op.create_index(
        "uq_consultation_open",
        "consultation",
        ["application_id", "asked_by_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("answered_at IS NULL"),
        postgresql_where=sa.text("answered_at IS NULL"),
    )

    op.create_table(
        "link_revocation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_link_revocation_application_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_link_revocation_by_id")),
        sa.ForeignKeyConstraint(
            ["lifted_by_id"], ["person.id"], name=op.f("fk_link_revocation_lifted_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_link_revocation_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_revocation")),
    )
    op.create_index(
        op.f("ix_link_revocation_application_id"),
        "link_revocation",
        ["application_id"],
        unique=False,
    )
    op.create_index(
        "uq_link_revocation_standing",
        "link_revocation",
        ["application_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )

    op.create_table(
        "interview_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "in person",
                "by phone",
                "by video",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=60,
            ),
            nullable=False,
        ),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("notes_for_candidate", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "chosen",
                "none fits",
                "withdrawn",
                "replaced",
                "expired",
                "application ended",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=60,
            ),
            nullable=False,
        ),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("interview_id", sa.Integer(), nullable=True),
        sa.Column("email_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(state = 'chosen') = (interview_id IS NOT NULL)",
            name=op.f("ck_interview_proposal_chosen_is_booked"),
        ),
        sa.CheckConstraint(
            "(state = 'open') = (settled_at IS NULL)",
            name=op.f("ck_interview_proposal_settled_has_time"),
        ),
        sa.CheckConstraint(
            "answer = '' OR state = 'none fits'",
            name=op.f("ck_interview_proposal_answer_where_none_fits"),
        ),
        sa.CheckConstraint(
            "place <> '' OR link <> ''", name=op.f("ck_interview_proposal_somewhere")
        ),
        sa.CheckConstraint("expires_at > proposed_at", name=op.f("ck_interview_proposal_ahead")),
        sa.CheckConstraint("round >= 1", name=op.f("ck_interview_proposal_round")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_interview_proposal_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["email_id"], ["outgoing_email.id"], name=op.f("fk_interview_proposal_email_id")
        ),
        sa.ForeignKeyConstraint(
            ["interview_id"], ["interview.id"], name=op.f("fk_interview_proposal_interview_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["person.id"], name=op.f("fk_interview_proposal_proposed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interview_proposal")),
        sa.UniqueConstraint("interview_id", name=op.f("uq_interview_proposal_interview_id")),
    )
    op.create_index(
        op.f("ix_interview_proposal_application_id"),
        "interview_proposal",
        ["application_id"],
        unique=False,
    )
    op.create_index(
        "ix_interview_proposal_due", "interview_proposal", ["state", "expires_at"], unique=False
    )
    op.create_index(
        "uq_interview_proposal_open",
        "interview_proposal",
        ["application_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )

    op.create_table(
        "link_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "what",
            sa.Enum(
                "acknowledged",
                "shortlisted",
                "declined",
                "taken back",
                "asked for more time",
                "asked a colleague",
                "looked",
                "opinion given",
                "interview times proposed",
                "interview times withdrawn",
                "link given to a colleague",
                "link refused to a colleague",
                "own mail chosen",
                "own leave written down",
                name="what",
                native_enum=False,
                create_constraint=True,
                length=60,
            ),
            nullable=False,
        ),
        sa.Column("signed_in_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["link_id"], ["contact_link.id"], name=op.f("fk_link_act_link_id")),
        sa.ForeignKeyConstraint(
            ["signed_in_id"], ["person.id"], name=op.f("fk_link_act_signed_in_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_act")),
    )
    op.create_index(op.f("ix_link_act_link_id"), "link_act", ["link_id"], unique=False)

    op.create_table(
        "more_time",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("until > asked_at", name=op.f("ck_more_time_ahead")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_more_time_assignment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_more_time")),
    )
    op.create_index(
        op.f("ix_more_time_assignment_id"), "more_time", ["assignment_id"], unique=False
    )

    op.create_table(
        "proposed_slot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("interview_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("rank BETWEEN 1 AND 5", name=op.f("ck_proposed_slot_rank")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_proposed_slot_order")),
        sa.ForeignKeyConstraint(
            ["interview_id"], ["interview.id"], name=op.f("fk_proposed_slot_interview_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["interview_proposal.id"], name=op.f("fk_proposed_slot_proposal_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposed_slot")),
        sa.UniqueConstraint("interview_id", name=op.f("uq_proposed_slot_interview_id")),
        sa.UniqueConstraint("proposal_id", "rank", name=op.f("uq_proposed_slot_proposal_id_rank")),
        sa.UniqueConstraint(
            "proposal_id", "starts_at", name=op.f("uq_proposed_slot_proposal_id_starts_at")
        ),
    )


def downgrade() -> None:
    op.drop_table("proposed_slot")
    op.drop_table("more_time")
    op.drop_table("link_act")
    op.drop_table("interview_proposal")
    op.drop_table("link_revocation")
    op.drop_table("consultation")
    op.drop_table("email_attachment")
    op.drop_table("contact_mail")

"""Mail that came back, mail held for a look, and what was done to a mail."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATES = ("waiting", "sent", "delayed", "failed", "held")
KINDS = (
    "held",
    "edited",
    "released",
    "dropped",
    "taken back",
    "sent again",
    "address corrected",
    "bounced",
    "late bounce",
    "delay reported",
)


def upgrade() -> None:
    """Add the state and what goes with it; every mail keeps the state that it has."""
    with op.batch_alter_table("outgoing_email") as batch_op:
        batch_op.add_column(sa.Column("words", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_constraint(op.f("ck_outgoing_email_sent_has_time"), type_="check")
        batch_op.drop_constraint(op.f("ck_outgoing_email_state"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_outgoing_email_sent_has_time"),
            "(state IN ('sent', 'bounced')) = (sent_at IS NOT NULL)",
        )
        batch_op.create_check_constraint(
            op.f("ck_outgoing_email_dropped_is_held"), "dropped_at IS NULL OR state = 'held'"
        )
        batch_op.create_check_constraint(
            op.f("ck_outgoing_email_state"), _is_one_of((*STATES, "bounced"))
        )
        batch_op.drop_index("ix_outgoing_email_due")
        batch_op.create_index("ix_outgoing_email_due", ["next_attempt_at", "id"])
        batch_op.create_index("ix_outgoing_email_state", ["state", "id"])
        batch_op.create_index(
            "ix_outgoing_email_claimed",
            ["claimed_by"],
            sqlite_where=sa.text("claimed_by IS NOT NULL"),
            postgresql_where=sa.text("claimed_by IS NOT NULL"),
        )
    op.create_index("ix_delivery_attempt_at", "delivery_attempt", ["at"])
    op.create_table(
        "held_message",
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("message", name=op.f("pk_held_message")),
    )
    op.create_table(
        "mail_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(*KINDS, name="kind", native_enum=False, create_constraint=True, length=60),
            nullable=False,
        ),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["email_id"],
            ["outgoing_email.id"],
            name=op.f("fk_mail_change_email_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_change")),
    )
    op.create_index("ix_mail_change_email_id", "mail_change", ["email_id"])


def downgrade() -> None:
    """Take it back; a mail that came back counts as failed again, without its time."""
    op.drop_table("mail_change")
    op.drop_table("held_message")
    op.drop_index("ix_delivery_attempt_at", "delivery_attempt")
    with op.batch_alter_table("outgoing_email") as batch_op:
        for name in ("sent_has_time", "dropped_is_held", "state"):
            batch_op.drop_constraint(op.f(f"ck_outgoing_email_{name}"), type_="check")
    op.execute("UPDATE outgoing_email SET state = 'failed', sent_at = NULL WHERE state = 'bounced'")
    with op.batch_alter_table("outgoing_email") as batch_op:
        for name in ("due", "state", "claimed"):
            batch_op.drop_index(f"ix_outgoing_email_{name}")
        batch_op.create_index("ix_outgoing_email_due", ["state", "next_attempt_at"])
        batch_op.create_check_constraint(
            op.f("ck_outgoing_email_sent_has_time"), "(state = 'sent') = (sent_at IS NOT NULL)"
        )
        batch_op.create_check_constraint(op.f("ck_outgoing_email_state"), _is_one_of(STATES))
        batch_op.drop_column("dropped_at")
        batch_op.drop_column("words")


def _is_one_of(states: tuple[str, ...]) -> str:
    return f"state IN ({', '.join(repr(each) for each in states)})"

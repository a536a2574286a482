"""Keep who wants to hear of new openings, and count requests for it by address."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ACTS = ("application", "upload", "enquiry")


def _limit_acts(*acts: str) -> None:
    words = ", ".join(f"'{each}'" for each in acts)
    with op.batch_alter_table("tally") as batch:
        batch.drop_constraint(op.f("ck_tally_act"), type_="check")
        batch.create_check_constraint(op.f("ck_tally_act"), f"act IN ({words})")


def upgrade() -> None:
    _limit_acts(*ACTS, "subscription")
    op.create_table(
        "subscription",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "pause",
            sa.Enum(
                "wished",
                "mail came back",
                name="pause",
                native_enum=False,
                create_constraint=True,
                length=60,
            ),
            nullable=True,
        ),
        sa.Column("resumed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "email <> '' AND email_key = lower(email_key)", name=op.f("ck_subscription_address")
        ),
        sa.CheckConstraint(
            "(paused_at IS NULL) = (pause IS NULL)", name=op.f("ck_subscription_pause_has_time")
        ),
        sa.CheckConstraint(
            "confirmed_at IS NOT NULL OR (paused_at IS NULL AND resumed_at IS NULL)",
            name=op.f("ck_subscription_pause_of_confirmed"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_subscription_confirmed",
        "subscription",
        ["email_key"],
        unique=True,
        sqlite_where=sa.text("confirmed_at IS NOT NULL"),
        postgresql_where=sa.text("confirmed_at IS NOT NULL"),
    )
    op.create_index("ix_subscription_address", "subscription", ["email_key", "created_at"])
    op.create_table(
        "subscription_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscription_id", sa.Integer(), nullable=True),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["subscription.id"],
            name=op.f("fk_subscription_link_subscription_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_subscription_link_token_hash")),
    )
    for column in ("subscription_id", "expires_at"):
        name = op.f(f"ix_subscription_link_{column}")
        op.create_index(name, "subscription_link", [column])
    op.create_table(
        "subscription_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscription_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("openings", sa.JSON(), nullable=False),
        sa.Column("email_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["subscription.id"],
            name=op.f("fk_subscription_day_subscription_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["email_id"], ["outgoing_email.id"], name=op.f("fk_subscription_day_email_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription_day")),
        sa.UniqueConstraint(
            "subscription_id", "day", name=op.f("uq_subscription_day_subscription_id_day")
        ),
    )
    op.create_index(op.f("ix_subscription_day_email_id"), "subscription_day", ["email_id"])
    op.create_table(
        "seen_opening",
        sa.Column("subscription_id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["subscription.id"],
            name=op.f("fk_seen_opening_subscription_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["posting_id"],
            ["posting.id"],
            name=op.f("fk_seen_opening_posting_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("subscription_id", "posting_id", name=op.f("pk_seen_opening")),
    )
    op.create_index(op.f("ix_seen_opening_posting_id"), "seen_opening", ["posting_id"])


def downgrade() -> None:
    op.execute("UPDATE subscription_day SET email_id = NULL")
    for table in ("seen_opening", "subscription_day", "subscription_link", "subscription"):
        op.drop_table(table)
    op.execute("DELETE FROM tally WHERE act = 'subscription'")
    _limit_acts(*ACTS)

"""Keep short links of postings, and count how often each is opened."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "short_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "length(code) = 6 AND code = upper(code)", name=op.f("ck_short_link_code")
        ),
        sa.CheckConstraint("source <> ''", name=op.f("ck_short_link_source")),
        sa.CheckConstraint("opened >= 0", name=op.f("ck_short_link_opened")),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["posting.id"], name=op.f("fk_short_link_posting_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_short_link_created_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_short_link")),
        sa.UniqueConstraint("code", name=op.f("uq_short_link_code")),
        sa.UniqueConstraint("posting_id", "source", name=op.f("uq_short_link_posting_id_source")),
    )


def downgrade() -> None:
    op.drop_table("short_link")

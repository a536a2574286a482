"""Remember what postings and their files in Git agreed on, to tell who changed what since."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "posting_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("imported", sa.Boolean(), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["posting.id"], name=op.f("fk_posting_file_posting_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting_file")),
        sa.UniqueConstraint("posting_id", "base", name=op.f("uq_posting_file_posting_id_base")),
    )
    op.create_index(op.f("ix_posting_file_name"), "posting_file", ["name"])


def downgrade() -> None:
    op.drop_index(op.f("ix_posting_file_name"), table_name="posting_file")
    op.drop_table("posting_file")

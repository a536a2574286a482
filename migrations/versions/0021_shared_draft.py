"""What is on a shared computer knows when that was last used, and goes when it was left."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TABLES = ("draft", "candidate_link")


def upgrade() -> None:
    """Add the time to drafts and links; of those that are there nobody knows, so they stay."""
    for table in TABLES:
        op.add_column(table, sa.Column("shared_at", sa.DateTime(timezone=True), nullable=True))
        op.create_index(op.f(f"ix_{table}_shared_at"), table, ["shared_at"], unique=False)


def downgrade() -> None:
    for table in TABLES:
        op.drop_index(op.f(f"ix_{table}_shared_at"), table_name=table)
        op.drop_column(table, "shared_at")

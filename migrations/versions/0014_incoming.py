"""Find mail that arrived by what it is, and by who sent it, however much there is."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TRAY = "verdict IN ('unsorted', 'quarantined') AND filed_at IS NULL AND dismissed_at IS NULL"


def upgrade() -> None:
    op.create_index("ix_incoming_email_verdict", "incoming_email", ["verdict", "id"])
    op.create_index("ix_incoming_email_sender", "incoming_email", ["from_address", "understood_at"])
    _index_tray("verdict", "id")


def downgrade() -> None:
    _index_tray("id")
    op.drop_index("ix_incoming_email_sender", table_name="incoming_email")
    op.drop_index("ix_incoming_email_verdict", table_name="incoming_email")


def _index_tray(*columns: str) -> None:
    op.drop_index("ix_incoming_email_tray", table_name="incoming_email")
    op.create_index(
        "ix_incoming_email_tray",
        "incoming_email",
        list(columns),
        sqlite_where=sa.text(TRAY),
        postgresql_where=sa.text(TRAY),
    )

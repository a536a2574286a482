"""Count the workers that died with a mail in hand: each may have sent it."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("outgoing_email") as batch:
        batch.add_column(
            sa.Column("interrupted_count", sa.Integer(), nullable=False, server_default="0")
        )
        batch.create_check_constraint(
            op.f("ck_outgoing_email_interrupted_count"), "interrupted_count >= 0"
        )
    with op.batch_alter_table("outgoing_email") as batch:
        batch.alter_column("interrupted_count", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("outgoing_email") as batch:
        batch.drop_constraint(op.f("ck_outgoing_email_interrupted_count"), type_="check")
        batch.drop_column("interrupted_count")

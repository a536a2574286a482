"""Remember which application a mail was taken for by mistake."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

KEY = "fk_incoming_email_mistaken_id"


def upgrade() -> None:
    with op.batch_alter_table("incoming_email") as batch:
        batch.add_column(sa.Column("mistaken_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f(KEY), "stage_change", ["mistaken_id"], ["id"])
    op.create_index(op.f("ix_incoming_email_mistaken_id"), "incoming_email", ["mistaken_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_incoming_email_mistaken_id"), table_name="incoming_email")
    with op.batch_alter_table("incoming_email") as batch:
        batch.drop_constraint(op.f(KEY), type_="foreignkey")
        batch.drop_column("mistaken_id")

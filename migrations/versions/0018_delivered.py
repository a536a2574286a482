"""Keep when a report said that a mail was delivered."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

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
REPORTED = "delivery reported"
KIND = "ck_mail_change_kind"
HAD_GONE = "ck_outgoing_email_delivered_had_gone"


def upgrade() -> None:
    with op.batch_alter_table("outgoing_email") as batch:
        batch.add_column(sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True))
        batch.create_check_constraint(op.f(HAD_GONE), "delivered_at IS NULL OR sent_at IS NOT NULL")
    _allow(*KINDS, REPORTED)


def downgrade() -> None:
    """Take it back; that a mail was delivered is not known any more."""
    op.execute(sa.text("DELETE FROM mail_change WHERE kind = :kind").bindparams(kind=REPORTED))
    _allow(*KINDS)
    with op.batch_alter_table("outgoing_email") as batch:
        batch.drop_constraint(op.f(HAD_GONE), type_="check")
        batch.drop_column("delivered_at")


def _allow(*kinds: str) -> None:
    with op.batch_alter_table("mail_change") as batch:
        batch.drop_constraint(op.f(KIND), type_="check")
        batch.create_check_constraint(
            op.f(KIND), f"kind IN ({', '.join(repr(each) for each in kinds)})"
        )

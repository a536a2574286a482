"""The letterhead knows the employer's accent: mail wears it."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the colour, and take over the one that the profile has.

    In place, not by a new table: that would lose the triggers that pages are kept ready by.
    """
    op.add_column("letterhead", sa.Column("accent_colour", sa.Text(), nullable=True))
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM letterhead")):
        # Only where there is one: PostgreSQL's trigger notes a change of no row as well.
        op.execute("UPDATE letterhead SET accent_colour = (SELECT accent_colour FROM employer)")


def downgrade() -> None:
    op.drop_column("letterhead", "accent_colour")

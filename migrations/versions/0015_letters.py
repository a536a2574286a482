"""Contacts write to candidates from behind their private links."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

DEEDS = (
    "acknowledged",
    "shortlisted",
    "declined",
    "taken back",
    "asked for more time",
    "asked a colleague",
    "looked",
    "opinion given",
    "interview times proposed",
    "interview times withdrawn",
    "link given to a colleague",
    "link refused to a colleague",
    "own mail chosen",
    "own leave written down",
)
WROTE = "wrote to the candidate"


def upgrade() -> None:
    """Let a letter be among what is done behind a link."""
    _allow((*DEEDS[:10], WROTE, *DEEDS[10:]))


def downgrade() -> None:
    """Forget who was signed in beside a letter; the letters themselves stay."""
    op.execute(f"DELETE FROM link_act WHERE what = '{WROTE}'")  # noqa: S608  a word of ours
    _allow(DEEDS)


def _allow(deeds: tuple[str, ...]) -> None:
    words = ", ".join(f"'{each}'" for each in deeds)
    with op.batch_alter_table("link_act") as batch_op:
        batch_op.drop_constraint(op.f("ck_link_act_what"), type_="check")
        batch_op.create_check_constraint(op.f("ck_link_act_what"), f"what IN ({words})")

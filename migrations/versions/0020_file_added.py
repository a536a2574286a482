"""A contact adds a file that the candidate mailed to the application, without an account."""

from alembic import op

revision = "0020"
down_revision = "0019"
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
    "wrote to the candidate",
    "link given to a colleague",
    "link refused to a colleague",
    "own mail chosen",
    "own leave written down",
)
ADDED = "mailed file added"


def upgrade() -> None:
    """Let the adding of a file be among what is done behind a link."""
    _allow((*DEEDS[:11], ADDED, *DEEDS[11:]))


def downgrade() -> None:
    """Forget who was signed in as a file was added; the files themselves stay."""
    op.execute(f"DELETE FROM link_act WHERE what = '{ADDED}'")  # noqa: S608  a word of ours
    _allow(DEEDS)


def _allow(deeds: tuple[str, ...]) -> None:
    words = ", ".join(f"'{each}'" for each in deeds)
    with op.batch_alter_table("link_act") as batch_op:
        batch_op.drop_constraint(op.f("ck_link_act_what"), type_="check")
        batch_op.create_check_constraint(op.f("ck_link_act_what"), f"what IN ({words})")

"""Keep what postings said, tell of changes, publish by a second person, list from a day on."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NOTE = "INSERT INTO page_change (at) VALUES (CURRENT_TIMESTAMP)"
KEPT = "posting_id, number, kind, at, reason, snapshot, is_material, changes"
OLD = "'draft', 'scheduled', 'open', 'closed', 'filled', 'cancelled'"
NEW = "'draft', 'awaiting approval', 'scheduled', 'open', 'closed', 'filled', 'cancelled'"
STATES = (("posting", "state"), ("posting_change", "old"), ("posting_change", "new"))
CHECKS = {
    "listing_instant": "(listed_on IS NULL) = (listed_at IS NULL)",
    "listed_later": "listed_on IS NULL OR unlisted",
    "asked_by_somebody": "state <> 'awaiting approval' OR asked_by_id IS NOT NULL",
    "second_person": "approved_by_id IS NULL OR (asked_by_id IS NOT NULL AND approved_by_id <>"
    " asked_by_id AND (edited_by_id IS NULL OR approved_by_id <> edited_by_id))",
}
PEOPLE = ("asked_by_id", "edited_by_id", "approved_by_id")


def upgrade() -> None:
    _name_states(NEW)
    with op.batch_alter_table("posting") as batch:
        batch.add_column(sa.Column("listed_on", sa.Date(), nullable=True))
        batch.add_column(sa.Column("listed_at", sa.DateTime(timezone=True), nullable=True))
        for column in PEOPLE:
            batch.add_column(sa.Column(column, sa.Integer(), nullable=True))
            batch.create_foreign_key(op.f(f"fk_posting_{column}"), "person", [column], ["id"])
        for name, condition in CHECKS.items():
            batch.create_check_constraint(op.f(f"ck_posting_{name}"), condition)
    _watch("posting", anew=True)
    _create_versions()
    _create_what_is_to_come()
    op.create_table(
        "publishing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("second_person", sa.Boolean(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_publishing_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publishing")),
    )


def _sqlite() -> bool:
    return bool(op.get_bind().dialect.name == "sqlite")


def _name_states(states: str) -> None:
    for table, column in STATES:
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(op.f(f"ck_{table}_{column}"), type_="check")
            batch.create_check_constraint(op.f(f"ck_{table}_{column}"), f"{column} IN ({states})")


def _watch(table: str, *, anew: bool = False) -> None:
    """Note changes of a table that public pages show; SQLite forgot when it was built `anew`."""
    if anew and not _sqlite():
        return
    for what in ("INSERT", "UPDATE", "DELETE"):
        head = f"CREATE TRIGGER page_{table}_{what.lower()} AFTER {what} ON {table}"
        if _sqlite():
            op.execute(f"{head} BEGIN {NOTE}; END")
        else:
            op.execute(f"{head} FOR EACH STATEMENT EXECUTE FUNCTION page_changed()")


def _create_versions() -> None:
    op.create_table(
        "posting_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("is_material", sa.Boolean(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('published', 'changed', 'reopened')", name=op.f("ck_posting_version_kind")
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_posting_version_number")),
        sa.CheckConstraint("snapshot <> ''", name=op.f("ck_posting_version_snapshot")),
        sa.CheckConstraint(
            "NOT is_material OR reason <> ''", name=op.f("ck_posting_version_material_has_reason")
        ),
        sa.CheckConstraint(
            "NOT is_material OR number > 1",
            name=op.f("ck_posting_version_first_changes_nothing"),
        ),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["posting.id"], name=op.f("fk_posting_version_posting_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_posting_version_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting_version")),
        sa.UniqueConstraint(
            "posting_id", "number", name=op.f("uq_posting_version_posting_id_number")
        ),
    )
    _watch("posting_version")
    head = f"CREATE TRIGGER posting_version_kept BEFORE UPDATE OF {KEPT} ON posting_version"
    if _sqlite():
        op.execute(f"{head} BEGIN SELECT RAISE(ABORT, 'posting_version_kept'); END")
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION posting_version_kept() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'posting_version_kept' USING ERRCODE = 'check_violation';"
        " END $$"
    )
    op.execute(f"{head} FOR EACH ROW EXECUTE FUNCTION posting_version_kept()")


def _create_what_is_to_come() -> None:
    op.create_table(
        "announcement",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("told_through", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("told >= 0", name=op.f("ck_announcement_told")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["posting_version.id"], name=op.f("fk_announcement_version_id")
        ),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_announcement")),
    )
    op.create_index(op.f("ix_announcement_done_at"), "announcement", ["done_at"])
    op.create_table(
        "planned_reopening",
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("open_until_filled", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_planned_reopening_reason")),
        sa.CheckConstraint(
            "NOT (open_until_filled AND closes_on IS NOT NULL)",
            name=op.f("ck_planned_reopening_closing_rule"),
        ),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["posting.id"], name=op.f("fk_planned_reopening_posting_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_planned_reopening_by_id")),
        sa.PrimaryKeyConstraint("posting_id", name=op.f("pk_planned_reopening")),
    )
    op.create_index(op.f("ix_planned_reopening_opens_at"), "planned_reopening", ["opens_at"])


def downgrade() -> None:
    op.drop_table("publishing")
    op.drop_table("planned_reopening")
    op.drop_table("announcement")
    op.drop_table("posting_version")
    if not _sqlite():
        op.execute("DROP FUNCTION posting_version_kept()")
    # What waits for approval is a draft to a house that knows no approval.
    op.execute("UPDATE posting SET state = 'draft' WHERE state = 'awaiting approval'")
    op.execute(
        "DELETE FROM posting_change WHERE old = 'awaiting approval' OR new = 'awaiting approval'"
    )
    with op.batch_alter_table("posting") as batch:
        for name in CHECKS:
            batch.drop_constraint(op.f(f"ck_posting_{name}"), type_="check")
        for column in PEOPLE:
            batch.drop_constraint(op.f(f"fk_posting_{column}"), type_="foreignkey")
            batch.drop_column(column)
        batch.drop_column("listed_on")
        batch.drop_column("listed_at")
    _name_states(OLD)
    _watch("posting", anew=True)

"""Note every change of what public pages show, so that they can be kept ready."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NOTE = "INSERT INTO page_change (at) VALUES (CURRENT_TIMESTAMP)"
WATCHED = {
    "employer": "",
    "letterhead": "",
    "badge": "",
    "position": "",
    "leave": "",
    "person": "name, title, email, disabled_at",
    "posting": "",
    "posting_section": "",
    "requested_document": "",
    "question": "",
    "skill": "",
}


def upgrade() -> None:
    op.create_table(
        "page_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_change")),
        sqlite_autoincrement=True,
    )
    sqlite = op.get_bind().dialect.name == "sqlite"
    if not sqlite:
        op.execute(
            "CREATE OR REPLACE FUNCTION page_changed() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN {NOTE}; RETURN NULL; END $$"
        )
    for table, columns in WATCHED.items():
        for what in (f"UPDATE OF {columns}",) if columns else ("INSERT", "UPDATE", "DELETE"):
            name = f"page_{table}_{what.split(maxsplit=1)[0].lower()}"
            head = f"CREATE TRIGGER {name} AFTER {what} ON {table}"
            if sqlite:
                op.execute(f"{head} BEGIN {NOTE}; END")
            else:
                op.execute(f"{head} FOR EACH STATEMENT EXECUTE FUNCTION page_changed()")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table, columns in WATCHED.items():
            for what in ("update",) if columns else ("insert", "update", "delete"):
                op.execute(f"DROP TRIGGER page_{table}_{what}")
    else:
        op.execute("DROP FUNCTION page_changed() CASCADE")
    op.drop_table("page_change")

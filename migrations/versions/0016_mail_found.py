"""Find applications by what candidates wrote by mail; know a first start that is under way."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

NOTE = "INSERT INTO search_change (application_id) SELECT NEW.application_id;"
TRIGGERS = (
    ("search_reply_insert", "INSERT", "NEW.writer = 'candidate'"),
    ("search_reply_update", "UPDATE OF text", "OLD.text <> NEW.text"),
)


def upgrade() -> None:
    op.create_table(
        "first_start",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_first_start_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_first_start")),
    )
    for name, what, when in TRIGGERS:
        head = f"CREATE TRIGGER {name} AFTER {what} ON reply"
        if op.get_bind().dialect.name == "sqlite":
            op.execute(f"{head} WHEN {when} BEGIN {NOTE} END")
            continue
        op.execute(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN {NOTE} RETURN NULL; END $$"
        )
        op.execute(f"{head} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {name}()")
    # What came before is found as well, once the worker has looked.
    op.execute(
        "INSERT INTO search_change (application_id)"
        " SELECT DISTINCT application_id FROM reply WHERE writer = 'candidate'"
    )


def downgrade() -> None:
    for name, *_ in TRIGGERS:
        if op.get_bind().dialect.name == "sqlite":
            op.execute(f"DROP TRIGGER {name}")
        else:
            op.execute(f"DROP FUNCTION {name}() CASCADE")
    op.drop_table("first_start")

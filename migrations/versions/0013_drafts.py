"""Name sections, keep what was typed and not saved, know templates and who changed a posting."""

import re
from itertools import groupby

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

KINDS = (
    "summary",
    "duties",
    "qualifications",
    "schedule",
    "pay and benefits",
    "how to apply",
    "other",
)
ANSWERS = ("short text", "long text", "yes or no", "choice")
# As headings were understood when this was written: the first of its kind in a posting is it.
MEANINGS = (
    ("other", r"equal|\beeo\b|\beoe\b|non-?discriminat|accommodation|physical"),
    ("how to apply", r"\bappl(?:y|ying|ication)|submi|contact|next steps"),
    ("pay and benefits", r"salar|\bpay\b|wage|compensation|benefit|remuneration"),
    ("schedule", r"schedul|\bhours?\b|\bshifts?\b"),
    (
        "qualifications",
        r"qualif|requirement|education|experience|skills|abilit|who you are|looking for|about you",
    ),
    ("duties", r"\bdut(?:y|ies)|responsib|what you.?ll do|functions|\btasks?\b"),
)
NOTE = "INSERT INTO page_change (at) VALUES (CURRENT_TIMESTAMP)"


def upgrade() -> None:
    with op.batch_alter_table("posting") as batch:
        for name in ("evenings", "weekends", "is_template"):
            batch.add_column(
                sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())
            )
        batch.add_column(sa.Column("changed_by_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_posting_changed_by_id"), "person", ["changed_by_id"], ["id"]
        )
        batch.create_check_constraint(
            op.f("ck_posting_template_is_draft"),
            "NOT is_template OR (state = 'draft' AND published_at IS NULL)",
        )
    with op.batch_alter_table("posting") as batch:
        for name in ("evenings", "weekends", "is_template"):
            batch.alter_column(name, server_default=None)
    _add_kinds()
    _allow_answers(*ANSWERS, "link")
    op.create_table(
        "unsaved_words",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("typed", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(typed IS NULL) = (kept_at IS NULL)", name=op.f("ck_unsaved_words_kept")
        ),
        sa.CheckConstraint("seen_at >= opened_at", name=op.f("ck_unsaved_words_seen")),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["posting.id"], name=op.f("fk_unsaved_words_posting_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_unsaved_words_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unsaved_words")),
        sa.UniqueConstraint("token", name=op.f("uq_unsaved_words_token")),
    )
    for column in ("posting_id", "person_id", "seen_at"):
        op.create_index(op.f(f"ix_unsaved_words_{column}"), "unsaved_words", [column])
    _watch_again()


def _add_kinds() -> None:
    with op.batch_alter_table("posting_section") as batch:
        batch.add_column(
            sa.Column(
                "kind",
                sa.Enum(*KINDS, name="kind", native_enum=False, length=60),
                nullable=False,
                server_default="other",
            )
        )
        batch.create_check_constraint(
            op.f("ck_posting_section_kind"),
            "kind IN ({})".format(", ".join(f"'{kind}'" for kind in KINDS)),
        )
    with op.batch_alter_table("posting_section") as batch:
        batch.alter_column("kind", server_default=None)
    bind = op.get_bind()
    rows = bind.execute(
        sa.text("SELECT id, posting_id, heading FROM posting_section ORDER BY posting_id, rank")
    ).all()
    for _posting, sections in groupby(rows, key=lambda row: row.posting_id):
        taken: set[str] = set()
        for place, row in enumerate(sections):
            kind = _kind_of(row.heading, place)
            if kind != "other" and kind not in taken:
                taken.add(kind)
                bind.execute(
                    sa.text("UPDATE posting_section SET kind = :kind WHERE id = :id"),
                    {"kind": kind, "id": row.id},
                )


def _kind_of(heading: str, place: int) -> str:
    if not heading.strip():
        return "other" if place else "summary"
    found = (kind for kind, words in MEANINGS if re.search(words, heading[:90], re.IGNORECASE))
    return next(found, "other")


def _allow_answers(*kinds: str) -> None:
    with op.batch_alter_table("question") as batch:
        batch.drop_constraint(op.f("ck_question_kind"), type_="check")
        batch.create_check_constraint(
            op.f("ck_question_kind"),
            "kind IN ({})".format(", ".join(f"'{kind}'" for kind in kinds)),
        )


def _watch_again() -> None:
    """Put the triggers back that SQLite dropped with the tables that were built anew."""
    if op.get_bind().dialect.name != "sqlite":
        return
    for table in ("posting", "posting_section", "question"):
        for what in ("INSERT", "UPDATE", "DELETE"):
            name = f"page_{table}_{what.lower()}"
            op.execute(f"CREATE TRIGGER {name} AFTER {what} ON {table} BEGIN {NOTE}; END")


def downgrade() -> None:
    op.drop_table("unsaved_words")
    op.execute("UPDATE question SET kind = 'short text' WHERE kind = 'link'")
    _allow_answers(*ANSWERS)
    with op.batch_alter_table("posting_section") as batch:
        batch.drop_constraint(op.f("ck_posting_section_kind"), type_="check")
        batch.drop_column("kind")
    with op.batch_alter_table("posting") as batch:
        batch.drop_constraint(op.f("ck_posting_template_is_draft"), type_="check")
        batch.drop_constraint(op.f("fk_posting_changed_by_id"), type_="foreignkey")
        for name in ("evenings", "weekends", "is_template", "changed_by_id"):
            batch.drop_column(name)
    _watch_again()

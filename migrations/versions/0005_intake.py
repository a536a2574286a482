"""Keep mail that arrives, and what staff chose to do with such mail."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Applications come by mail, too: sent by their candidates, and so without a colleague's name.
OLD_CHANNELS, NEW_CHANNELS = "('web', 'paper', 'desk')", "('web', 'mail', 'paper', 'desk')"
CHANGED = (
    ("channel", f"channel IN {OLD_CHANNELS}", f"channel IN {NEW_CHANNELS}"),
    (
        "reachable",
        "name <> '' AND (email <> '' OR channel <> 'web')",
        "name <> '' AND (email <> '' OR channel NOT IN ('web', 'mail'))",
    ),
    (
        "keyed_in_by_whom",
        "(channel = 'web') = (entered_by_id IS NULL)",
        "(channel IN ('web', 'mail')) = (entered_by_id IS NULL)",
    ),
    (
        "keyed_in_came_on",
        "(channel = 'web') = (received_on IS NULL)",
        "(channel IN ('web', 'mail')) = (received_on IS NULL)",
    ),
)


def _change_checks(changes: "tuple[tuple[str, str, str], ...]") -> None:
    """Put other checks on the applications; what else hangs on the table stays as it is.

    SQLite changes no check in place: the table is made anew from its own words, with its
    rows, indexes and triggers (https://www.sqlite.org/lang_altertable.html#otheralter).
    """
    if op.get_bind().dialect.name != "sqlite":
        for name, _, new in changes:
            op.drop_constraint(op.f(f"ck_application_{name}"), "application", type_="check")
            op.create_check_constraint(op.f(f"ck_application_{name}"), "application", new)
        return
    bind = op.get_bind()
    named = sa.text(
        "SELECT type, sql FROM sqlite_master WHERE tbl_name = 'application' AND sql IS NOT NULL"
    )
    rows = [(row.type, row.sql) for row in bind.execute(named)]
    (table,) = (sql for kind, sql in rows if kind == "table")
    for _, old, new in changes:
        if old not in table:
            raise ValueError(f"The table of applications does not say: {old}")
        table = table.replace(old, new)
    start = table.index("(")
    bind.exec_driver_sql(f"CREATE TABLE application_anew {table[start:]}")
    bind.exec_driver_sql("INSERT INTO application_anew SELECT * FROM application")
    bind.exec_driver_sql("DROP TABLE application")
    bind.exec_driver_sql("ALTER TABLE application_anew RENAME TO application")
    for kind, sql in rows:
        if kind != "table":
            bind.exec_driver_sql(sql)


def upgrade() -> None:
    _change_checks(CHANGED)
    op.create_table(
        "filing_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "sender",
                "subject",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=60,
            ),
            nullable=False,
        ),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_by_id", sa.Integer(), nullable=True),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.CheckConstraint("value <> ''", name=op.f("ck_filing_rule_says_something")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_filing_rule_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["posting.id"], name=op.f("fk_filing_rule_posting_id")
        ),
        sa.ForeignKeyConstraint(
            ["removed_by_id"], ["person.id"], name=op.f("fk_filing_rule_removed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_rule")),
    )
    with op.batch_alter_table("filing_rule", schema=None) as batch_op:
        batch_op.create_index(
            "ix_filing_rule_one",
            ["kind", "value"],
            unique=True,
            sqlite_where=sa.text("removed_at IS NULL"),
            postgresql_where=sa.text("removed_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_filing_rule_posting_id"), ["posting_id"], unique=False)

    op.create_table(
        "completion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_completion_application_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_completion")),
        sa.UniqueConstraint("application_id", name=op.f("uq_completion_application_id")),
    )
    op.create_table(
        "incoming_email",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_key", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=True),
        sa.Column("duplicate_of_id", sa.Integer(), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("from_name", sa.Text(), nullable=False),
        sa.Column("from_address", sa.Text(), nullable=False),
        sa.Column("recipients", sa.JSON(), nullable=False),
        sa.Column("reply_ids", sa.JSON(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("understood_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "verdict",
            sa.Enum(
                "application",
                "reply",
                "bounce",
                "auto_reply",
                "calendar",
                "unsorted",
                "duplicate",
                "quarantined",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=60,
            ),
            nullable=True,
        ),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("suggestions", sa.JSON(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=True),
        sa.Column("posting_id", sa.Integer(), nullable=True),
        sa.Column("outgoing_email_id", sa.Integer(), nullable=True),
        sa.Column("interview_id", sa.Integer(), nullable=True),
        sa.Column("forwarded_by_id", sa.Integer(), nullable=True),
        sa.Column("rule_id", sa.Integer(), nullable=True),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("filed_by_id", sa.Integer(), nullable=True),
        sa.Column("dismissed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dismissed_by_id", sa.Integer(), nullable=True),
        sa.Column("dismissal", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(verdict = 'duplicate') = (duplicate_of_id IS NOT NULL)",
            name=op.f("ck_incoming_email_duplicate_of_what"),
        ),
        sa.CheckConstraint(
            "dismissed_at IS NULL OR dismissal <> ''",
            name=op.f("ck_incoming_email_dismissed_with_reason"),
        ),
        sa.CheckConstraint(
            "verdict IS NULL OR verdict <> 'application' OR application_id IS NOT NULL",
            name=op.f("ck_incoming_email_application_is_there"),
        ),
        sa.CheckConstraint(
            "(verdict IS NULL) = (understood_at IS NULL)",
            name=op.f("ck_incoming_email_verdict_has_time"),
        ),
        sa.CheckConstraint(
            "filed_at IS NULL OR dismissed_at IS NULL", name=op.f("ck_incoming_email_one_end")
        ),
        sa.CheckConstraint("size >= 0", name=op.f("ck_incoming_email_size")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_incoming_email_application_id")
        ),
        sa.ForeignKeyConstraint(
            ["dismissed_by_id"], ["person.id"], name=op.f("fk_incoming_email_dismissed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["duplicate_of_id"],
            ["incoming_email.id"],
            name=op.f("fk_incoming_email_duplicate_of_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["filed_by_id"], ["person.id"], name=op.f("fk_incoming_email_filed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["forwarded_by_id"], ["person.id"], name=op.f("fk_incoming_email_forwarded_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["interview_id"], ["interview.id"], name=op.f("fk_incoming_email_interview_id")
        ),
        sa.ForeignKeyConstraint(
            ["outgoing_email_id"],
            ["outgoing_email.id"],
            name=op.f("fk_incoming_email_outgoing_email_id"),
        ),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["posting.id"], name=op.f("fk_incoming_email_posting_id")
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["filing_rule.id"], name=op.f("fk_incoming_email_rule_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming_email")),
        sa.UniqueConstraint("file_key", name=op.f("uq_incoming_email_file_key")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_incoming_email_fingerprint")),
        sa.UniqueConstraint("sha256", name=op.f("uq_incoming_email_sha256")),
    )
    with op.batch_alter_table("incoming_email", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_incoming_email_application_id"), ["application_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_incoming_email_duplicate_of_id"), ["duplicate_of_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_incoming_email_interview_id"), ["interview_id"], unique=False
        )
        batch_op.create_index("ix_incoming_email_message_id", ["message_id"], unique=False)
        batch_op.create_index("ix_incoming_email_newest", ["kept_at", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_incoming_email_outgoing_email_id"), ["outgoing_email_id"], unique=False
        )
        batch_op.create_index(
            "ix_incoming_email_pending",
            ["id"],
            unique=False,
            sqlite_where=sa.text("verdict IS NULL"),
            postgresql_where=sa.text("verdict IS NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_incoming_email_posting_id"), ["posting_id"], unique=False
        )
        batch_op.create_index(
            "ix_incoming_email_tray",
            ["id"],
            unique=False,
            sqlite_where=sa.text(
                "verdict IN ('unsorted', 'quarantined') AND filed_at IS NULL AND dismissed_at IS NULL"
            ),
            postgresql_where=sa.text(
                "verdict IN ('unsorted', 'quarantined') AND filed_at IS NULL AND dismissed_at IS NULL"
            ),
        )

    op.create_table(
        "calendar_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email_id", sa.Integer(), nullable=False),
        sa.Column("interview_id", sa.Integer(), nullable=True),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("attendee", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["email_id"], ["incoming_email.id"], name=op.f("fk_calendar_answer_email_id")
        ),
        sa.ForeignKeyConstraint(
            ["interview_id"], ["interview.id"], name=op.f("fk_calendar_answer_interview_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_answer")),
    )
    with op.batch_alter_table("calendar_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_answer_email_id"), ["email_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_calendar_answer_interview_id"), ["interview_id"], unique=False
        )

    op.create_table(
        "incoming_attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("guess", sa.Text(), nullable=False),
        sa.Column("application_document_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "accepted OR reason <> ''", name=op.f("ck_incoming_attachment_refused_with_reason")
        ),
        sa.ForeignKeyConstraint(
            ["application_document_id"],
            ["application_document.id"],
            name=op.f("fk_incoming_attachment_application_document_id"),
        ),
        sa.ForeignKeyConstraint(
            ["email_id"], ["incoming_email.id"], name=op.f("fk_incoming_attachment_email_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming_attachment")),
        sa.UniqueConstraint("email_id", "rank", name=op.f("uq_incoming_attachment_email_id_rank")),
    )
    with op.batch_alter_table("incoming_attachment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_incoming_attachment_application_document_id"),
            ["application_document_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_incoming_attachment_email_id"), ["email_id"], unique=False
        )


def downgrade() -> None:
    op.execute("UPDATE application SET channel = 'web' WHERE channel = 'mail'")
    _change_checks(tuple((name, new, old) for name, old, new in CHANGED))
    with op.batch_alter_table("incoming_attachment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_incoming_attachment_email_id"))
        batch_op.drop_index(batch_op.f("ix_incoming_attachment_application_document_id"))

    op.drop_table("incoming_attachment")
    with op.batch_alter_table("calendar_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calendar_answer_interview_id"))
        batch_op.drop_index(batch_op.f("ix_calendar_answer_email_id"))

    op.drop_table("calendar_answer")
    with op.batch_alter_table("incoming_email", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_incoming_email_tray",
            sqlite_where=sa.text(
                "verdict IN ('unsorted', 'quarantined') AND filed_at IS NULL AND dismissed_at IS NULL"
            ),
            postgresql_where=sa.text(
                "verdict IN ('unsorted', 'quarantined') AND filed_at IS NULL AND dismissed_at IS NULL"
            ),
        )
        batch_op.drop_index(batch_op.f("ix_incoming_email_posting_id"))
        batch_op.drop_index(
            "ix_incoming_email_pending",
            sqlite_where=sa.text("verdict IS NULL"),
            postgresql_where=sa.text("verdict IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_incoming_email_outgoing_email_id"))
        batch_op.drop_index("ix_incoming_email_newest")
        batch_op.drop_index("ix_incoming_email_message_id")
        batch_op.drop_index(batch_op.f("ix_incoming_email_interview_id"))
        batch_op.drop_index(batch_op.f("ix_incoming_email_duplicate_of_id"))
        batch_op.drop_index(batch_op.f("ix_incoming_email_application_id"))

    op.drop_table("incoming_email")
    op.drop_table("completion")
    with op.batch_alter_table("filing_rule", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_filing_rule_posting_id"))
        batch_op.drop_index(
            "ix_filing_rule_one",
            sqlite_where=sa.text("removed_at IS NULL"),
            postgresql_where=sa.text("removed_at IS NULL"),
        )

    op.drop_table("filing_rule")

"""Lay down the first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# A panelist has one interview at one time; the databases say it each in its own way.
SQLITE_BUSY = (
    "CREATE TRIGGER panelist_busy_insert BEFORE INSERT ON panelist WHEN NEW.active AND EXISTS (SELECT 1 FROM panelist AS other WHERE other.active AND other.person_id = NEW.person_id AND other.id <> coalesce(NEW.id, -1) AND other.starts_at < NEW.ends_at AND NEW.starts_at < other.ends_at) BEGIN SELECT RAISE(ABORT, 'panelist_busy'); END",
    "CREATE TRIGGER panelist_busy_update BEFORE UPDATE ON panelist WHEN NEW.active AND EXISTS (SELECT 1 FROM panelist AS other WHERE other.active AND other.person_id = NEW.person_id AND other.id <> coalesce(NEW.id, -1) AND other.starts_at < NEW.ends_at AND NEW.starts_at < other.ends_at) BEGIN SELECT RAISE(ABORT, 'panelist_busy'); END",
)
POSTGRESQL_BUSY = "ALTER TABLE panelist ADD CONSTRAINT panelist_busy EXCLUDE USING gist (int8range(person_id, person_id, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&) WHERE (active)"

# The words of applications: where they are looked up, and what notes that they changed.
SQLITE_SEARCH = (
    "CREATE VIRTUAL TABLE search_text USING fts5(words, loose, content='search_entry', content_rowid='application_id', tokenize='ascii', columnsize=0)",
    "CREATE TRIGGER search_entry_insert AFTER INSERT ON search_entry BEGIN INSERT INTO search_text (rowid, words, loose) VALUES (NEW.application_id, NEW.words, NEW.loose); END",
    "CREATE TRIGGER search_entry_delete AFTER DELETE ON search_entry BEGIN INSERT INTO search_text (search_text, rowid, words, loose) VALUES ('delete', OLD.application_id, OLD.words, OLD.loose); END",
    "CREATE TRIGGER search_entry_update AFTER UPDATE OF words, loose ON search_entry BEGIN INSERT INTO search_text (search_text, rowid, words, loose) VALUES ('delete', OLD.application_id, OLD.words, OLD.loose); INSERT INTO search_text (rowid, words, loose) VALUES (NEW.application_id, NEW.words, NEW.loose); END",
    "CREATE TRIGGER search_application_insert AFTER INSERT ON application BEGIN INSERT INTO search_change (application_id) SELECT NEW.id; END",
    "CREATE TRIGGER search_application_update AFTER UPDATE OF number, name, email, phone, posting_id ON application BEGIN INSERT INTO search_change (application_id) SELECT NEW.id; END",
    "CREATE TRIGGER search_answer_insert AFTER INSERT ON answer BEGIN INSERT INTO search_change (application_id) SELECT NEW.application_id; END",
    "CREATE TRIGGER search_answer_update AFTER UPDATE OF text ON answer BEGIN INSERT INTO search_change (application_id) SELECT NEW.application_id; END",
    "CREATE TRIGGER search_application_document_insert AFTER INSERT ON application_document BEGIN INSERT INTO search_change (application_id) SELECT NEW.application_id; END",
    "CREATE TRIGGER search_document_text_insert AFTER INSERT ON document_text BEGIN INSERT INTO search_change (application_id) SELECT application_id FROM application_document WHERE document_id = NEW.document_id; END",
    "CREATE TRIGGER search_document_text_update AFTER UPDATE OF text ON document_text WHEN OLD.text <> NEW.text BEGIN INSERT INTO search_change (application_id) SELECT application_id FROM application_document WHERE document_id = NEW.document_id; END",
    "CREATE TRIGGER search_document_update AFTER UPDATE OF scan_state ON document WHEN OLD.scan_state <> NEW.scan_state BEGIN INSERT INTO search_change (application_id) SELECT application_id FROM application_document WHERE document_id = NEW.id; END",
)
SQLITE_UNDO = ("DROP TABLE IF EXISTS search_text",)
POSTGRESQL_SEARCH = (
    "ALTER TABLE search_entry SET (toast_tuple_target = 128)",
    "CREATE INDEX ix_search_entry_words ON search_entry USING gin (words) WITH (fastupdate = off)",
    "CREATE OR REPLACE FUNCTION search_application_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO search_change (application_id) SELECT NEW.id; RETURN NULL; END $$",
    "CREATE TRIGGER search_application_insert AFTER INSERT ON application FOR EACH ROW EXECUTE FUNCTION search_application_insert()",
    "CREATE OR REPLACE FUNCTION search_application_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO search_change (application_id) SELECT NEW.id; RETURN NULL; END $$",
    "CREATE TRIGGER search_application_update AFTER UPDATE OF number, name, email, phone, posting_id ON application FOR EACH ROW EXECUTE FUNCTION search_application_update()",
    "CREATE OR REPLACE FUNCTION search_answer_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO search_change (application_id) SELECT NEW.application_id; RETURN NULL; END $$",
    "CREATE TRIGGER search_answer_insert AFTER INSERT ON answer FOR EACH ROW EXECUTE FUNCTION search_answer_insert()",
    "CREATE OR REPLACE FUNCTION search_answer_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO search_change (application_id) SELECT NEW.application_id; RETURN NULL; END $$",
    "CREATE TRIGGER search_answer_update AFTER UPDATE OF text ON answer FOR EACH ROW EXECUTE FUNCTION search_answer_update()",
    "CREATE OR REPLACE FUNCTION search_application_document_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO search_change (application_id) SELECT NEW.application_id; RETURN NULL; END $$",
    "CREATE TRIGGER search_application_document_insert AFTER INSERT ON application_document FOR EACH ROW EXECUTE FUNCTION search_application_document_insert()",
    "CREATE OR REPLACE FUNCTION search_document_text_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO search_change (application_id) SELECT application_id FROM application_document WHERE document_id = NEW.document_id; RETURN NULL; END $$",
    "CREATE TRIGGER search_document_text_insert AFTER INSERT ON document_text FOR EACH ROW EXECUTE FUNCTION search_document_text_insert()",
    "CREATE OR REPLACE FUNCTION search_document_text_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO search_change (application_id) SELECT application_id FROM application_document WHERE document_id = NEW.document_id; RETURN NULL; END $$",
    "CREATE TRIGGER search_document_text_update AFTER UPDATE OF text ON document_text FOR EACH ROW WHEN (OLD.text <> NEW.text) EXECUTE FUNCTION search_document_text_update()",
    "CREATE OR REPLACE FUNCTION search_document_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO search_change (application_id) SELECT application_id FROM application_document WHERE document_id = NEW.id; RETURN NULL; END $$",
    "CREATE TRIGGER search_document_update AFTER UPDATE OF scan_state ON document FOR EACH ROW WHEN (OLD.scan_state <> NEW.scan_state) EXECUTE FUNCTION search_document_update()",
)
POSTGRESQL_UNDO = (
    "DROP FUNCTION IF EXISTS search_application_insert() CASCADE",
    "DROP FUNCTION IF EXISTS search_application_update() CASCADE",
    "DROP FUNCTION IF EXISTS search_answer_insert() CASCADE",
    "DROP FUNCTION IF EXISTS search_answer_update() CASCADE",
    "DROP FUNCTION IF EXISTS search_application_document_insert() CASCADE",
    "DROP FUNCTION IF EXISTS search_document_text_insert() CASCADE",
    "DROP FUNCTION IF EXISTS search_document_text_update() CASCADE",
    "DROP FUNCTION IF EXISTS search_document_update() CASCADE",
)


def upgrade() -> None:
    op.create_table(
        "badge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("file_key", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("alternative_text", sa.Text(), nullable=False),
        sa.CheckConstraint("alternative_text <> ''", name=op.f("ck_badge_alternative_text")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_badge")),
        sa.UniqueConstraint("file_key", name=op.f("uq_badge_file_key")),
    )
    op.create_table(
        "candidate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_candidate_email_lower")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidate")),
        sa.UniqueConstraint("email", name=op.f("uq_candidate_email")),
    )
    op.create_table(
        "document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_key", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("words", sa.Integer(), nullable=True),
        sa.Column("first_lines", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("preview_state", sa.Text(), nullable=False),
        sa.Column("preview_claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("scan_state", sa.Text(), nullable=False),
        sa.Column("scan_claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("scan_note", sa.Text(), nullable=False),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "preview_state IN ('waiting', 'ready', 'none')", name=op.f("ck_document_preview_state")
        ),
        sa.CheckConstraint(
            "scan_state IN ('none', 'waiting', 'clean', 'infected')",
            name=op.f("ck_document_scan_state"),
        ),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_document_sha256")),
        sa.CheckConstraint("size > 0", name=op.f("ck_document_size")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("file_key", name=op.f("uq_document_file_key")),
    )
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_document_preview_state"), ["preview_state"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_document_scan_state"), ["scan_state"], unique=False)

    op.create_table(
        "employer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("street", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("postal_code", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("website", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("accent_colour", sa.Text(), nullable=False),
        sa.Column("logo_key", sa.Text(), nullable=True),
        sa.Column("logo_type", sa.Text(), nullable=True),
        sa.Column("introduction", sa.Text(), nullable=False),
        sa.Column("film_url", sa.Text(), nullable=False),
        sa.Column("equal_opportunity_statement", sa.Text(), nullable=False),
        sa.Column("accommodation_name", sa.Text(), nullable=False),
        sa.Column("accommodation_email", sa.Text(), nullable=False),
        sa.Column("accommodation_phone", sa.Text(), nullable=False),
        sa.Column("privacy_notice", sa.Text(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_employer_one_row")),
        sa.CheckConstraint("length(currency) = 3", name=op.f("ck_employer_currency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employer")),
    )
    op.create_table(
        "ended_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ended_session")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_ended_session_key_hash")),
    )
    with op.batch_alter_table("ended_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ended_session_ended_at"), ["ended_at"], unique=False)

    op.create_table(
        "letterhead",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sender_name", sa.Text(), nullable=False),
        sa.Column("sender_address", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_letterhead_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letterhead")),
    )
    op.create_table(
        "lost_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lost_link")),
    )
    op.create_table(
        "outgoing_email",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("once_key", sa.Text(), nullable=True),
        sa.Column("recipient_name", sa.Text(), nullable=False),
        sa.Column("recipient_address", sa.Text(), nullable=False),
        sa.Column("sender_name", sa.Text(), nullable=False),
        sa.Column("sender_address", sa.Text(), nullable=False),
        sa.Column("reply_to_name", sa.Text(), nullable=False),
        sa.Column("reply_to_address", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=True),
        sa.Column("calendar_method", sa.Text(), nullable=True),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("about_kind", sa.Text(), nullable=True),
        sa.Column("about_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "sent",
                "delayed",
                "failed",
                "held",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=60,
            ),
            nullable=False,
        ),
        sa.Column("attempts_count", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_answer", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_outgoing_email_sent_has_time")
        ),
        sa.CheckConstraint("attempts_count >= 0", name=op.f("ck_outgoing_email_attempts_count")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_email")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outgoing_email_message_id")),
        sa.UniqueConstraint("once_key", name=op.f("uq_outgoing_email_once_key")),
    )
    with op.batch_alter_table("outgoing_email", schema=None) as batch_op:
        batch_op.create_index("ix_outgoing_email_about", ["about_kind", "about_id"], unique=False)
        batch_op.create_index("ix_outgoing_email_due", ["state", "next_attempt_at"], unique=False)
        batch_op.create_index("ix_outgoing_email_newest", ["created_at", "id"], unique=False)

    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "administrator",
                "coordinator",
                "manager",
                "panelist",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=60,
            ),
            nullable=True,
        ),
        sa.Column("unconfirmed", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("email LIKE '%_@_%'", name=op.f("ck_person_email_shape")),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_person_email_lower")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    op.create_table(
        "reset_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reset_request")),
    )
    op.create_table(
        "search_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_change")),
        info={"derived": True},
        sqlite_autoincrement=True,
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_key", sa.Text(), nullable=False),
        sa.Column("client_address", sa.Text(), nullable=False),
        sa.Column("device_key", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_attempt_account", ["account_key", "at"], unique=False)
        batch_op.create_index("ix_sign_in_attempt_address", ["client_address", "at"], unique=False)

    op.create_table(
        "tally",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "act",
            sa.Enum(
                "application",
                "upload",
                "enquiry",
                name="act",
                native_enum=False,
                create_constraint=True,
                length=60,
            ),
            nullable=False,
        ),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("window_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tally")),
        sa.UniqueConstraint("act", "place", "window_at", name=op.f("uq_tally_act_place_window_at")),
    )
    with op.batch_alter_table("tally", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tally_window_at"), ["window_at"], unique=False)

    op.create_table(
        "wording",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wording")),
        sa.UniqueConstraint("message", "language", name=op.f("uq_wording_message_language")),
    )
    op.create_table(
        "delivery_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recipient_address", sa.Text(), nullable=False),
        sa.Column(
            "result",
            sa.Enum(
                "accepted",
                "refused for now",
                "refused",
                "unreachable",
                name="result",
                native_enum=False,
                create_constraint=True,
                length=60,
            ),
            nullable=False,
        ),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["email_id"], ["outgoing_email.id"], name=op.f("fk_delivery_attempt_email_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_attempt")),
    )
    with op.batch_alter_table("delivery_attempt", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_delivery_attempt_email_id"), ["email_id"], unique=False
        )

    op.create_table(
        "document_text",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_document_text_document_id")
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_document_text")),
    )
    op.create_table(
        "original_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("file_key", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_original_file_sha256")),
        sa.CheckConstraint("size > 0", name=op.f("ck_original_file_size")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_original_file_document_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_original_file")),
        sa.UniqueConstraint("document_id", "rank", name=op.f("uq_original_file_document_id_rank")),
        sa.UniqueConstraint("file_key", name=op.f("uq_original_file_file_key")),
    )
    with op.batch_alter_table("original_file", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_original_file_document_id"), ["document_id"], unique=False
        )

    op.create_table(
        "page_image",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("file_key", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_page_image_document_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_image")),
        sa.UniqueConstraint("document_id", "number", name=op.f("uq_page_image_document_id_number")),
        sa.UniqueConstraint("file_key", name=op.f("uq_page_image_file_key")),
    )
    with op.batch_alter_table("page_image", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_page_image_document_id"), ["document_id"], unique=False
        )

    op.create_table(
        "position",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=True),
        sa.Column("deputy_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "holder_id IS NULL OR holder_id <> deputy_id",
            name=op.f("ck_position_deputy_is_another"),
        ),
        sa.ForeignKeyConstraint(["deputy_id"], ["person.id"], name=op.f("fk_position_deputy_id")),
        sa.ForeignKeyConstraint(["holder_id"], ["person.id"], name=op.f("fk_position_holder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position")),
        sa.UniqueConstraint("title", name=op.f("uq_position_title")),
    )
    with op.batch_alter_table("position", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_position_deputy_id"), ["deputy_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_position_holder_id"), ["holder_id"], unique=False)

    op.create_table(
        "sign_in_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "invitation",
                "reset",
                "sign in",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=60,
            ),
            nullable=False,
        ),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_sign_in_link_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_sign_in_link_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_link_token_hash")),
    )
    with op.batch_alter_table("sign_in_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_link_person_id"), ["person_id"], unique=False)

    op.create_table(
        "posting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "scheduled",
                "open",
                "closed",
                "filled",
                "cancelled",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=60,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("employment_types", sa.JSON(), nullable=False),
        sa.Column("hours_min", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("hours_max", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("schedule", sa.Text(), nullable=False),
        sa.Column("pay_min", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("pay_max", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column(
            "pay_unit",
            sa.Enum(
                "HOUR",
                "DAY",
                "WEEK",
                "MONTH",
                "YEAR",
                name="pay_unit",
                native_enum=False,
                create_constraint=True,
                length=60,
            ),
            nullable=True,
        ),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("pay_note", sa.Text(), nullable=False),
        sa.Column("benefits", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("reports_to", sa.Text(), nullable=False),
        sa.Column("contact_person_id", sa.Integer(), nullable=True),
        sa.Column("contact_position_id", sa.Integer(), nullable=True),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("closes_time", sa.Time(), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("open_until_filled", sa.Boolean(), nullable=False),
        sa.Column("first_review_on", sa.Date(), nullable=True),
        sa.Column("interviews_begin_on", sa.Date(), nullable=True),
        sa.Column("answer_by_on", sa.Date(), nullable=True),
        sa.Column("openings", sa.Integer(), nullable=False),
        sa.Column("subject_keyword", sa.Text(), nullable=False),
        sa.Column("unlisted", sa.Boolean(), nullable=False),
        sa.Column("accepting", sa.Boolean(), nullable=False),
        sa.Column("accepts_late", sa.Boolean(), nullable=False),
        sa.Column("equal_opportunity_text", sa.Text(), nullable=False),
        sa.Column("publish_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source_name", sa.Text(), nullable=True),
        sa.Column("source_sha256", sa.Text(), nullable=True),
        sa.Column("source_text", sa.Text(), nullable=True),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'cancelled') OR (title <> '' AND (contact_person_id IS NOT NULL OR contact_position_id IS NOT NULL))",
            name=op.f("ck_posting_published_is_whole"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('open', 'closed', 'filled') OR published_at IS NOT NULL",
            name=op.f("ck_posting_published_has_time"),
        ),
        sa.CheckConstraint(
            "(closes_on IS NULL) = (closes_at IS NULL)", name=op.f("ck_posting_closing_instant")
        ),
        sa.CheckConstraint(
            "(pay_min IS NULL AND pay_max IS NULL) OR pay_unit IS NOT NULL",
            name=op.f("ck_posting_pay_has_unit"),
        ),
        sa.CheckConstraint(
            "NOT (open_until_filled AND closes_on IS NOT NULL)",
            name=op.f("ck_posting_closing_rule"),
        ),
        sa.CheckConstraint(
            "contact_person_id IS NULL OR contact_position_id IS NULL",
            name=op.f("ck_posting_one_contact"),
        ),
        sa.CheckConstraint("hours_min <= hours_max", name=op.f("ck_posting_hours_order")),
        sa.CheckConstraint("openings >= 1", name=op.f("ck_posting_openings")),
        sa.CheckConstraint("pay_min <= pay_max", name=op.f("ck_posting_pay_order")),
        sa.CheckConstraint("pay_min >= 0", name=op.f("ck_posting_pay_positive")),
        sa.ForeignKeyConstraint(
            ["contact_person_id"], ["person.id"], name=op.f("fk_posting_contact_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["contact_position_id"], ["position.id"], name=op.f("fk_posting_contact_position_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_posting_created_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting")),
        sa.UniqueConstraint("reference", name=op.f("uq_posting_reference")),
        sa.UniqueConstraint("slug", name=op.f("uq_posting_slug")),
        sa.UniqueConstraint(
            "source_name", "source_sha256", name=op.f("uq_posting_source_name_source_sha256")
        ),
    )
    with op.batch_alter_table("posting", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_posting_contact_person_id"), ["contact_person_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_posting_contact_position_id"), ["contact_position_id"], unique=False
        )
        batch_op.create_index("ix_posting_due", ["state", "closes_at"], unique=False)
        batch_op.create_index(
            "ix_posting_list", ["state", "unlisted", "published_at"], unique=False
        )

    op.create_table(
        "application",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Integer(), nullable=True),
        sa.Column("submission_token", sa.Text(), nullable=False),
        sa.Column("content_sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("email_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "received",
                "under review",
                "shortlisted",
                "interview",
                "references",
                "offer",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=60,
            ),
            nullable=False,
        ),
        sa.Column(
            "outcome",
            sa.Enum(
                "hired",
                "not selected",
                "withdrawn",
                "declined offer",
                "position cancelled",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=60,
            ),
            nullable=True,
        ),
        sa.Column(
            "disposition_reason",
            sa.Enum(
                "minimum qualifications not met",
                "better qualified selected",
                "no response",
                "duplicate",
                "late",
                "pay expectation",
                "not available for the schedule",
                "failed assessment",
                "position filled or cancelled",
                "best qualified",
                "candidate's own decision",
                "other",
                name="disposition_reason",
                native_enum=False,
                create_constraint=True,
                length=60,
            ),
            nullable=True,
        ),
        sa.Column("disposition_note", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("receipt_email_id", sa.Integer(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "web",
                "paper",
                "desk",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=60,
            ),
            nullable=False,
        ),
        sa.Column("entered_by_id", sa.Integer(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("heard_from", sa.Text(), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(channel = 'web') = (entered_by_id IS NULL)",
            name=op.f("ck_application_keyed_in_by_whom"),
        ),
        sa.CheckConstraint(
            "(channel = 'web') = (received_on IS NULL)",
            name=op.f("ck_application_keyed_in_came_on"),
        ),
        sa.CheckConstraint(
            "disposition_reason IS NULL OR (outcome = 'hired' AND disposition_reason IN ('best qualified', 'other')) OR (outcome = 'not selected' AND disposition_reason IN ('minimum qualifications not met', 'better qualified selected', 'no response', 'duplicate', 'late', 'pay expectation', 'not available for the schedule', 'failed assessment', 'position filled or cancelled', 'other')) OR (outcome = 'withdrawn' AND disposition_reason IN ('no response', 'candidate''s own decision', 'other')) OR (outcome = 'declined offer' AND disposition_reason IN ('pay expectation', 'not available for the schedule', 'candidate''s own decision', 'other')) OR (outcome = 'position cancelled' AND disposition_reason IN ('position filled or cancelled', 'other'))",
            name=op.f("ck_application_reason_fits_outcome"),
        ),
        sa.CheckConstraint(
            "disposition_reason IS NULL OR disposition_reason <> 'other' OR disposition_note <> ''",
            name=op.f("ck_application_other_is_explained"),
        ),
        sa.CheckConstraint(
            "name <> '' AND (email <> '' OR channel <> 'web')",
            name=op.f("ck_application_reachable"),
        ),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome = 'withdrawn' OR disposition_reason IS NOT NULL",
            name=op.f("ck_application_outcome_needs_reason"),
        ),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome NOT IN ('hired', 'declined offer') OR stage = 'offer'",
            name=op.f("ck_application_offer_first"),
        ),
        sa.CheckConstraint(
            "(outcome IS NULL) = (ended_at IS NULL)", name=op.f("ck_application_outcome_has_time")
        ),
        sa.CheckConstraint(
            "outcome IS NOT NULL OR disposition_reason IS NULL",
            name=op.f("ck_application_reason_needs_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["candidate_id"], ["candidate.id"], name=op.f("fk_application_candidate_id")
        ),
        sa.ForeignKeyConstraint(
            ["entered_by_id"], ["person.id"], name=op.f("fk_application_entered_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["posting.id"], name=op.f("fk_application_posting_id")
        ),
        sa.ForeignKeyConstraint(
            ["receipt_email_id"],
            ["outgoing_email.id"],
            name=op.f("fk_application_receipt_email_id"),
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["application.id"], name=op.f("fk_application_replaces_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint("number", name=op.f("uq_application_number")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_application_replaces_id")),
        sa.UniqueConstraint("submission_token", name=op.f("uq_application_submission_token")),
    )
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.create_index("ix_application_address", ["email_key", "posting_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_application_candidate_id"), ["candidate_id"], unique=False
        )
        batch_op.create_index(
            "ix_application_list", ["posting_id", "submitted_at", "id"], unique=False
        )
        batch_op.create_index("ix_application_newest", ["submitted_at", "id"], unique=False)
        batch_op.create_index(
            "ix_application_standing", ["posting_id", "outcome", "stage"], unique=False
        )

    op.create_table(
        "enquiry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("email_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("name <> '' AND email <> ''", name=op.f("ck_enquiry_answerable")),
        sa.ForeignKeyConstraint(
            ["email_id"], ["outgoing_email.id"], name=op.f("fk_enquiry_email_id")
        ),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_enquiry_posting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enquiry")),
    )
    with op.batch_alter_table("enquiry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enquiry_posting_id"), ["posting_id"], unique=False)

    op.create_table(
        "posting_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column(
            "old",
            sa.Enum(
                "draft",
                "scheduled",
                "open",
                "closed",
                "filled",
                "cancelled",
                name="old",
                native_enum=False,
                create_constraint=True,
                length=60,
            ),
            nullable=False,
        ),
        sa.Column(
            "new",
            sa.Enum(
                "draft",
                "scheduled",
                "open",
                "closed",
                "filled",
                "cancelled",
                name="new",
                native_enum=False,
                create_constraint=True,
                length=60,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("confirmed", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_posting_change_by_id")),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["posting.id"], name=op.f("fk_posting_change_posting_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting_change")),
    )
    with op.batch_alter_table("posting_change", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_posting_change_posting_id"), ["posting_id"], unique=False
        )

    op.create_table(
        "posting_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "manager",
                "copied",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=60,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_posting_member_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["posting.id"], name=op.f("fk_posting_member_posting_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting_member")),
        sa.UniqueConstraint(
            "posting_id",
            "person_id",
            "role",
            name=op.f("uq_posting_member_posting_id_person_id_role"),
        ),
    )
    with op.batch_alter_table("posting_member", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_posting_member_person_id"), ["person_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_posting_member_posting_id"), ["posting_id"], unique=False
        )

    op.create_table(
        "posting_section",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["posting.id"], name=op.f("fk_posting_section_posting_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting_section")),
    )
    with op.batch_alter_table("posting_section", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_posting_section_posting_id"), ["posting_id"], unique=False
        )

    op.create_table(
        "question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "short text",
                "long text",
                "yes or no",
                "choice",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=60,
            ),
            nullable=False,
        ),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("word_limit", sa.Integer(), nullable=True),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.CheckConstraint("word_limit > 0", name=op.f("ck_question_word_limit")),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["posting.id"], name=op.f("fk_question_posting_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
    )
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_question_posting_id"), ["posting_id"], unique=False)

    op.create_table(
        "requested_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "cover_letter",
                "resume",
                "essay",
                "references",
                "other",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=60,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("instructions", sa.Text(), nullable=False),
        sa.Column("word_limit", sa.Integer(), nullable=True),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.CheckConstraint("word_limit > 0", name=op.f("ck_requested_document_word_limit")),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["posting.id"], name=op.f("fk_requested_document_posting_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requested_document")),
    )
    with op.batch_alter_table("requested_document", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_requested_document_posting_id"), ["posting_id"], unique=False
        )

    op.create_table(
        "skill",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_skill_posting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skill")),
    )
    with op.batch_alter_table("skill", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_skill_posting_id"), ["posting_id"], unique=False)

    op.create_table(
        "accommodation_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("email_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("text <> ''", name=op.f("ck_accommodation_request_says_something")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_accommodation_request_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["email_id"], ["outgoing_email.id"], name=op.f("fk_accommodation_request_email_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accommodation_request")),
    )
    with op.batch_alter_table("accommodation_request", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_accommodation_request_application_id"), ["application_id"], unique=False
        )

    op.create_table(
        "answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_answer_application_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
    )
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_answer_application_id"), ["application_id"], unique=False
        )

    op.create_table(
        "answer_by_hand",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column(
            "way",
            sa.Enum(
                "by letter",
                "by telephone",
                "in person",
                name="way",
                native_enum=False,
                create_constraint=True,
                length=60,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("note <> ''", name=op.f("ck_answer_by_hand_says_something")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_answer_by_hand_application_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_answer_by_hand_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_by_hand")),
    )
    with op.batch_alter_table("answer_by_hand", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_answer_by_hand_application_id"), ["application_id"], unique=False
        )

    op.create_table(
        "application_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "cover_letter",
                "resume",
                "essay",
                "references",
                "other",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=60,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("typed", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["added_by_id"], ["person.id"], name=op.f("fk_application_document_added_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_application_document_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_application_document_document_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_document")),
        sa.UniqueConstraint("document_id", name=op.f("uq_application_document_document_id")),
    )
    with op.batch_alter_table("application_document", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_application_document_application_id"), ["application_id"], unique=False
        )

    op.create_table(
        "application_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("text <> ''", name=op.f("ck_application_note_says_something")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_application_note_application_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_application_note_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_note")),
    )
    with op.batch_alter_table("application_note", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_application_note_application_id"), ["application_id"], unique=False
        )

    op.create_table(
        "assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "why",
            sa.Enum(
                "contact of the posting",
                "manager of the posting, which has no reachable contact",
                "copied on the posting",
                "asked by a colleague",
                "reassigned by hand",
                name="why",
                native_enum=False,
                create_constraint=True,
                length=60,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_email_id", sa.Integer(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_assignment_application_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_assignment_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_assignment_person_id")),
        sa.ForeignKeyConstraint(
            ["told_email_id"], ["outgoing_email.id"], name=op.f("fk_assignment_told_email_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint(
            "application_id", "person_id", name=op.f("uq_assignment_application_id_person_id")
        ),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.create_index("ix_assignment_unseen", ["person_id", "seen_at"], unique=False)

    op.create_table(
        "candidate_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mailed", sa.Boolean(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_candidate_link_application_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidate_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_candidate_link_token_hash")),
    )
    with op.batch_alter_table("candidate_link", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_candidate_link_application_id"), ["application_id"], unique=False
        )

    op.create_table(
        "contact_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("old", sa.Text(), nullable=False),
        sa.Column("new", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "field IN ('name', 'phone', 'email')", name=op.f("ck_contact_change_field")
        ),
        sa.CheckConstraint("old <> new", name=op.f("ck_contact_change_differs")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_contact_change_application_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_contact_change_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_change")),
    )
    with op.batch_alter_table("contact_change", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_contact_change_application_id"), ["application_id"], unique=False
        )

    op.create_table(
        "contact_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_contact_link_application_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_contact_link_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_contact_link_token_hash")),
    )
    with op.batch_alter_table("contact_link", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_contact_link_application_id"), ["application_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_contact_link_person_id"), ["person_id"], unique=False)

    op.create_table(
        "draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("browser_hash", sa.Text(), nullable=False),
        sa.Column("submission_token", sa.Text(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_draft_posting_id")),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["application.id"], name=op.f("fk_draft_replaces_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("submission_token", name=op.f("uq_draft_submission_token")),
    )
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draft_browser_hash"), ["browser_hash"], unique=False)
        batch_op.create_index(batch_op.f("ix_draft_changed_at"), ["changed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_draft_posting_id"), ["posting_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_draft_replaces_id"), ["replaces_id"], unique=False)

    op.create_table(
        "interview",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "in person",
                "by phone",
                "by video",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=60,
            ),
            nullable=False,
        ),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("notes_for_candidate", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "scheduled",
                "cancelled",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=60,
            ),
            nullable=False,
        ),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("organizer_name", sa.Text(), nullable=False),
        sa.Column("organizer_address", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("place <> '' OR link <> ''", name=op.f("ck_interview_somewhere")),
        sa.CheckConstraint("round >= 1", name=op.f("ck_interview_round")),
        sa.CheckConstraint("sequence >= 0", name=op.f("ck_interview_sequence")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_interview_order")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_interview_application_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_interview_created_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interview")),
        sa.UniqueConstraint("uid", name=op.f("uq_interview_uid")),
    )
    with op.batch_alter_table("interview", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_interview_application_id"), ["application_id"], unique=False
        )
        batch_op.create_index("ix_interview_day", ["state", "starts_at"], unique=False)

    op.create_table(
        "new_address",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_new_address_application_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_new_address")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_new_address_token_hash")),
    )
    with op.batch_alter_table("new_address", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_new_address_application_id"), ["application_id"], unique=False
        )

    op.create_table(
        "packet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=True),
        sa.Column("posting_id", sa.Integer(), nullable=True),
        sa.Column("with_originals", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "ready",
                "failed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=60,
            ),
            nullable=False,
        ),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("file_key", sa.Text(), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'ready') = (file_key IS NOT NULL)", name=op.f("ck_packet_ready_has_file")
        ),
        sa.CheckConstraint(
            "state <> 'failed' OR problem <> ''", name=op.f("ck_packet_failure_is_explained")
        ),
        sa.CheckConstraint(
            "(application_id IS NULL) <> (posting_id IS NULL)", name=op.f("ck_packet_of_one_thing")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_packet_application_id")
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_packet_asked_by_id")),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_packet_posting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packet")),
        sa.UniqueConstraint("file_key", name=op.f("uq_packet_file_key")),
        info={"derived": True},
    )
    with op.batch_alter_table("packet", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_packet_application_id"), ["application_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_packet_asked_by_id"), ["asked_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_packet_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_packet_posting_id"), ["posting_id"], unique=False)

    op.create_table(
        "reader",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_reader_application_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reader_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reader")),
        sa.UniqueConstraint(
            "application_id",
            "person_id",
            "because",
            name=op.f("uq_reader_application_id_person_id_because"),
        ),
    )
    with op.batch_alter_table("reader", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reader_person_id"), ["person_id"], unique=False)

    op.create_table(
        "replace_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("earlier_id", sa.Integer(), nullable=False),
        sa.Column("newer_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("newer_id > earlier_id", name=op.f("ck_replace_link_newer_is_later")),
        sa.ForeignKeyConstraint(
            ["earlier_id"], ["application.id"], name=op.f("fk_replace_link_earlier_id")
        ),
        sa.ForeignKeyConstraint(
            ["newer_id"], ["application.id"], name=op.f("fk_replace_link_newer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replace_link")),
        sa.UniqueConstraint("newer_id", name=op.f("uq_replace_link_newer_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_replace_link_token_hash")),
    )
    with op.batch_alter_table("replace_link", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_replace_link_earlier_id"), ["earlier_id"], unique=False
        )

    op.create_table(
        "search_entry",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column(
            "words", sa.Text().with_variant(postgresql.TSVECTOR(), "postgresql"), nullable=False
        ),
        sa.Column("loose", sa.Text(), nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_search_entry_application_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_search_entry")),
        info={"derived": True},
    )
    op.create_table(
        "skill_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("skill", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.CheckConstraint("level BETWEEN 0 AND 3", name=op.f("ck_skill_answer_level")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_skill_answer_application_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skill_answer")),
    )
    with op.batch_alter_table("skill_answer", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_skill_answer_application_id"), ["application_id"], unique=False
        )

    op.create_table(
        "stage_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "by_kind",
            sa.Enum(
                "candidate",
                "person",
                "system",
                name="by_kind",
                native_enum=False,
                create_constraint=True,
                length=60,
            ),
            nullable=False,
        ),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column(
            "old_stage",
            sa.Enum(
                "received",
                "under review",
                "shortlisted",
                "interview",
                "references",
                "offer",
                name="old_stage",
                native_enum=False,
                create_constraint=True,
                length=60,
            ),
            nullable=True,
        ),
        sa.Column(
            "new_stage",
            sa.Enum(
                "received",
                "under review",
                "shortlisted",
                "interview",
                "references",
                "offer",
                name="new_stage",
                native_enum=False,
                create_constraint=True,
                length=60,
            ),
            nullable=False,
        ),
        sa.Column(
            "old_outcome",
            sa.Enum(
                "hired",
                "not selected",
                "withdrawn",
                "declined offer",
                "position cancelled",
                name="old_outcome",
                native_enum=False,
                create_constraint=True,
                length=60,
            ),
            nullable=True,
        ),
        sa.Column(
            "new_outcome",
            sa.Enum(
                "hired",
                "not selected",
                "withdrawn",
                "declined offer",
                "position cancelled",
                name="new_outcome",
                native_enum=False,
                create_constraint=True,
                length=60,
            ),
            nullable=True,
        ),
        sa.Column(
            "reason",
            sa.Enum(
                "minimum qualifications not met",
                "better qualified selected",
                "no response",
                "duplicate",
                "late",
                "pay expectation",
                "not available for the schedule",
                "failed assessment",
                "position filled or cancelled",
                "best qualified",
                "candidate's own decision",
                "other",
                name="reason",
                native_enum=False,
                create_constraint=True,
                length=60,
            ),
            nullable=True,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("undoes_id", sa.Integer(), nullable=True),
        sa.Column("email_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(by_kind = 'person') = (by_id IS NOT NULL)",
            name=op.f("ck_stage_change_person_is_named"),
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_stage_change_application_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_stage_change_by_id")),
        sa.ForeignKeyConstraint(
            ["email_id"], ["outgoing_email.id"], name=op.f("fk_stage_change_email_id")
        ),
        sa.ForeignKeyConstraint(
            ["undoes_id"], ["stage_change.id"], name=op.f("fk_stage_change_undoes_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_change")),
        sa.UniqueConstraint("undoes_id", name=op.f("uq_stage_change_undoes_id")),
    )
    with op.batch_alter_table("stage_change", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_stage_change_application_id"), ["application_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_stage_change_by_id"), ["by_id"], unique=False)

    op.create_table(
        "document_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("instructions", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("email_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("application_document_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("title <> ''", name=op.f("ck_document_request_says_what")),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (application_document_id IS NULL)",
            name=op.f("ck_document_request_answered_by_file"),
        ),
        sa.CheckConstraint(
            "answered_at IS NULL OR withdrawn_at IS NULL", name=op.f("ck_document_request_one_end")
        ),
        sa.ForeignKeyConstraint(
            ["application_document_id"],
            ["application_document.id"],
            name=op.f("fk_document_request_application_document_id"),
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_document_request_application_id")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["person.id"], name=op.f("fk_document_request_asked_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["email_id"], ["outgoing_email.id"], name=op.f("fk_document_request_email_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_request")),
        sa.UniqueConstraint(
            "application_document_id", name=op.f("uq_document_request_application_document_id")
        ),
    )
    with op.batch_alter_table("document_request", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_document_request_application_id"), ["application_id"], unique=False
        )

    op.create_table(
        "draft_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("requested_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_draft_file_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["draft.id"], name=op.f("fk_draft_file_draft_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["requested_id"],
            ["requested_document.id"],
            name=op.f("fk_draft_file_requested_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_file")),
        sa.UniqueConstraint("document_id", name=op.f("uq_draft_file_document_id")),
        sa.UniqueConstraint(
            "draft_id", "requested_id", name=op.f("uq_draft_file_draft_id_requested_id")
        ),
    )
    with op.batch_alter_table("draft_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draft_file_draft_id"), ["draft_id"], unique=False)

    op.create_table(
        "draft_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["draft.id"], name=op.f("fk_draft_link_draft_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_draft_link_token_hash")),
    )
    with op.batch_alter_table("draft_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draft_link_draft_id"), ["draft_id"], unique=False)

    op.create_table(
        "draft_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("browser_hash", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["draft.id"], name=op.f("fk_draft_move_draft_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_move")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_draft_move_token_hash")),
    )
    with op.batch_alter_table("draft_move", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_draft_move_browser_hash"), ["browser_hash"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_draft_move_draft_id"), ["draft_id"], unique=False)

    op.create_table(
        "interview_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("interview_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column(
            "what",
            sa.Enum(
                "scheduled",
                "changed",
                "cancelled",
                name="what",
                native_enum=False,
                create_constraint=True,
                length=60,
            ),
            nullable=False,
        ),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_interview_change_by_id")),
        sa.ForeignKeyConstraint(
            ["interview_id"], ["interview.id"], name=op.f("fk_interview_change_interview_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interview_change")),
    )
    with op.batch_alter_table("interview_change", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_interview_change_interview_id"), ["interview_id"], unique=False
        )

    op.create_table(
        "link_fetch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"], ["contact_link.id"], name=op.f("fk_link_fetch_link_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_fetch")),
    )
    with op.batch_alter_table("link_fetch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_fetch_link_id"), ["link_id"], unique=False)

    op.create_table(
        "link_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_link_request_email_lower")),
        sa.CheckConstraint(
            "granted IS NULL OR decided_at IS NOT NULL",
            name=op.f("ck_link_request_decision_has_time"),
        ),
        sa.ForeignKeyConstraint(
            ["link_id"], ["contact_link.id"], name=op.f("fk_link_request_link_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_request")),
        sa.UniqueConstraint("link_id", "email", name=op.f("uq_link_request_link_id_email")),
    )
    with op.batch_alter_table("link_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_request_link_id"), ["link_id"], unique=False)

    op.create_table(
        "panelist",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("interview_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_panelist_order")),
        sa.ForeignKeyConstraint(
            ["interview_id"], ["interview.id"], name=op.f("fk_panelist_interview_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_panelist_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panelist")),
        sa.UniqueConstraint(
            "interview_id", "person_id", name=op.f("uq_panelist_interview_id_person_id")
        ),
    )
    with op.batch_alter_table("panelist", schema=None) as batch_op:
        batch_op.create_index(
            "ix_panelist_busy", ["person_id", "active", "starts_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_panelist_interview_id"), ["interview_id"], unique=False
        )

    if op.get_bind().dialect.name == "sqlite":
        for statement in SQLITE_BUSY:
            op.execute(statement)
    else:
        op.execute(POSTGRESQL_BUSY)
    for statement in SQLITE_SEARCH if _is_sqlite() else POSTGRESQL_SEARCH:
        op.execute(statement)


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def downgrade() -> None:
    for statement in SQLITE_UNDO if _is_sqlite() else POSTGRESQL_UNDO:
        op.execute(statement)
    with op.batch_alter_table("panelist", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_panelist_interview_id"))
        batch_op.drop_index("ix_panelist_busy")

    op.drop_table("panelist")
    with op.batch_alter_table("link_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_link_request_link_id"))

    op.drop_table("link_request")
    with op.batch_alter_table("link_fetch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_link_fetch_link_id"))

    op.drop_table("link_fetch")
    with op.batch_alter_table("interview_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_interview_change_interview_id"))

    op.drop_table("interview_change")
    with op.batch_alter_table("draft_move", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_draft_move_draft_id"))
        batch_op.drop_index(batch_op.f("ix_draft_move_browser_hash"))

    op.drop_table("draft_move")
    with op.batch_alter_table("draft_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_draft_link_draft_id"))

    op.drop_table("draft_link")
    with op.batch_alter_table("draft_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_draft_file_draft_id"))

    op.drop_table("draft_file")
    with op.batch_alter_table("document_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_document_request_application_id"))

    op.drop_table("document_request")
    with op.batch_alter_table("stage_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stage_change_by_id"))
        batch_op.drop_index(batch_op.f("ix_stage_change_application_id"))

    op.drop_table("stage_change")
    with op.batch_alter_table("skill_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_skill_answer_application_id"))

    op.drop_table("skill_answer")
    op.drop_table("search_entry")
    with op.batch_alter_table("replace_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_replace_link_earlier_id"))

    op.drop_table("replace_link")
    with op.batch_alter_table("reader", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reader_person_id"))

    op.drop_table("reader")
    with op.batch_alter_table("packet", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_packet_posting_id"))
        batch_op.drop_index(batch_op.f("ix_packet_expires_at"))
        batch_op.drop_index(batch_op.f("ix_packet_asked_by_id"))
        batch_op.drop_index(batch_op.f("ix_packet_application_id"))

    op.drop_table("packet")
    with op.batch_alter_table("new_address", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_new_address_application_id"))

    op.drop_table("new_address")
    with op.batch_alter_table("interview", schema=None) as batch_op:
        batch_op.drop_index("ix_interview_day")
        batch_op.drop_index(batch_op.f("ix_interview_application_id"))

    op.drop_table("interview")
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_draft_replaces_id"))
        batch_op.drop_index(batch_op.f("ix_draft_posting_id"))
        batch_op.drop_index(batch_op.f("ix_draft_changed_at"))
        batch_op.drop_index(batch_op.f("ix_draft_browser_hash"))

    op.drop_table("draft")
    with op.batch_alter_table("contact_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contact_link_person_id"))
        batch_op.drop_index(batch_op.f("ix_contact_link_application_id"))

    op.drop_table("contact_link")
    with op.batch_alter_table("contact_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contact_change_application_id"))

    op.drop_table("contact_change")
    with op.batch_alter_table("candidate_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_candidate_link_application_id"))

    op.drop_table("candidate_link")
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_index("ix_assignment_unseen")

    op.drop_table("assignment")
    with op.batch_alter_table("application_note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_application_note_application_id"))

    op.drop_table("application_note")
    with op.batch_alter_table("application_document", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_application_document_application_id"))

    op.drop_table("application_document")
    with op.batch_alter_table("answer_by_hand", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_answer_by_hand_application_id"))

    op.drop_table("answer_by_hand")
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_answer_application_id"))

    op.drop_table("answer")
    with op.batch_alter_table("accommodation_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_accommodation_request_application_id"))

    op.drop_table("accommodation_request")
    with op.batch_alter_table("skill", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_skill_posting_id"))

    op.drop_table("skill")
    with op.batch_alter_table("requested_document", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_requested_document_posting_id"))

    op.drop_table("requested_document")
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_posting_id"))

    op.drop_table("question")
    with op.batch_alter_table("posting_section", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_posting_section_posting_id"))

    op.drop_table("posting_section")
    with op.batch_alter_table("posting_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_posting_member_posting_id"))
        batch_op.drop_index(batch_op.f("ix_posting_member_person_id"))

    op.drop_table("posting_member")
    with op.batch_alter_table("posting_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_posting_change_posting_id"))

    op.drop_table("posting_change")
    with op.batch_alter_table("enquiry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_enquiry_posting_id"))

    op.drop_table("enquiry")
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.drop_index("ix_application_standing")
        batch_op.drop_index("ix_application_newest")
        batch_op.drop_index("ix_application_list")
        batch_op.drop_index(batch_op.f("ix_application_candidate_id"))
        batch_op.drop_index("ix_application_address")

    op.drop_table("application")
    with op.batch_alter_table("posting", schema=None) as batch_op:
        batch_op.drop_index("ix_posting_list")
        batch_op.drop_index("ix_posting_due")
        batch_op.drop_index(batch_op.f("ix_posting_contact_position_id"))
        batch_op.drop_index(batch_op.f("ix_posting_contact_person_id"))

    op.drop_table("posting")
    with op.batch_alter_table("sign_in_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_link_person_id"))

    op.drop_table("sign_in_link")
    with op.batch_alter_table("position", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_position_holder_id"))
        batch_op.drop_index(batch_op.f("ix_position_deputy_id"))

    op.drop_table("position")
    with op.batch_alter_table("page_image", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_page_image_document_id"))

    op.drop_table("page_image")
    with op.batch_alter_table("original_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_original_file_document_id"))

    op.drop_table("original_file")
    op.drop_table("document_text")
    with op.batch_alter_table("delivery_attempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delivery_attempt_email_id"))

    op.drop_table("delivery_attempt")
    op.drop_table("wording")
    with op.batch_alter_table("tally", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tally_window_at"))

    op.drop_table("tally")
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_attempt_address")
        batch_op.drop_index("ix_sign_in_attempt_account")

    op.drop_table("sign_in_attempt")
    op.drop_table("search_change")
    op.drop_table("reset_request")
    op.drop_table("person")
    with op.batch_alter_table("outgoing_email", schema=None) as batch_op:
        batch_op.drop_index("ix_outgoing_email_newest")
        batch_op.drop_index("ix_outgoing_email_due")
        batch_op.drop_index("ix_outgoing_email_about")

    op.drop_table("outgoing_email")
    op.drop_table("lost_link")
    op.drop_table("letterhead")
    with op.batch_alter_table("ended_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ended_session_ended_at"))

    op.drop_table("ended_session")
    op.drop_table("employer")
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_document_scan_state"))
        batch_op.drop_index(batch_op.f("ix_document_preview_state"))

    op.drop_table("document")
    op.drop_table("candidate")
    op.drop_table("badge")

"""What is indexed of each application, and which applications have changed since.

Triggers note every change in the transaction that makes it, whoever makes it, and on SQLite
keep the FTS5 table beside its rows. Both stand in the migration and below, for `create_all`.
"""

from sqlalchemy import ForeignKey, Text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from tracker.core.db import Base, with_tables

DERIVED = {"derived": True}
"""Marks a table that is made again from others: a backup leaves it out."""


class SearchEntry(Base):
    """One application's words: in their places, and on SQLite the loose ones beside them.

    `rules_version` is `words.VERSION` as it was when they were cut.
    """

    __tablename__ = "search_entry"
    __table_args__ = {"info": DERIVED}  # noqa: RUF012  SQLAlchemy reads it so

    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), primary_key=True
    )
    words: Mapped[str] = mapped_column(Text().with_variant(TSVECTOR(), "postgresql"))
    loose: Mapped[str] = mapped_column(Text, default="")
    rules_version: Mapped[int]


class SearchChange(Base):
    """An application whose words must be cut again; the worker deletes what it has done.

    Rows are only ever added, and refer to nothing by a key: whoever changes an application
    waits for nobody here. No number is used twice, so that a change is never taken for another.
    """

    __tablename__ = "search_change"
    __table_args__ = {"info": DERIVED, "sqlite_autoincrement": True}  # noqa: RUF012  SQLAlchemy reads it so

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int]


_ENTRY = "INSERT INTO search_text (rowid, words, loose)"
_FORGET = "INSERT INTO search_text (search_text, rowid, words, loose)"
_ADD_NEW = f"{_ENTRY} VALUES (NEW.application_id, NEW.words, NEW.loose);"
_DROP_OLD = f"{_FORGET} VALUES ('delete', OLD.application_id, OLD.words, OLD.loose);"
_NOTE = "INSERT INTO search_change (application_id)"
_OF_DOCUMENT = "SELECT application_id FROM application_document WHERE document_id ="

# What changes an application's words: on which table, when, and of which application.
_CHANGES = (
    ("application", "INSERT", "", "SELECT NEW.id"),
    ("application", "UPDATE OF number, name, email, phone, posting_id", "", "SELECT NEW.id"),
    ("answer", "INSERT", "", "SELECT NEW.application_id"),
    ("answer", "UPDATE OF text", "", "SELECT NEW.application_id"),
    ("application_document", "INSERT", "", "SELECT NEW.application_id"),
    ("document_text", "INSERT", "", f"{_OF_DOCUMENT} NEW.document_id"),
    ("document_text", "UPDATE OF text", "OLD.text <> NEW.text", f"{_OF_DOCUMENT} NEW.document_id"),
    (
        "document",
        "UPDATE OF scan_state",
        "OLD.scan_state <> NEW.scan_state",
        f"{_OF_DOCUMENT} NEW.id",
    ),
    ("reply", "INSERT", "NEW.writer = 'candidate'", "SELECT NEW.application_id"),
    ("reply", "UPDATE OF text", "OLD.text <> NEW.text", "SELECT NEW.application_id"),
)


def _name(table: str, what: str) -> str:
    return f"search_{table}_{what.split(maxsplit=1)[0].lower()}"


SQLITE_DDL = (
    "CREATE VIRTUAL TABLE search_text USING fts5(words, loose, content='search_entry',"
    " content_rowid='application_id', tokenize='ascii', columnsize=0)",
    f"CREATE TRIGGER search_entry_insert AFTER INSERT ON search_entry BEGIN {_ADD_NEW} END",
    f"CREATE TRIGGER search_entry_delete AFTER DELETE ON search_entry BEGIN {_DROP_OLD} END",
    "CREATE TRIGGER search_entry_update AFTER UPDATE OF words, loose ON search_entry"
    f" BEGIN {_DROP_OLD} {_ADD_NEW} END",
    *(
        f"CREATE TRIGGER {_name(table, what)} AFTER {what} ON {table}"
        f"{f' WHEN {when}' if when else ''} BEGIN {_NOTE} {whose}; END"
        for table, what, when, whose in _CHANGES
    ),
)


def _postgresql_trigger(table: str, what: str, when: str, whose: str) -> tuple[str, str]:
    name = _name(table, what)
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {_NOTE} {whose}; RETURN NULL; END $$",
        f"CREATE TRIGGER {name} AFTER {what} ON {table} FOR EACH ROW"
        f"{f' WHEN ({when})' if when else ''} EXECUTE FUNCTION {name}()",
    )


POSTGRESQL_DDL = (
    # Rows are then small and next to each other: a frequent word's hits are few pages.
    "ALTER TABLE search_entry SET (toast_tuple_target = 128)",
    "CREATE INDEX ix_search_entry_words ON search_entry USING gin (words) WITH (fastupdate = off)",
    *(each for change in _CHANGES for each in _postgresql_trigger(*change)),
)
SQLITE_UNDO = ("DROP TABLE IF EXISTS search_text",)
POSTGRESQL_UNDO = tuple(
    f"DROP FUNCTION IF EXISTS {_name(table, what)}() CASCADE" for table, what, *_ in _CHANGES
)


# With the whole house's tables: the triggers stand on those of other rooms.
with_tables("after_create", "sqlite", SQLITE_DDL)
with_tables("after_create", "postgresql", POSTGRESQL_DDL)
with_tables("before_drop", "sqlite", SQLITE_UNDO)
with_tables("before_drop", "postgresql", POSTGRESQL_UNDO)

"""The outbox: a row first, SMTP second."""

"""The outbox and its delivery, against a real server on a socket."""

"""Secrets for links: made here, stored only as hashes."""

import hashlib
import hmac
import secrets

TOKEN_BYTES = 24  # 192 bits; 128 are asked for


def new_token() -> str:
    """Make a URL-safe secret of 192 bits. Show it once; store `hash_token` of it."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_token(token: str) -> str:
    """Hash a secret for storage and look-up: SHA-256 in hex.

    No salt and no stretching: the secret is random and long, so there is nothing to guess.
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def keyed_hash(key: str, purpose: str, text: str) -> str:
    """Hash with our key what can be guessed, an address or a network, so that it names nobody."""
    return hmac.new(
        key.encode(), f"{purpose}:{text}".encode("utf-8", "surrogatepass"), "sha256"
    ).hexdigest()

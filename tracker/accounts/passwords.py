"""Passwords: what may be one, and how one is kept (argon2id). Pure."""

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

SHORTEST, LONGEST = 10, 500
_hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)

# The commonest of at least ten characters, and what this program's users would think of.
COMMON = frozenset(
    """
    0123456789 1029384756 1111111111 123123123123 1231231231 12341234 1234512345 1234554321
    123456123456 1234567890 12345678900 12345678901 12345678910 1234567891 123456789a
    123456789q 1234567899 123456789abc 123456abcd 123abc123abc 1q2w3e4r5t 1q2w3e4r5t6y
    1qaz2wsx3edc 9876543210 a123456789 aa12345678 abc1234567 abcd123456 abcdefghij
    abcdefghijk administrator administrator1 asdfasdfasdf asdfghjkl1 asdfghjklm baseball123
    basketball books12345 bookworm12 bookworm123 changeme12 changeme123 changemenow
    chocolate1 computer123 correcthorse dictionary football12 football123 iloveyou12
    iloveyou123 iloveyou1234 iloveyouso internet123 jennifer12 letmein123 letmein1234
    letmeinnow liberty123 librarian1 librarian12 librarian123 librarians library123
    library1234 library12345 librarycard liverpool1 liverpoolfc manchester mypassword
    mypassword1 newpassword newpassword1 p@ssw0rd12 p@ssw0rd123 p@ssword12 p@ssword123
    passw0rd12 passw0rd123 passwd1234 password01 password10 password11 password12 password12!
    password123 password123! password1234 password12345 password99 passwordpassword
    passwort123 princess12 princess123 publiclibrary q1w2e3r4t5 q1w2e3r4t5y6 qazwsxedcrfv
    qazwsxedc1 qqww1122334455 qwerty1234 qwerty12345 qwerty123456 qwertyqwerty qwertyuiop
    qwertyuiop1 qwertyuiop123 qwertyuiop[] reading123 reference1 secret1234 spiderman1
    starwars12 starwars123 sunshine12 sunshine123 superman12 superman123 testtest12
    testtest123 tracker123 tracker1234 trustno1trustno1 usuckballz1 welcome123 welcome1234
    welcome12345 whatever12 yankees123 zaq12wsxcde3 zxcvbnm123 zxcvbnmzxcvbnm
    """.split()  # noqa: SIM905  a hundred quoted strings are harder to read
)


def weakness(password: str, *, email: str = "") -> str | None:
    """Say what keeps a password from being used, in a sentence for its field; None when fine.

    Length, the commonest, the person's own address: nothing else (NIST SP 800-63B).
    """
    simple = password.strip().lower()
    if len(password) < SHORTEST:
        return f"Use at least {SHORTEST} characters. A few words in a row make a good password."
    if len(password) > LONGEST:
        return f"Use at most {LONGEST} characters."
    if simple in COMMON or len(set(simple)) < 4:
        return "Many people use this password, so it is the first that is guessed. Choose another."
    address = email.strip().lower()
    if address and simple in {address, address.partition("@")[0]}:
        return "Your address is easy to guess. Choose another password."
    return None


def hash_password(password: str) -> str:
    """Hash a password for storage: takes a while by design, so never inside `writing()`."""
    return _hasher.hash(password.encode("utf-8", "surrogatepass"))


def matches(password_hash: str | None, password: str) -> bool:
    """Tell whether a password is the one that was hashed.

    Without a hash (no such account) the same work is done, and the answer is no.
    """
    stand_in = _stand_in()
    try:
        _hasher.verify(
            password_hash or stand_in, password[:LONGEST].encode("utf-8", "surrogatepass")
        )
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Tell whether a hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


@lru_cache(maxsize=1)
def _stand_in() -> str:
    """A hash of nothing that anybody could type, made with today's parameters."""
    return hash_password("\x00" * SHORTEST)

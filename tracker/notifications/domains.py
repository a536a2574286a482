"""What the DNS says of a domain that sends mail: SPF, DKIM, DMARC. Pure but for asking.

A domain name's records are asked of the machine's resolvers, or of one that is named.
"""

import re
from dataclasses import dataclass, field

import dns.exception
import dns.name
import dns.resolver

TIMEOUT_S = 5.0
SELECTORS = ("selector1", "selector2", "google", "default", "dkim", "mail", "k1", "k2", "s1", "s2")
"""Names under which providers commonly publish their DKIM keys."""

MOST_LOOKUPS = 10  # RFC 7208 §4.6.4
_LOOKS_UP = re.compile(r"^[+?~-]?(include|a|mx|ptr|exists|redirect)\b", re.IGNORECASE)
_ALL = re.compile(r"^([+?~-]?)all$", re.IGNORECASE)


class UnknownError(Exception):
    """The DNS could not be asked; nothing is known."""


@dataclass(frozen=True)
class Found:
    """What was found of one thing: whether it is well, and a sentence."""

    well: bool
    words: str


@dataclass
class Domain:
    """A domain, and whom its records are asked of: `resolver` is HOST or HOST:PORT."""

    name: str
    resolver: str | None = None
    _resolver: dns.resolver.Resolver = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Prepare to ask. Raises `UnknownError` where there is nobody to ask."""
        try:
            self._resolver = dns.resolver.Resolver(configure=self.resolver is None)
        except dns.exception.DNSException as error:
            raise UnknownError(f"No resolver is known ({error}).") from None
        if self.resolver is not None:
            host, _, port = self.resolver.rpartition(":") if ":" in self.resolver else (
                self.resolver, "", "53",
            )  # fmt: skip
            try:
                self._resolver.nameservers = [host]
                self._resolver.port = int(port)
            except ValueError:
                raise UnknownError(f"{self.resolver} is no resolver: use ADDRESS:PORT.") from None
        self._resolver.lifetime = TIMEOUT_S

    def texts(self, name: str) -> list[str]:
        """Every TXT record of a name. Raises `UnknownError`."""
        return [
            b"".join(each.strings).decode("utf-8", "replace")  # type: ignore[attr-defined]
            for each in self._ask(name, "TXT")
        ]

    def _ask(self, name: str, kind: str) -> list[dns.rdata.Rdata]:
        try:
            return list(self._resolver.resolve(name, kind, search=False))
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except dns.exception.DNSException as error:
            raise UnknownError(
                f"The DNS does not answer for {name} ({type(error).__name__})."
            ) from None

    def takes_mail(self) -> Found:
        """Whether mail to the domain can be answered: by MX, or by an address."""
        servers = [str(each.exchange) for each in self._ask(self.name, "MX")]  # type: ignore[attr-defined]
        if servers == ["."]:
            return Found(False, f"{self.name} says that it takes no mail (a null MX).")
        if servers:
            return Found(True, f"Mail to {self.name} goes to {servers[0].rstrip('.')}.")
        if self._ask(self.name, "A") or self._ask(self.name, "AAAA"):
            return Found(True, f"Mail to {self.name} goes to the host itself: it has no MX.")
        return Found(
            False, f"{self.name} has neither MX nor address: bounces and answers go nowhere."
        )

    def spf(self) -> Found:
        """Look at who may send for the domain (RFC 7208)."""
        records = [each for each in self.texts(self.name) if each.lower().split(" ")[0] == "v=spf1"]
        if not records:
            return Found(
                False,
                f'{self.name} has no SPF record. Add a TXT record "v=spf1 include:… -all" as your'
                " mail provider says.",
            )
        if len(records) > 1:
            return Found(False, f"{self.name} has {len(records)} SPF records; there must be one.")
        terms = records[0].split()[1:]
        ends = [match[1] or "+" for term in terms if (match := _ALL.match(term))]
        redirects = any(term.lower().startswith("redirect=") for term in terms)
        if ends == ["+"]:
            return Found(
                False, f"The SPF record of {self.name} lets anybody send: it ends in +all."
            )
        if not ends and not redirects:
            return Found(
                False, f"The SPF record of {self.name} has no end: finish it with -all or ~all."
            )
        if sum(bool(_LOOKS_UP.match(term)) for term in terms) > MOST_LOOKUPS:
            return Found(
                False, f"The SPF record of {self.name} needs more than {MOST_LOOKUPS} look-ups."
            )
        return Found(True, f"SPF: {records[0]}")

    def dmarc(self) -> Found:
        """Look at what receivers shall do with mail that fails (RFC 7489)."""
        where, records = self.name, self._dmarc_of(self.name)
        parent = self.name.partition(".")[2]
        while not records and "." in parent:
            where, records = parent, self._dmarc_of(parent)
            parent = parent.partition(".")[2]
        if not records:
            return Found(
                False,
                f"{self.name} has no DMARC record. Begin with a TXT record at _dmarc.{self.name}:"
                f' "v=DMARC1; p=none; rua=mailto:postmaster@{self.name}".',
            )
        if len(records) > 1:
            return Found(False, f"_dmarc.{where} has {len(records)} records; there must be one.")
        tags = _tags(records[0])
        if tags.get("p", "").lower() not in {"none", "quarantine", "reject"}:
            return Found(
                False, f"The DMARC record of {where} has no policy (p=none, quarantine, reject)."
            )
        return Found(True, f"DMARC: {records[0]}")

    def _dmarc_of(self, name: str) -> list[str]:
        return [
            each for each in self.texts(f"_dmarc.{name}") if each.lower().startswith("v=dmarc1")
        ]

    def dkim(self, selector: str | None = None) -> Found:
        """Look for the keys that the provider's signatures are checked with (RFC 6376)."""
        found = []
        for each in [selector] if selector else SELECTORS:
            for record in self.texts(f"{each}._domainkey.{self.name}"):
                tags = _tags(record)
                if "p" not in tags:
                    continue
                if not tags["p"]:
                    return Found(
                        False, f"The DKIM key {each} of {self.name} is withdrawn (empty p=)."
                    )
                found.append(each)
        if found:
            return Found(True, f"DKIM: a key is published as {', '.join(found)}.")
        if selector:
            return Found(False, f"There is no DKIM key at {selector}._domainkey.{self.name}.")
        return Found(
            False,
            f"No DKIM key of {self.name} was found under the usual names. Name yours with"
            " --selector, or turn signing on at your mail provider.",
        )


def _tags(record: str) -> dict[str, str]:
    """The tags of a DMARC or DKIM record."""
    parts = (each.partition("=") for each in record.split(";") if "=" in each)
    return {name.strip().lower(): "".join(value.split()) for name, _, value in parts}

"""How often somebody may try. Pure arithmetic over the times of earlier tries.

Guessing is slowed three ways: strangers' tries at one account, strangers' tries from one
network, and tries from a browser that has signed in to the account before. The last counts
by itself, so that what strangers do never shuts the owner out.
"""

import datetime as dt
import ipaddress
import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Allowance:
    """At most so many failed tries within a window."""

    tries: int
    window: dt.timedelta

    def wait(self, failures: Sequence[dt.datetime], at: dt.datetime) -> int:
        """Seconds until the next try is free; 0 for now. `failures` oldest first."""
        recent = [each for each in failures if each > at - self.window]
        if len(recent) < self.tries:
            return 0
        free_at = recent[-self.tries] + self.window
        return max(1, math.ceil((free_at - at).total_seconds()))


@dataclass(frozen=True)
class Limits:
    """The three allowances of one purpose."""

    account: Allowance
    network: Allowance
    device: Allowance

    @property
    def window(self) -> dt.timedelta:
        """The longest of the windows."""
        return max(self.account.window, self.network.window, self.device.window)


SIGN_IN, RESET = "sign in", "reset"
_QUARTER, _HOUR = dt.timedelta(minutes=15), dt.timedelta(hours=1)
LIMITS = {
    SIGN_IN: Limits(
        account=Allowance(10, _QUARTER),
        network=Allowance(40, _QUARTER),
        device=Allowance(10, _QUARTER),
    ),
    RESET: Limits(
        account=Allowance(3, _HOUR), network=Allowance(20, _HOUR), device=Allowance(3, _HOUR)
    ),
}
KEEP_ATTEMPTS = dt.timedelta(days=1)


def network_of(address: str | None) -> str:
    """The network that tries are counted by: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        found = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def minutes(seconds: int) -> str:
    """Write a wait as a person says it."""
    count = max(1, math.ceil(seconds / 60))
    return "a minute" if count == 1 else f"{count} minutes"

"""Give applications to the people who answer them, and keep what those people did."""

from tracker.routing.operations.asking import ask, check_asking
from tracker.routing.operations.completing import complete
from tracker.routing.operations.deciding import (
    acknowledge,
    decline,
    own_latest,
    record_seen,
    shortlist,
    take_back,
)
from tracker.routing.operations.giving import answering, assign, hand_over, receive, route
from tracker.routing.operations.links import (
    ask_for_own_link,
    assert_reachable,
    decide_request,
    give_link,
    record_fetch,
    renew_link,
)
from tracker.routing.operations.telling import (
    add_requested,
    correct_address,
    correct_keyed_in,
    replace,
    take_new_address,
    tell_of_virus,
)

__all__ = [
    "acknowledge",
    "add_requested",
    "answering",
    "ask",
    "ask_for_own_link",
    "assert_reachable",
    "assign",
    "check_asking",
    "complete",
    "correct_address",
    "correct_keyed_in",
    "decide_request",
    "decline",
    "give_link",
    "hand_over",
    "own_latest",
    "receive",
    "record_fetch",
    "record_seen",
    "renew_link",
    "replace",
    "route",
    "shortlist",
    "take_back",
    "take_new_address",
    "tell_of_virus",
]

"""Give applications to the people who answer them, and keep what those people did."""

from tracker.routing.operations.acting import ActingAsError, act
from tracker.routing.operations.asking import ask, check_asking
from tracker.routing.operations.consulting import answer, consult
from tracker.routing.operations.deciding import (
    acknowledge,
    decline,
    own_latest,
    record_seen,
    shortlist,
    take_back,
)
from tracker.routing.operations.giving import assign, hand_over, receive, route
from tracker.routing.operations.links import (
    ask_for_own_link,
    assert_reachable,
    decide_request,
    give_link,
    record_fetch,
    renew_link,
    send_link,
    shut_out,
)
from tracker.routing.operations.telling import (
    add_requested,
    correct_address,
    correct_keyed_in,
    replace,
    take_new_address,
    tell_of_virus,
)
from tracker.routing.operations.waiting import ask_more_time

__all__ = [
    "ActingAsError",
    "acknowledge",
    "act",
    "add_requested",
    "answer",
    "ask",
    "ask_for_own_link",
    "ask_more_time",
    "assert_reachable",
    "assign",
    "check_asking",
    "consult",
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
    "send_link",
    "shortlist",
    "shut_out",
    "take_back",
    "take_new_address",
    "tell_of_virus",
]

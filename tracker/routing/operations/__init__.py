"""Give applications to the people who answer them, and keep what those people did."""

from tracker.routing.operations.acting import ActingAsError, act
from tracker.routing.operations.asking import ask, check_asking
from tracker.routing.operations.completing import complete
from tracker.routing.operations.consulting import answer, consult
from tracker.routing.operations.deciding import (
    acknowledge,
    deciding,
    decline,
    own_latest,
    record_seen,
    shortlist,
    take_back,
)
from tracker.routing.operations.digesting import choose, send_digest
from tracker.routing.operations.escalating import (
    close_day,
    count_anew,
    open_day,
    save_policy,
    start_clock,
    stop_clock,
    take_steps,
)
from tracker.routing.operations.following import change_position, disable, follow, vacate
from tracker.routing.operations.giving import (
    answering,
    assign,
    hand_over,
    receive,
    route,
    take_from_all,
)
from tracker.routing.operations.links import (
    ask_for_own_link,
    assert_reachable,
    assert_renewable,
    decide_request,
    give_link,
    record_fetch,
    renew_link,
    send_link,
    shut_out,
)
from tracker.routing.operations.telling import (
    add_requested,
    add_unasked,
    correct_address,
    correct_keyed_in,
    correct_mail,
    replace,
    take_new_address,
    tell_of_virus,
    withdraw,
)
from tracker.routing.operations.waiting import ask_more_time

__all__ = [
    "ActingAsError",
    "acknowledge",
    "act",
    "add_requested",
    "add_unasked",
    "answer",
    "answering",
    "ask",
    "ask_for_own_link",
    "ask_more_time",
    "assert_reachable",
    "assert_renewable",
    "assign",
    "change_position",
    "check_asking",
    "choose",
    "close_day",
    "complete",
    "consult",
    "correct_address",
    "correct_keyed_in",
    "correct_mail",
    "count_anew",
    "decide_request",
    "deciding",
    "decline",
    "disable",
    "follow",
    "give_link",
    "hand_over",
    "open_day",
    "own_latest",
    "receive",
    "record_fetch",
    "record_seen",
    "renew_link",
    "replace",
    "route",
    "save_policy",
    "send_digest",
    "send_link",
    "shortlist",
    "shut_out",
    "start_clock",
    "stop_clock",
    "take_back",
    "take_from_all",
    "take_new_address",
    "take_steps",
    "tell_of_virus",
    "vacate",
    "withdraw",
]

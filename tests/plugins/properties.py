"""How properties are tried: one hypothesis profile for the whole suite.

A busy machine is no finding, so neither an example nor the making of one has a time limit.
With `CI` set the same examples are tried in every run; elsewhere new ones, and one that
failed is tried first the next time. A test that wants more examples says so itself.
"""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "tracker",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("tracker")

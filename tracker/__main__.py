"""Answer `python -m tracker setup|run|test|lint|bench|soak|translate` on a bare Python."""

import sys

# This file alone must parse on any Python 3, to say what is wrong in one line.
if sys.version_info < (3, 11):  # noqa: UP036 - the older Python is who reads this
    found = ".".join(str(part) for part in sys.version_info[:2])
    sys.exit("Tracker needs Python 3.11 or newer, and this is Python " + found + ".")

# Only now that the version is known to be right.
from tracker import bootstrap

sys.exit(bootstrap.main(sys.argv[1:]))

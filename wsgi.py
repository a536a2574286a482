"""The application as a WSGI server, and the `flask` command, load it."""

import atexit
import gc

# What is made here stays for good: looking through it for rubbish, while it grows and ever
# after, was half of a command's start.
gc.disable()

from tracker.app import create_app  # noqa: E402 - not before

app = create_app()
gc.freeze()
gc.enable()
atexit.register(gc.unfreeze)  # or no connection would be closed at the end, and its log folded in

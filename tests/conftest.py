"""Fixtures of every test; each plugin names and explains its own."""

pytest_plugins = [
    "tests.plugins.strictness",
    "tests.plugins.properties",
    "tests.plugins.soak",
    "tests.plugins.places",
    "tests.plugins.databases",
    "tests.plugins.apps",
    "tests.plugins.clocks",
    "tests.plugins.mail",
    "tests.plugins.tokens",
    "tests.plugins.snapshots",
    "tests.plugins.servers",
    "tests.plugins.stores",
    "tests.plugins.browsers",
    "tests.plugins.scanners",
    "tests.plugins.mailboxes",
]

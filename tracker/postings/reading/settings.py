"""Take a site builder's settings off the top of a page."""

import re

from tracker.postings.reading.markup import Row

FENCE = "---"
MOST_ROWS = 60
"""Rows after which a rule at the page's top opens no settings."""
SETTING = re.compile(r"^([A-Za-z_][\w-]{0,40}):(?:\s+(.*))?$")


def without_settings(rows: list[Row]) -> list[Row]:
    """Return the rows below the settings, with the title they give as the page's heading.

    Settings stand between two "---" at the very top. They steer the site, nobody sees
    them on the page; only the title is shown, above everything else.
    """
    first = next((index for index, row in enumerate(rows) if row.text.strip()), len(rows))
    if first == len(rows) or rows[first].text.rstrip() != FENCE:
        return rows
    for last in range(first + 1, min(len(rows), first + MOST_ROWS)):
        if rows[last].text.rstrip() == FENCE:
            break
    else:
        return rows
    inside = rows[first + 1 : last]
    if not inside or not SETTING.match(inside[0].text.rstrip()):
        return rows
    return [*_title(inside), *rows[last + 1 :]]


def _title(inside: list[Row]) -> list[Row]:
    for row in inside:
        setting = SETTING.match(row.text.rstrip())
        if setting and setting[1].lower() == "title" and setting[2]:
            words = setting[2].strip().strip("\"'").strip()
            return [Row(row.line, f"# {words}"), Row(row.line, "")] if words else []
    return []

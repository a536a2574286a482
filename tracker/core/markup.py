"""Markdown to HTML that cannot run: markdown-it renders, nh3 keeps a short list of tags."""

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

TAGS = {
    "p", "br", "hr", "strong", "em", "s", "del", "code", "pre", "blockquote",
    "ul", "ol", "li", "h2", "h3", "h4", "h5", "h6", "a",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_renderer = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


@lru_cache(maxsize=512)
def markdown(text: str, *, shift: int = 2) -> Markup:
    """Render Markdown; headings move down by `shift` levels to fit under the page's own.

    Raw HTML is shown as text; links keep only http, https and mailto.
    """
    tokens = _renderer.parse(text or "")
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(6, int(token.tag[1]) + shift)}"
    html = _renderer.renderer.render(tokens, _renderer.options, {})
    return Markup(clean(html))  # noqa: S704  nh3 has just reduced it to the list above


def cleaned(html: str) -> Markup:
    """Clean HTML once more where it is shown, whatever cleaned it when it was stored."""
    return Markup(clean(html))  # noqa: S704  nh3 has just reduced it to the list above


def clean(html: str) -> str:
    """Reduce HTML to what a text needs: no script, style, image, handler or odd link."""
    return nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )

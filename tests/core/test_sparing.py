"""A style sheet loses what no page uses, and pages look the same to the pixel."""

import re

import pytest
from flask_bootstrap import __file__ as package
from playwright.sync_api import Route

from tests.plugins.browsers import PageOpener
from tests.plugins.servers import LiveServer, ServerStarter
from tests.postings import factories
from tracker.core.db import db
from tracker.core.sparing import spare, words_of
from tracker.core.static import BUNDLES, FROM_PACKAGES, ROOT, asset

PAGES = ("/", "/postings/long", "/postings/long/apply", "/postings/ended", "/alerts", "/sign-in")


@pytest.mark.parametrize(
    ("css", "left"),
    [
        (".a{x:y}", ".a{x:y}"),
        (".b{x:y}", ""),
        (".a,.b,p{x:y}", ".a,p{x:y}"),
        (".a .b{x:y}", ""),
        (".a:not(.b){x:y}", ".a:not(.b){x:y}"),
        (".a:not(.b:not(.c),.d){x:y}", ".a:not(.b:not(.c),.d){x:y}"),
        (".a:is(.b,.a)>p{x:y}", ""),
        ("@media (min-width:1px){.b{x:y}}", ""),
        ("@media (min-width:1px){.a{x:y}.b{x:y}}", "@media (min-width:1px){.a{x:y}}"),
        (".a\\:b{x:y}", ""),
        (".btn-danger{x:y}.btnless{x:y}.btn{x:y}", ".btn-danger{x:y}"),
        ('.a{content:"}.b{"}', '.a{content:"}.b{"}'),
        ('@charset "UTF-8";.a{x:y}', '@charset "UTF-8";.a{x:y}'),
        ("/*!.b{*/.a{x:y}/*# sourceMappingURL=x.map */", ".a{x:y}"),
        (".a{x:y}@keyframes spin{to{x:y}}", ".a{x:y}"),
        (
            ".a{animation:spin 1s}@keyframes spin{to{x:y}}",
            ".a{animation:spin 1s}@keyframes spin{to{x:y}}",
        ),
        ('[data-x="a,b"] .a{x:y}', '[data-x="a,b"] .a{x:y}'),
    ],
)
def test_only_rules_that_a_page_can_use_are_left(css: str, left: str) -> None:
    words = words_of('<p class="a {{ x }}"><button class="btn-{{ tone }}">')
    assert spare(css, words) == left


def test_most_of_bootstrap_is_spared_and_what_is_used_is_there() -> None:
    found = asset("css/base.css")
    assert found is not None
    assert found.gzipped is not None
    assert len(found.gzipped) < 20_000
    for rule in (b".btn-primary{", b".form-control:focus{", b".visually-hidden", b":root"):
        assert rule in found.content
    assert b".carousel" not in found.content


@pytest.fixture(scope="module")
def server(start_server: ServerStarter) -> LiveServer:
    server = start_server()
    with server.app().app_context():
        factories.open_posting(title="Long")
        factories.closed_posting(title="Ended")
        db.engine.dispose()
    return server


def whole_sheet() -> str:
    """What would be served if nothing were spared."""
    _, path = FROM_PACKAGES["bootstrap.css"]
    bootstrap = (ROOT.parent / package).parent / path
    own = [ROOT / name for name in BUNDLES["css/base.css"][1:]]
    return "\n".join(each.read_text(encoding="utf-8") for each in (bootstrap, *own))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_pages_look_as_with_all_of_it(
    server: LiveServer, open_page: PageOpener, scheme: str, width: int
) -> None:
    options = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    spared, whole = open_page(**options), open_page(**options)

    def give_all(route: Route) -> None:
        route.fulfill(body=whole_sheet(), content_type="text/css")

    whole.route(re.compile(r"/css/base\.css"), give_all)
    for path in PAGES:
        pictures = []
        for page in (spared, whole):
            page.goto(server.url + path)
            pictures.append(page.screenshot(full_page=True, animations="disabled"))
        assert pictures[0] == pictures[1], path

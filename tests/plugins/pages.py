"""Pages as a strict reader sees them: parsed by the standard, with forms that can be filled.

Pure: knows HTML and nothing of Tracker.
"""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

import html5lib
from html5lib.html5parser import ParseError

UNSEEN = {"script", "style", "template", "head"}
BUTTON_TYPES = {"submit", "image"}


class Page:
    """One HTML page. Raises `AssertionError` where it is not well-formed HTML 5."""

    def __init__(self, html: str, url: str = "http://localhost/") -> None:
        parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
        try:
            self.root: Element = parser.parse(html)
        except ParseError:
            (line, column), code, values = parser.errors[-1]
            source = html.splitlines()[line - 1].strip() if html else ""
            raise AssertionError(
                f"{url} is not well-formed: {code} {values} at line {line}, column {column}: "
                f"{source!r}"
            ) from None
        self.url = url

    @property
    def text(self) -> str:
        """What a reader sees, with white space as one space."""
        body = self.root.find("body")
        return "" if body is None else text_of(body)

    @property
    def title(self) -> str:
        """The page's title."""
        found = self.root.find("head/title")
        return "" if found is None else text_of(found)

    def all(self, path: str) -> list[Element]:
        """Every element at a path as ElementTree writes them: `a[@href]`, `main//h2`."""
        return self.root.findall(f".//{path}")

    def one(self, path: str) -> Element:
        """The only element at a path; fails when there are none or several."""
        found = self.all(path)
        assert len(found) == 1, f"{self.url} has {len(found)} of {path}, not one"
        return found[0]

    def texts(self, path: str) -> list[str]:
        """The text of every element at a path."""
        return [text_of(each) for each in self.all(path)]

    def link(self, text: str) -> str:
        """The address behind the only link with this text."""
        found = [each for each in self.all("a[@href]") if text_of(each) == text]
        assert len(found) == 1, f"{self.url} has {len(found)} links {text!r}, not one"
        return urljoin(self.url, found[0].get("href") or "")

    @property
    def forms(self) -> "list[Form]":
        """Every form, in the page's order."""
        return [Form(each, self) for each in self.all("form")]

    def form(
        self, wanted: str | int | None = None, *, fields: Mapping[str, Any] | None = None
    ) -> "Form":
        """The form chosen by id, by the end of its action, by its place, or by its fields."""
        forms = self.forms
        if isinstance(wanted, int):
            return forms[wanted]
        if wanted is not None:
            found = [each for each in forms if each.id == wanted]
            found = found or [each for each in forms if each.action.endswith(wanted)]
        else:
            named = set(fields or ())
            found = [each for each in forms if each.method == "post" and named <= each.names]
            main = [each for each in found if each.in_main]
            found = main if len(found) > 1 else found
        assert len(found) == 1, (
            f"{self.url} has {len(found)} forms that fit {wanted or list(fields or ())!r}: "
            f"{[(each.id, each.action, sorted(each.names)) for each in forms]}"
        )
        return found[0]

    def token(self) -> str:
        """The CSRF token that the page's forms carry."""
        found = self.all("input[@name='csrf_token']")
        assert found, f"{self.url} has no form with a CSRF token"
        return found[0].get("value") or ""


@dataclass(frozen=True)
class Filled:
    """A form ready to be sent."""

    method: str
    action: str
    enctype: str
    data: dict[str, Any]


class Form:
    """One form of a page, and what may be put in it."""

    def __init__(self, element: Element, page: Page) -> None:
        self.element = element
        self.id = element.get("id")
        self.method = (element.get("method") or "get").lower()
        self.action = urljoin(page.url, element.get("action") or page.url)
        self.enctype = element.get("enctype") or "application/x-www-form-urlencoded"
        self.in_main = any(element is each for each in page.all("main//form"))
        # Controls elsewhere on the page may belong to the form by its id.
        self.controls = [
            each
            for each in page.root.iter()
            if each.tag in {"input", "select", "textarea", "button"}
            and not _disabled(each)
            and (each.get("form") == self.id if each.get("form") else _inside(each, element))
        ]

    @property
    def names(self) -> set[str]:
        """The names of all fields and buttons."""
        return {name for each in self.controls if (name := each.get("name"))}

    @property
    def values(self) -> dict[str, list[str]]:
        """What the page has put in the fields."""
        values: dict[str, list[str]] = {}
        for control in self.controls:
            name = control.get("name")
            if name and not is_button(control) and control.get("type") != "file":
                values.setdefault(name, []).extend(_initial(control))
        return values

    def filled(self, data: Mapping[str, Any], *, button: str | None = None) -> Filled:
        """Fill in the form and press a button; fails where a person could not."""
        sent: dict[str, Any] = {name: value for name, value in self.values.items() if value}
        for name, value in data.items():
            controls = [each for each in self.controls if each.get("name") == name]
            assert controls, f"no field {name!r} in the form; it has {sorted(self.names)}"
            entered = _entered(controls, value)
            sent.pop(name, None)
            if entered:
                sent[name] = entered
        pressed = self._button(button)
        action, method = self.action, self.method
        if pressed is not None:
            if pressed.get("name"):
                sent.setdefault(pressed.get("name") or "", [pressed.get("value") or ""])
            action = urljoin(action, pressed.get("formaction") or action)
            method = (pressed.get("formmethod") or method).lower()
        return Filled(method, action, self.enctype, sent)

    def _button(self, wanted: str | None) -> Element | None:
        buttons = [each for each in self.controls if is_button(each)]
        if wanted is None:
            return buttons[0] if buttons else None
        for each in buttons:
            if wanted in (text_of(each), each.get("name"), each.get("value")):
                return each
        raise AssertionError(
            f"no button {wanted!r} in the form; it has {[text_of(each) for each in buttons]}"
        )


def is_button(control: Element) -> bool:
    """Tell whether pressing this control sends the form."""
    if control.tag == "button":
        return (control.get("type") or "submit") == "submit"
    return control.tag == "input" and control.get("type") in BUTTON_TYPES


def text_of(element: Element) -> str:
    """What a reader sees of an element, with white space as one space."""
    return " ".join("".join(_pieces(element)).split())


def _pieces(element: Element) -> Iterator[str]:
    if element.tag in UNSEEN or not isinstance(element.tag, str):
        return
    yield element.text or ""
    for child in element:
        # Blocks stand apart when read, whatever the source looks like.
        gap = (
            ""
            if child.tag in {"a", "abbr", "b", "code", "em", "i", "mark", "span", "strong"}
            else " "
        )
        yield gap
        yield from _pieces(child)
        yield gap
        yield child.tail or ""


def _inside(control: Element, form: Element) -> bool:
    return any(each is control for each in form.iter())


def _disabled(control: Element) -> bool:
    return control.get("disabled") is not None


def _initial(control: Element) -> list[str]:
    if control.tag == "textarea":
        # The standard drops the first line break after the tag.
        return [(control.text or "").removeprefix("\n")]
    if control.tag == "select":
        return _selected(control)
    if control.tag == "button":
        return []
    if control.get("type") in {"checkbox", "radio"}:
        return [control.get("value", "on")] if control.get("checked") is not None else []
    return [control.get("value") or ""]


def _selected(control: Element) -> list[str]:
    options = list(control.iter("option"))
    chosen = [each for each in options if each.get("selected") is not None]
    if not chosen and control.get("multiple") is None:
        chosen = [each for each in options if each.get("disabled") is None][:1]
    return [option_value(each) for each in chosen]


def option_value(option: Element) -> str:
    """What an option sends: its value, else its text."""
    value = option.get("value")
    return text_of(option) if value is None else value


def _entered(controls: list[Element], value: Any) -> list[Any]:
    """What these controls of one name send for a value."""
    first, name = controls[0], controls[0].get("name")
    if value is None:
        return []
    if first.get("type") == "file":
        files = value if isinstance(value, list) else [value]
        return [(io.BytesIO(each[0]), *each[1:]) for each in files]
    if isinstance(value, bool):
        assert first.get("type") == "checkbox", f"{name} is not a check box"
        return [first.get("value", "on")] if value else []
    texts = [str(each) for each in (value if isinstance(value, (list, tuple)) else [value])]
    offered = _offered(controls)
    for text in texts:
        assert offered is None or text in offered, f"{name} offers {offered}, not {text!r}"
    return texts


def _offered(controls: list[Element]) -> list[str] | None:
    """What a person may choose among; None where they may type."""
    first = controls[0]
    if first.tag == "select":
        return [option_value(each) for each in first.iter("option")]
    if first.get("type") in {"checkbox", "radio"}:
        return [each.get("value", "on") for each in controls]
    if is_button(first):
        return [each.get("value") or "" for each in controls]
    return None

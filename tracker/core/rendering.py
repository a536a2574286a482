"""Templates for those who may not import Flask: mail is rendered in operations."""

from contextlib import AbstractContextManager
from typing import Any

from flask import current_app
from flask_babel import force_locale, gettext
from jinja2 import TemplateNotFound


def render(name: str, **context: Any) -> str:
    """Render a whole template of the house with this context and nothing else."""
    template = current_app.jinja_env.get_template(name)
    return template.render(**context)


def render_block(name: str, block: str, **context: Any) -> str:
    """Render one block of a template, stripped: a mail's `subject`, its `body`."""
    template = current_app.jinja_env.get_template(name)
    values = template.new_context(context)
    if block not in template.blocks:
        # An inherited one: drawing the page once tells the context its parents' blocks.
        "".join(template.root_render_func(values))
    return "".join(values.blocks[block][0](values)).strip()


def template_exists(name: str) -> bool:
    """Tell whether there is a template of that name."""
    try:
        current_app.jinja_env.get_template(name)
    except TemplateNotFound:
        return False
    return True


def in_language(language: str) -> AbstractContextManager[None]:
    """Speak a language for a while: mail goes in its reader's, not in the writer's."""
    forced: AbstractContextManager[None] = force_locale(language)
    return forced


def translated(text: str) -> str:
    """Say a sentence that the code marks for translation in the language spoken now."""
    return str(gettext(text)) if text else ""  # the empty one is the catalogue's own header

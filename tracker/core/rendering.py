"""Templates for those who may not import Flask: mail is rendered in operations."""

from typing import Any

from flask import current_app


def render(name: str, **context: Any) -> str:
    """Render a whole template of the house with this context and nothing else."""
    template = current_app.jinja_env.get_template(name)
    return template.render(**context)


def render_block(name: str, block: str, **context: Any) -> str:
    """Render one block of a template, stripped: a mail's `subject`, its `body`."""
    template = current_app.jinja_env.get_template(name)
    values = template.new_context(context)
    return "".join(template.blocks[block](values)).strip()

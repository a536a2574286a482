"""Ways in to routing: a contact's page of one application, and how they get their mail."""

from tracker.routing.views import mail, page

__all__ = ["blueprints", "mail", "page"]
blueprints = (page.bp,)

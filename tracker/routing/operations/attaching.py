"""Choose the files that go with the mail that tells a contact of an application."""

from dataclasses import dataclass

from tracker.applications.models import Application
from tracker.documents.filenames import safe_download_name
from tracker.documents.scanning import WAITING
from tracker.notifications.rules import Attachment, size_of_mail
from tracker.organization import queries as organization

# Characters of a mail's text and HTML besides what the candidate answered.
FRAME = 12_000
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Going:
    """What goes with a mail; `too_large` where something would, were it smaller."""

    files: tuple[Attachment, ...] = ()
    too_large: bool = False


def choose(application: Application) -> Going:
    """Choose an application's files for a mail, as the employer's profile says.

    None while one of them waits for the virus scanner: what is in them is not known yet, and the
    mail does not wait. One in which a virus was found never goes. All the others, or none.
    """
    chosen = organization.contact_mail()
    documents = [each.document for each in application.documents]
    if not chosen.attach_documents or any(each.scan_state == WAITING for each in documents):
        return Going()
    files = tuple(
        Attachment(
            each.file_key,
            safe_download_name(each.file_name, "document"),
            each.media_type,
            each.size,
        )
        for each in documents
        if each.is_cleared
    )
    words = FRAME + 2 * sum(len(each.question) + len(each.text) for each in application.answers)
    size = size_of_mail(words=words, files=[each.size for each in files])
    if size > chosen.limit_mb * MEGABYTE:
        return Going(too_large=bool(files))
    return Going(files)

"""What people are told of a text that was brought in: what was found, and what of the file is not in the article."""

from loa.errors import Finding, WorkspaceError
from loa.formats import day
from loa.i18n import _, ngettext
from loa.importing.blocks import Document
from loa.importing.notice import Notice


def found(notice: Notice) -> list[str]:
    """The facts that were found, each as a line to be checked by a person."""
    facts = [
        (_("Who issues it"), notice.issuer),
        (_("Kind of document"), notice.kind),
        (_("Number and sign"), notice.number),
        (_("Day of the document"), day(notice.issued) if notice.issued else None),
        (_("Where to go for this topic"), ", ".join(filter(None, notice.contact.values())) if notice.contact else None),
    ]
    return [f"{name}: {fact}" for name, fact in facts if fact]


def left(notice: Notice, document: Document) -> list[str]:
    """What was left out or changed."""
    lines = []
    if notice.title_made:
        lines.append(_("The text has no title; this one was made from its words."))
    if notice.mended:
        lines.append(ngettext("{many} place mended", "{many} places mended", notice.mended).format(many=notice.mended))
    if document.pictures:
        lines.append(
            ngettext("{n} picture was left out.", "{n} pictures were left out.", document.pictures).format(
                n=document.pictures
            )
        )
    if document.empty_pages:
        lines.append(
            ngettext(
                "{n} page is a picture (a scan): its text is missing.",
                "{n} pages are pictures (scans): their text is missing.",
                document.empty_pages,
            ).format(n=document.empty_pages)
        )
    if notice.left_out:
        lines.append(
            _("Left out, and kept in the notes for staff: {list}").format(list=_short("; ".join(notice.left_out)))
        )
    if notice.notes:
        lines.append(
            _("Taken as notes for staff, which are not read aloud: {list}").format(list=_short("; ".join(notice.notes)))
        )
    return lines


def _short(text: str, most: int = 300) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def heading() -> str:
    """What stands in the notes for staff above the lines that were left out."""
    return _("Left out when it was brought in:")


def refuse_empty(notice: Notice, name: str) -> None:
    """Raise WorkspaceError where there is no title or no text."""
    if not notice.title or not notice.body:
        message = _("There is no article in this file: a title and a paragraph are needed.")
        raise WorkspaceError(Finding("file.no-article", message, _("Is this the right file?"), file=name))

"""The receipt of a report: what was handed in, in words. The page shows it, and the signed PDF repeats it."""

from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import gettext as _

from casetrack.audit.models import Entry
from casetrack.cases.models import Case
from casetrack.documents.blocks import Block, content, heading, pairs, paragraph, table
from casetrack.documents.models import DocumentKind
from casetrack.documents.registry import Facts, after
from casetrack.evidence.models import EvidenceFile
from casetrack.lib.formats import jp_date, jp_datetime, listed, quantity, yen
from casetrack.web.report.pages import moment
from casetrack.web.report.words import sections


def files_of(case: Case) -> list[EvidenceFile]:
    """What came in with the report; what was added later is on the page of the case."""
    files = EvidenceFile.objects.filter(case=case, draft_key__isnull=False, is_removed=False)
    return list(files.order_by("received_at", "pk"))


@after("cases.submitted")
@after("cases.taken_by_telephone")
def receipt(case: Case, entry: Entry) -> list[tuple[str, Facts]]:
    received = jp_datetime(case.opened_at)
    facts = content(case.opened_at, settings.SITE_NAME, _blocks(case), day=received)
    return [(DocumentKind.RECEIPT, facts)]


def _blocks(case: Case) -> Iterator[Block]:
    yield paragraph(_("Your report has arrived. Keep this receipt: it shows what you handed in, and when."))
    yield pairs(
        [
            (_("Reference number"), case.reference),
            (_("Received (time in Tokyo)"), jp_datetime(case.opened_at)),
            (_("Firm"), case.firm.name),
            (_("Handed in by"), case.victim.name),
        ]
    )
    for section in sections(case):
        yield heading(section.title)
        yield pairs(section.rows)
    if not case.report:
        yield from _accounts(case)
    yield heading(_("Files"))
    files = files_of(case)
    if not files:
        yield paragraph(_("No files were handed in with the report."))
        return
    head = [(_("File"), "1.1fr left"), (_("Received"), "auto left"), ("SHA-256", "1.2fr left")]
    yield table(head, [(f.name, jp_datetime(f.received_at), _broken(f.sha256)) for f in files])
    yield paragraph(_("Whoever holds the same file gets the same SHA-256, so it proves what was handed in."))


def _accounts(case: Case) -> Iterator[Block]:
    """What is known of a report that did not come through the pages."""
    for incident in case.incidents.prefetch_related("claimed_trades").order_by("pk"):
        yield heading(_("Account %(number)s") % {"number": incident.masked})
        rows = [
            (_("Kinds of account"), listed(incident.kind_labels)),
            (_("You noticed it"), moment(incident.noticed_at)),
            (_("You told the firm"), moment(incident.told_firm_at)),
        ]
        for place, trade in enumerate(incident.claimed_trades.all(), start=1):
            said = [trade.get_side_display(), trade.security, jp_date(trade.traded_on), quantity(trade.quantity)]
            rows.append((_("Trade %(place)s") % {"place": place}, " · ".join([*said, yen(trade.amount)])))
        yield pairs(rows)


def _broken(sha256: str) -> str:
    """In two lines: it has no place where it could be broken."""
    return f"{sha256[:32]}\n{sha256[32:]}"

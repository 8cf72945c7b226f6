"""Every paper of a case in both languages: its text has every figure of the database, and it is sound for the archive:
fonts inside, tagged, PDF/A-3a and PDF/UA-1 by its own word."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override
from pypdf import PdfReader

from casetrack.assessment.statement import PLAIN_COMPONENTS, statement
from casetrack.assessment.taxes import FACTS
from casetrack.cases.models import Case
from casetrack.documents.models import IN_EVERY_LANGUAGE, Document, DocumentKind
from casetrack.documents.services import drain
from casetrack.evidence.services import add_file
from casetrack.ledger.gross import gross_of
from casetrack.ledger.models import Execution
from casetrack.lib import clock
from casetrack.lib.clock import travel_to
from casetrack.lib.formats import jp_date, jp_datetime, quantity, yen
from tests.builders import DECISIONS_B, EXAMPLE_B, PRICES_B, Cast, Story
from tests.documents.pdfs import fonts_of, in_own_language, read, text_of

LANGUAGES = ["ja", "en"]
KINDS = [DocumentKind.STATEMENT, DocumentKind.OFFER, DocumentKind.SETTLEMENT, DocumentKind.REFUSAL]
LANG = {"ja": "ja-JP", "en": "en-US"}


def in_language(story: Story, language: str) -> Story:
    Case.objects.filter(pk=story.case.pk).update(language=language)
    story.case.refresh_from_db()
    return story


def settled(cast: Cast, language: str) -> Story:
    """A case like example B to its settlement, with a reduction, entered prices, and an offer part by part."""
    story = Story(cast, victim="otto", account="7-1", ledger=EXAMPLE_B, decisions=dict(DECISIONS_B), prices=PRICES_B)
    in_language(story.to_ledger(), language).decided().wait(25)
    with travel_to(story.at):
        file = add_file(SimpleUploadedFile("prices.csv", b"7203,2700\n"), actor=story.user("ivan"), case=story.case)
    story.reduced("0.125").assessed(files=[file], reason="…").offered(story.run.due + 1234).wait(2).accepted()
    return story


def refused(cast: Cast, language: str) -> Story:
    story = in_language(Story(cast).reported(), language).acknowledged()
    return story.does("alma", "decline", reason="1,250,000円 / ¥1,250,000")


def papers(story: Story) -> dict[str, Document]:
    drain(clock.now())
    return {document.kind: document for document in in_own_language(story.case)}


def squeezed(text: str) -> str:
    """Without spaces and line ends: where a cell is broken into lines says nothing of its figures."""
    return "".join(text.split())


def figures_of(text: str) -> list[str]:
    return re.findall(r"−?(?:¥\d[\d,]*|\d[\d,]*円)(?<!,)", text)


def lines_of(story: Story) -> Iterator[str]:
    """What the statement of the stored run must print, from the database."""
    run = story.run
    yield from (yen(figure) for figure in (run.loss, run.cash, run.restoration, run.due))
    gross = gross_of([story.incident.account_id])
    yield from (yen(gross.sold), yen(gross.bought))
    yield from (jp_date(run.valuation_on), str(run.get_valuation_basis_display()), quantity(run.reduction * 100))
    for account in statement(run, PLAIN_COMPONENTS):
        for line in account.lines:
            yield from (yen(line.loss), jp_datetime(line.at), line.event["id"], str(line.component))
            for step in line.workings:
                yield from (step.text, yen(step.yen))
        for part in account.components:
            yield from (str(part.name), yen(part.loss), yen(part.payable))
        for item in account.restoration:
            yield from (str(item.what), item.working, yen(item.worth))
        for code, price, source in account.prices:
            yield from (code, quantity(price), source)
        yield account.row.inputs_sha256
    for file in run.price_evidence:
        yield from (file["name"], file["sha256"])
    for fact in FACTS:
        yield fact.text
        if fact.source:
            yield from (fact.source.name, fact.source.address)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_statement_has_every_line_component_total_price_and_hash(cast: Cast, language: str) -> None:
    story = settled(cast, language)
    text = squeezed(text_of(read(papers(story)[DocumentKind.STATEMENT])))
    with override(language):
        for said in lines_of(story):
            assert squeezed(said) in text, said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_statement_has_no_amount_that_the_database_has_not(cast: Cast, language: str) -> None:
    story = settled(cast, language)
    text = text_of(read(papers(story)[DocumentKind.STATEMENT]))
    with override(language):
        known = {figure for said in lines_of(story) for figure in figures_of(said)}
        row = story.run.accounts.get()
        known |= {yen(row.result["loss"]), yen(row.inputs["policy"]["solatium"])}
        known |= {yen("-" + row.result["restoration"]["reduction"]), yen(row.result["compensation"]["restoration"])}
    printed = figures_of(text)
    assert printed
    assert {figure.lstrip("−") for figure in printed} <= {figure.lstrip("−") for figure in known}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_offer_has_its_parts_and_its_sum(cast: Cast, language: str) -> None:
    story = settled(cast, language)
    text = squeezed(text_of(read(papers(story)[DocumentKind.OFFER])))
    with override(language):
        assert sum(Decimal(part) for part in story.offer.components.values()) == story.offer.amount
        for figure in (story.run.loss, story.run.due, story.offer.amount, *story.offer.components.values()):
            assert yen(figure) in text or not Decimal(figure)
        for said in (*story.offer.component_reasons.values(), story.offer.reasons, *(fact.text for fact in FACTS)):
            assert squeezed(said) in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_settlement_has_what_was_agreed_and_what_it_rests_on(cast: Cast, language: str) -> None:
    story = settled(cast, language)
    text = squeezed(text_of(read(papers(story)[DocumentKind.SETTLEMENT])))
    with override(language):
        for figure in (story.settlement.amount, story.run.loss, story.run.due):
            assert yen(figure) in text
        for part in story.offer.components.values():
            assert yen(part) in text or not Decimal(part)
    assert story.settlement.terms_sha256 in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_refusal_has_its_reasons_with_their_figures(cast: Cast, language: str) -> None:
    text = squeezed(text_of(read(papers(refused(cast, language))[DocumentKind.REFUSAL])))
    assert squeezed("1,250,000円 / ¥1,250,000") in text


@pytest.mark.parametrize(("language", "other"), [("ja", "en"), ("en", "ja")])
def test_the_statement_and_the_settlement_are_there_in_the_other_language_too(
    cast: Cast, language: str, other: str
) -> None:
    story = settled(cast, language)
    drain(clock.now())
    both, single = [], []
    for paper in story.case.documents.order_by("number"):
        (both if paper.kind in IN_EVERY_LANGUAGE else single).append(paper)
    assert [paper.language for paper in both] == [language, other, language, other]
    assert {paper.language for paper in single} == {language}
    for paper in both:
        text = squeezed(text_of(read(paper)))
        with override(paper.language):
            expected = {
                DocumentKind.STATEMENT: [*lines_of(story)],
                DocumentKind.SETTLEMENT: [yen(story.settlement.amount), story.settlement.terms_sha256],
            }[DocumentKind(paper.kind)]
            assert squeezed(paper.get_kind_display()) in text
        assert all(squeezed(said) in text for said in expected)


def said_of(pdf: PdfReader) -> str:
    """The XMP packet: what a PDF says of itself."""
    packet: Any = pdf.trailer["/Root"]["/Metadata"]  # type: ignore[index]
    return packet.get_object().get_data().decode()


def roles(node: Any) -> Iterator[str]:
    """The roles of the tags below a node of the structure tree."""
    node = node.get_object()
    if isinstance(node, list):
        for one in node:
            yield from roles(one)
    elif isinstance(node, dict):
        if "/S" in node:
            yield str(node["/S"])
        if "/K" in node:
            yield from roles(node["/K"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_paper_is_archivable_and_tagged(cast: Cast, language: str) -> None:
    found = papers(settled(cast, language)) | papers(refused(cast, language))
    assert set(KINDS) <= set(found)
    for kind in KINDS:
        pdf = read(found[kind])
        root: Any = pdf.trailer["/Root"]
        assert pdf.metadata is not None
        assert pdf.metadata.title == found[kind].facts["title"]
        assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == (LANG[language], True)
        assert root["/ViewerPreferences"]["/DisplayDocTitle"]
        fonts = list(fonts_of(pdf))
        assert fonts
        assert all(embedded for _name, embedded in fonts)
        words = said_of(pdf)
        for name, value in (("pdfaid:part", "3"), ("pdfaid:conformance", "A"), ("pdfuaid:part", "1")):
            assert re.search(rf'{name}(?:>|="){value}[<"]', words), (kind, name)
        tags = list(roles(root["/StructTreeRoot"]))
        assert "/H1" in tags
        if kind != DocumentKind.REFUSAL:
            assert {"/Table", "/TH", "/TD"} <= set(tags)
        assert not pdf.is_encrypted
        assert "/JavaScript" not in str(root.get("/Names", ""))


def test_the_papers_have_as_many_lines_as_the_run(cast: Cast) -> None:
    story = settled(cast, "ja")
    assert Execution.objects.filter(account=story.incident.account).count() == 5
    facts = papers(story)[DocumentKind.STATEMENT].facts
    tables = [block for block in facts["blocks"] if block["block"] == "table"]
    assert any(len(t["rows"]) == len(story.run.accounts.get().result["lines"]) + 1 for t in tables)

"""The papers of a case on its way: each follows its act, says what the database holds, and reaches both sides."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from casetrack.assessment.services import Said
from casetrack.documents.models import Document, DocumentKind
from casetrack.documents.proofs import is_genuine
from casetrack.documents.services import drain
from casetrack.evidence.services import add_file
from casetrack.lib import clock
from casetrack.lib.clock import travel_to
from casetrack.lib.crypto import public_key
from tests.builders import Story
from tests.documents.pdfs import fonts_of, in_own_language, read, text_of


def made(story: Story) -> dict[str, Document]:
    drain(clock.now())
    return {document.kind: document for document in in_own_language(story.case)}


def printed(amount: Decimal) -> str:
    return f"{amount:,.0f}円"


def test_every_act_has_its_paper_once_and_each_is_sound(story: Story) -> None:
    story.to_end()
    papers = made(story)
    assert list(papers) == [
        DocumentKind.RECEIPT,
        DocumentKind.ACKNOWLEDGEMENT,
        DocumentKind.STATEMENT,
        DocumentKind.OFFER,
        DocumentKind.SETTLEMENT,
        DocumentKind.BUNDLE_INDEX,
    ]
    for paper in papers.values():
        assert is_genuine(paper.facts, paper.signature, public_key())
        assert all(embedded for _name, embedded in fonts_of(read(paper)))
    assert drain(clock.now()) == 0


def test_the_confirmation_names_the_case_and_the_day(story: Story) -> None:
    text = text_of(read(made(story.reported().acknowledged())[DocumentKind.ACKNOWLEDGEMENT]))
    for said in (story.case.reference, story.case.victim.name, story.case.firm.name, story.incident.masked):
        assert said in text


def test_the_statement_has_the_figures_of_the_stored_run(story: Story) -> None:
    story.to_offer()
    text = text_of(read(made(story)[DocumentKind.STATEMENT]))
    run, row = story.run, story.run.accounts.get()
    for figure in (run.loss, run.cash, run.restoration, run.due, *(Decimal(p) for p in row.result["payable"].values())):
        assert printed(figure) in text
    for line in row.result["lines"]:
        assert printed(Decimal(line["loss"])).lstrip("-") in text
    assert row.inputs_sha256 in "".join(text.split())
    for code in row.inputs["valuation"]["prices"]:
        assert code in text


def test_the_statement_says_why_the_amount_is_reduced_or_that_it_is_not(story: Story) -> None:
    story.to_ledger().decided().wait(25)
    with travel_to(story.at):
        file = add_file(SimpleUploadedFile("mail.txt", b"the mail"), actor=story.user("vera"), case=story.case)
    story.assessed().offered()
    assert "ご自身の行為を理由とする減額はありません。" in text_of(read(made(story)[DocumentKind.STATEMENT]))
    story.wait(1).reduced("0.125", customer={"code_typed": Said("お電話で伺いました。", [file])}).assessed().offered()
    made(story)
    last = in_own_language(story.case).filter(kind=DocumentKind.STATEMENT).last()
    assert last is not None
    text = text_of(read(last))
    for said in ("12.5", story.reduction.reason, "お電話で伺いました。", "mail.txt", "注意喚起をしていなかった"):
        assert said in text


def test_the_offer_has_its_amount_parts_reasons_and_no_link(story: Story) -> None:
    story.to_assessment().offered(story.run.due + 1, reasons="𠮷田 #panic() の件も含みます。")
    text = text_of(read(made(story)[DocumentKind.OFFER]))
    assert printed(story.offer.amount) in text
    for part in story.offer.components.values():
        assert printed(Decimal(part)) in text
    assert "𠮷田 #panic() の件も含みます。" in text
    assert "http" not in text


def test_a_second_offer_on_the_same_run_repeats_no_statement(story: Story) -> None:
    story.to_offer().countered(story.run.due * 2, "…")
    story.wait(1).offered(story.run.due + 5000)
    made(story)
    kinds = [document.kind for document in in_own_language(story.case)]
    assert kinds.count(DocumentKind.STATEMENT) == 1
    assert kinds.count(DocumentKind.OFFER) == 2


def test_the_settlement_names_the_parties_without_the_victims_name_and_the_locked_terms(story: Story) -> None:
    story.to_settlement()
    text = text_of(read(made(story)[DocumentKind.SETTLEMENT]))
    assert printed(story.settlement.amount) in text
    assert story.settlement.terms_sha256 in "".join(text.split())
    assert story.case.firm.name in text
    assert story.case.victim.family_name not in text


def test_the_countersigned_settlement_is_told_from_the_one_before_by_its_title(story: Story) -> None:
    story.to_settlement()
    made(story)
    story.countersigned()
    made(story)
    before, after = in_own_language(story.case).filter(kind=DocumentKind.SETTLEMENT)
    assert (before.title, after.title) == ("和解合意書", "和解合意書（証券会社の署名済み）")
    assert after.title in "".join(text_of(read(after)).split())
    assert "署名済み" not in text_of(read(before))


def test_the_settlement_of_a_part_says_what_it_settles_and_what_stays_in_dispute(story: Story) -> None:
    story.to_assessment().wait(1).part_offered("costs", "solatium").wait(1).accepted()
    papers = made(story)
    for kind in (DocumentKind.OFFER, DocumentKind.SETTLEMENT):
        text = "".join(text_of(read(papers[kind])).split())
        assert "14,500円" in text
        assert "損失の一部について" in text
        assert "手数料・税金・金利" in text
        assert "どちらも何も放棄" in text
    assert "そのほかの部分については話し合いを続けます" in text
    assert "両者の間の問題はすべて最終的に解決" not in text, "the clause of the whole is not in it"


def test_the_settlement_of_the_rest_names_what_was_settled_before(story: Story) -> None:
    story.to_assessment().wait(1).part_offered("costs", "solatium").wait(1).accepted()
    story.wait(1).rest_offered().wait(1).accepted()
    text = "".join(text_of(read(made(story)[DocumentKind.SETTLEMENT])).split())
    assert "13,995,000円" in text
    assert "すでに合意した部分" in text
    assert "提案1" in text


def test_a_refusal_gives_the_firms_reasons_as_written(story: Story) -> None:
    story.reported().acknowledged().does("alma", "decline", reason="ログインの記録に\n不審な点がありません。")
    text = text_of(read(made(story)[DocumentKind.REFUSAL]))
    assert "ログインの記録に" in text
    assert "不審な点がありません。" in text
    assert "再確認を求める" in text
    assert "FINMAC" in text


def test_the_index_lists_every_paper_with_its_hash(story: Story) -> None:
    story.to_end()
    index = made(story)[DocumentKind.BUNDLE_INDEX]
    text = "".join(text_of(read(index)).split())
    others = story.case.documents.exclude(pk=index.pk)
    assert {"ja", "en"} == {paper.language for paper in others}
    assert all(paper.sha256 in text for paper in others)


@pytest.mark.parametrize("name", ["vera", "ivan", "otto", "bruno", "rita", "mina"])
def test_papers_are_seen_by_both_sides_of_the_case_alone(name: str, story: Story) -> None:
    made(story.reported())
    assert Document.objects.visible_to(story.user(name)).count() == (1 if name in ("vera", "ivan") else 0)

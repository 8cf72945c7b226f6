"""What the victim's side promises, and the tests that show it; the other side's stands in promises_of_good_faith. A
promise without a test, or one whose test is gone, fails here. `path::name` below `tests`."""

import re
from functools import cache
from pathlib import Path

import pytest

from casetrack.local.catalogues import faults
from tests.house.promises_of_good_faith import PROMISES as GOOD_FAITH

TESTS = Path(__file__).parents[1]

PROMISES: dict[str, dict[str, list[str]]] = {
    "Know what to do first": {
        "The first pages are read without an account, in both languages": [
            "web/test_public.py::test_a_stranger_reads_every_public_page",
            "house/test_urls.py::test_without_a_log_in_only_the_public_pages_open",
        ],
        "Each firm's emergency numbers come from its own record and can be tapped": [
            "web/test_public.py::test_the_numbers_can_be_tapped_and_their_hours_are_in_the_readers_language",
            "browser/test_public.py::test_the_number_is_reached_by_keyboard_alone",
        ],
        "Evidence: what and how, with a check-list for printing": [
            "browser/test_public.py::test_the_check_list_prints_on_two_sheets",
        ],
        "Police, compensation, where else to turn (FINMAC, 188, #9110), and the warning of lures": [
            "web/test_public.py::test_the_pages_say_what_to_do_and_where_else_to_turn",
            "web/test_public.py::test_no_page_of_the_public_links_to_somebody_elses_site",
        ],
    },
    "Report in any order and at any pace": {
        "A page for each topic, each question of the issue on one of them": [
            "intake/test_steps.py::test_every_step_has_a_page_and_every_page_a_step",
            "intake/test_steps.py::test_the_page_asks_what_the_step_keeps",
            "intake/test_topics.py::test_vera_hands_in_all_topics_and_her_report_holds_them",
            "browser/test_report_topics.py::test_vera_adds_what_applies_to_her_and_reports_two_firms",
        ],
        "Names are kept as typed: 髙, 﨑, 𠮷, foreign names; kana however they are typed": [
            "web/test_forms_texts.py::test_names_are_kept_as_they_are_written",
            "web/test_report_topics.py::test_names_stay_as_they_were_typed",
            "web/test_forms_texts.py::test_a_reading_becomes_full_width_katakana",
        ],
        "Police consulted, accepted with a number, refused with a reason; money that the firm demands": [
            "web/test_report_topics.py::test_the_last_page_shows_every_topic_and_names_what_is_set_aside",
            "intake/test_topics.py::test_the_number_of_a_consultation_is_kept_and_handed_in",
            "intake/test_topics.py::test_a_refusal_is_handed_in_with_its_reason",
            "intake/test_topics.py::test_whatever_the_account_money_that_the_firm_demands_can_be_told",
        ],
        "The address is found by its postcode": [
            "web/test_report_topics.py::test_vera_has_her_address_found_and_what_she_typed_stays",
            "web/test_report_topics.py::test_postcodes_of_one_town_of_several_and_of_none",
        ],
        "Somebody may speak for the victim, with a power of attorney": [
            "web/test_report_topics.py::test_the_name_is_asked_for_only_if_somebody_speaks_for_her",
            "intake/test_topics.py::test_a_representative_needs_a_name_and_nobody_needs_none",
            "intake/test_topics.py::test_what_is_said_or_taken_back_later_stands_before_the_call_too",
        ],
        "Several accounts at several firms in one sitting: one case for each firm, linked": [
            "intake/test_sittings.py::test_one_case_for_each_firm_with_its_own_accounts_and_answers",
            "intake/test_sittings.py::test_the_firms_do_not_learn_of_one_another",
            "intake/test_sittings.py::test_vera_sees_every_reference_on_the_receipt_and_the_others_on_each_case",
        ],
        "“I don't know” where a person may not know": [
            "intake/test_steps.py::test_where_a_person_may_not_know_the_question_may_stay_open_or_is_answered_with_"
            "i_do_not_know",
            "intake/test_steps.py::test_what_must_be_entered_is_what_a_report_cannot_do_without",
            "web/test_victim_report.py::test_i_do_not_know_the_trades_is_an_answer",
            "intake/test_placing.py::test_it_says_so_and_stands_with_the_first_account",
            "intake/test_placing.py::test_ivan_finds_out_the_account_and_both_sides_see_that",
        ],
        "Answers are saved while they are typed, and the page says when": [
            "browser/test_autosave.py::test_it_says_when_it_saved_and_passes_axe",
            "web/test_autosave.py::test_a_page_opened_again_says_when_it_was_saved_last",
        ],
        "Nothing is lost by a closed lid, a time-out, a lost network, a second device": [
            "browser/test_autosave.py::test_a_closed_tab_loses_nothing",
            "browser/test_autosave.py::test_an_expired_session_loses_nothing",
            "browser/test_autosave.py::test_a_cut_network_is_said_and_made_good",
            "browser/test_autosave.py::test_a_second_device_is_not_written_over",
            "browser/test_report.py::test_what_is_typed_while_the_session_ends_is_there_after_signing_in",
        ],
        "What an earlier answer makes irrelevant is set aside, not destroyed": [
            "intake/test_topics.py::test_talks_are_set_aside_when_she_did_not_tell_the_firm_and_come_back",
            "intake/test_topics.py::test_what_is_set_aside_is_not_handed_in",
            "intake/test_sittings.py::test_a_firm_taken_out_is_set_aside_and_comes_back_with_its_answers",
            "web/test_report_topics.py::test_the_last_page_shows_every_topic_and_names_what_is_set_aside",
            "web/test_report_topics.py::test_the_list_of_pages_names_what_is_set_aside_and_leads_back",
        ],
    },
    "Bring the trades as the broker gives them": {
        "Rakuten, SBI, Monex, SMBC Nikko, detected by header names, in cp932 or UTF-8": [
            "ledger/brokers/test_formats.py::test_a_sample_is_read_without_a_problem",
            "ledger/brokers/test_formats.py::test_the_encoding_does_not_matter",
            "ledger/brokers/test_rakuten.py::test_japanese_shares_are_read_as_they_stand",
            "ledger/brokers/test_rakuten.py::test_us_shares_are_in_dollars_and_funds_per_ten_thousand_units",
            "ledger/brokers/test_formats.py::test_sbi_executions",
            "ledger/brokers/test_formats.py::test_sbi_tax_and_foreign_shares",
            "ledger/brokers/test_formats.py::test_monex_nikko_okasan",
        ],
        "Damaged files cost what is damaged and no more": [
            "ledger/brokers/test_damage.py::test_a_damaged_row_costs_only_itself",
            "ledger/brokers/test_formats.py::test_a_file_cut_anywhere_is_read_or_refused",
            "ledger/brokers/test_formats.py::test_junk_raises_only_what_is_declared",
            "ledger/brokers/test_damage.py::test_every_brokers_file_damaged_anywhere_is_read_or_refused",
            "intake/test_brought_trades.py::test_a_number_that_no_trade_has_costs_its_row_and_not_the_report",
        ],
        "Columns of an unknown file are mapped by hand, with samples, and remembered": [
            "web/test_victim_trades.py::test_vera_brings_her_list_names_the_columns_looks_and_keeps_it",
            "web/test_victim_trades.py::test_her_second_list_of_that_kind_needs_no_columns",
        ],
        "A preview with totals, the file's own totals checked, errors by cause with lines; then confirm": [
            "web/test_victim_trades.py::test_totals_that_the_file_states_are_checked_and_a_difference_is_said",
            "web/test_victim_trades.py::test_lines_that_cannot_be_read_are_told_by_reason_and_line",
            "ledger/brokers/test_formats.py::test_sbi_states_totals_and_a_missing_row_shows",
        ],
        "Or rows are typed, or the firm has the list": [
            "web/test_victim_report.py::test_rows_are_added_and_removed_without_javascript",
            "web/test_victim_report.py::test_i_do_not_know_the_trades_is_an_answer",
        ],
        "“Not me” by day, by security, with thumb or keys, and undone": [
            "web/test_victim_trades.py::"
            "test_all_of_a_day_in_one_act_keeps_what_was_answered_on_the_page_and_is_taken_back",
            "web/test_victim_trades.py::test_she_filters_by_security_and_answers_for_all_of_it",
            "browser/test_marks.py::test_she_answers_by_keys_and_takes_an_answer_for_a_day_back",
            "web/test_victim_trades.py::test_before_handing_in_she_sees_how_her_list_is_answered",
        ],
    },
    "Bring evidence that arrives": {
        "Many files at once, in pieces, resumed after a broken connection, progress for each": [
            "browser/test_upload.py::test_the_network_goes_in_the_middle_and_comes_back_and_the_file_arrives_whole",
            "browser/test_upload.py::test_many_at_once_each_with_its_end_and_a_name_that_is_code_stays_a_name",
            "browser/test_upload.py::test_after_the_page_is_opened_again_the_same_file_goes_on_where_it_stopped",
        ],
        "The camera on telephones": ["browser/test_upload.py::test_on_a_telephone_the_camera_is_one_press_away"],
        "25 MB each by default, the type by content against a list": [
            "evidence/test_add_file.py::test_it_refuses_a_file_past_the_limit_and_keeps_one_at_the_limit",
            "evidence/test_add_file.py::test_it_takes_each_kind_and_stores_it_under_its_hash",
            "evidence/test_attacks_files.py::test_what_a_browser_would_run_is_not_taken",
        ],
        "Scanned for viruses where there is a scanner; waiting, refused and unscanned are said": [
            "evidence/test_scan.py::test_harmful_content_reaches_nobody_and_vera_is_told_which_file",
            "evidence/test_scan.py::test_ivan_waits_for_the_scan_and_vera_opens_her_own",
            "evidence/test_scan.py::test_without_a_scanner_a_file_is_marked_so_and_the_firm_opens_it",
        ],
        "Previews without the place, the original untouched; PDF in a sandbox": [
            "evidence/test_previews.py::test_a_photograph_is_drawn_smaller_upright_and_without_place_or_device",
            "evidence/test_previews.py::test_a_photograph_of_an_iphone_is_drawn_without_place_or_device",
            "evidence/test_previews.py::test_a_pdf_is_shown_in_a_sandbox_of_its_own",
        ],
        "Every file shows its state, its SHA-256 and when it came": [
            "browser/test_evidence.py::test_vera_sees_where_each_file_is_and_answers_what_is_asked",
        ],
        "Files and facts are added afterwards; what is asked for is answered": [
            "web/test_victim_cases.py::test_files_are_added_to_the_case_and_a_wrong_one_is_named",
            "web/test_victim_additions.py::test_what_she_remembers_reaches_the_firm_once",
            "web/test_evidence_requests.py::test_ivan_asks_by_form_and_vera_finds_it_on_her_case_and_among_her_files",
            "web/test_evidence_requests.py::"
            "test_what_is_asked_for_stands_at_the_top_of_her_case_and_on_the_list_of_her_cases",
            "web/test_evidence_requests.py::test_vera_answers_with_a_file_without_javascript",
        ],
    },
    "Get a receipt that proves it": {
        "In the reporter's language: reference, time, what was said, files with hashes": [
            "documents/test_receipt.py::test_it_says_when_to_whom_and_what",
            "documents/test_receipt.py::test_it_is_in_the_reporters_language",
            "web/test_victim_trades.py::test_the_receipt_lists_the_trades_that_were_not_hers",
        ],
        "Signed (Ed25519), and the QR code leads to a page that tells nothing of the case": [
            "documents/test_receipt.py::test_it_carries_its_facts_and_a_signature_that_holds_without_us",
            "documents/test_check.py::test_the_qr_code_leads_to_a_page_that_tells_time_and_fingerprint_and_no_more",
            "documents/test_check.py::test_openssl_confirms_it_with_the_public_key_alone",
        ],
    },
    "Follow it": {
        "Where it is, whose turn, until when, what next, what can I do": [
            "web/test_victim_clocks.py::test_the_top_answers_all_five_questions",
            "web/test_bank_pages.py::"
            "test_before_and_after_an_acceptance_the_case_leads_to_the_bank_details_until_they_are_there",
            "web/test_victim_cases.py::test_the_case_says_where_it_is_whose_turn_and_until_when",
        ],
        "Timeline, messages, documents, both sides' answers on the trades, clocks": [
            "web/test_victim_timeline.py::test_vera_reads_her_own_steps_as_you_and_the_firms_under_its_name",
            "web/test_victim_cases.py::test_messages_go_to_the_firm_once_and_come_back",
            "documents/test_letters.py::test_papers_are_seen_by_both_sides_of_the_case_alone",
            "web/test_victim_cases.py::test_the_case_page_shows_both_sides_of_each_trade_with_the_firms_reason",
            "web/test_victim_clocks.py::test_each_stage_is_there_with_the_staffs_own_day",
        ],
        "Withdraw, correct, add, delete a draft": [
            "web/test_victim_cases.py::test_she_withdraws_after_a_page_that_explains",
            "web/test_victim_additions.py::test_a_corrected_answer_stands_beside_the_first_with_its_day_and_reason",
            "web/test_victim_later.py::test_what_was_not_hers_becomes_a_claim_and_the_list_evidence",
            "web/test_victim_report.py::test_the_draft_is_deleted_only_after_asking",
        ],
        "Everything held about the person, as a ZIP": [
            "web/test_victim_copy.py::test_vera_asks_waits_and_downloads",
            "copies/test_contents.py::"
            "test_every_table_that_belongs_to_somebody_is_in_the_copy_or_left_out_for_a_reason",
        ],
    },
    "Be told": {
        "By mail and in the application, in the reader's language, without link or content": [
            "notifications/test_rules.py::test_a_mail_has_no_link_no_reference_and_one_line_of_subject",
            "notifications/test_drain.py::test_everybody_reads_in_their_own_language",
            "web/test_victim_notices.py::test_vera_reads_her_notices_and_marks_them_as_read",
        ],
        "Failures are visible to staff": [
            "web/test_victim_notices.py::test_both_sides_see_that_the_mail_did_not_arrive",
            "notifications/test_choice.py::test_an_invitation_and_a_warning_that_did_not_arrive_are_shown_too",
        ],
        "Quiet options": [
            "notifications/test_choice.py::test_two_pieces_of_news_make_one_mail_in_the_evening",
            "notifications/test_choice.py::test_who_wants_no_mails_still_has_the_notices",
            "notifications/test_choice.py::test_the_night_is_quiet_and_the_morning_brings_the_mail",
        ],
    },
    "Be safe": {
        "Passkeys first, to sign up and in, and to step up": [
            "web/test_accounts.py::test_a_passkey_stands_before_the_password",
            "browser/test_passkeys.py::test_vera_signs_up_and_in_again_with_a_passkey_and_never_has_a_password",
            "browser/test_passkeys.py::test_accepting_an_offer_asks_again_for_the_passkey",
            "browser/test_passkeys.py::test_bank_details_ask_again_for_the_passkey",
        ],
        "E-mail verified by code, apps, recovery codes, the list of sessions": [
            "browser/test_no_script.py::test_a_stranger_comes_from_the_first_page_to_the_receipt_without_a_script",
            "browser/test_seldom_seen.py::test_ways_to_sign_in",
            "web/test_accounts.py::test_the_key_of_an_app_lies_encrypted",
            "web/test_accounts.py::test_vera_signs_out_everywhere_else",
        ],
        "Showing again who one is before an acceptance, a new address, password or account": [
            "web/test_victim_offers.py::test_accepting_asks_again_who_she_is",
            "web/test_accounts.py::test_a_way_to_sign_in_is_changed_only_after_showing_again_who_one_is",
            "web/test_bank_pages.py::test_changing_asks_again_who_she_is",
        ],
        "Changed bank details are told everywhere, cool off, and show to staff": [
            "cases/test_bank.py::test_a_change_is_told_in_the_case_and_to_both_sides_without_content",
            "cases/test_bank.py::test_the_first_entry_before_an_agreement_is_payable_at_once_a_change_is_not",
            "web/test_victim_notices.py::test_her_changed_bank_details_are_told_in_the_application",
            "web/test_bank_pages.py::test_the_payment_page_shows_the_block_and_refuses",
            "cases/test_bank.py::test_this_was_not_me_stops_the_payment_until_the_firm_has_telephoned",
        ],
        "Limits on every public door, humanely said; no account can be found out; no captcha of others": [
            "web/test_limits.py::test_a_door_closes_and_says_when_it_opens_again",
            "web/test_limits.py::test_every_form_that_a_stranger_may_send_is_counted",
            "web/test_accounts.py::test_a_known_and_an_unknown_address_get_the_same_answer",
            "web/test_accounts.py::test_a_new_address_that_somebody_has_already_gets_the_same_answer",
            "house/test_templates.py::test_the_policy_allows_nothing_inline",
        ],
    },
    "Be helped": {
        "Staff take a report by telephone in the same forms; colleagues go on with it": [
            "browser/test_telephone.py::test_a_report_from_the_call_to_the_code",
            "browser/test_telephone.py::test_ivan_takes_over_what_fiona_writes_and_she_is_told",
            "web/test_firm_telephone_together.py::test_signed_out_it_waits_until_fiona_is_back",
        ],
        "The victim claims the case with a code by post or telephone": [
            "web/test_claim_pages.py::test_fiona_makes_a_code_and_otto_enters_it",
            "intake/test_claims.py::test_two_with_the_same_code_at_once_and_one_has_the_case",
        ],
        "Firms open cases in bulk and the victim is invited": [
            "cases/test_import_incidents.py::test_a_row_opens_a_confirmed_case_and_invites_the_victim",
        ],
        "What makes it harder for a person is said once and seen by whoever calls": [
            "intake/test_needs.py::test_the_report_says_who_is_vulnerable",
            "intake/test_topics.py::test_fiona_reads_the_report_in_words_and_the_needs_first",
            "intake/test_topics.py::test_what_is_said_or_taken_back_later_stands_before_the_call_too",
        ],
    },
    "Quality": {
        "axe on every page and error state, both languages, wide and 375 px; 400 %; error titles": [
            "browser/test_every_page.py::test_every_page_of_veras_and_every_form_sent_empty",
            "browser/test_every_page.py::test_every_page_for_everybody_and_every_door",
            "browser/test_every_page.py::test_no_page_of_a_victims_is_left_out",
            "browser/test_public.py::test_enlarged_four_times_nothing_scrolls_sideways",
        ],
        "Keyboard only; forced colors; reduced motion": [
            "browser/test_bare.py::test_vera_reports_with_the_keyboard_alone",
            "browser/test_every_page.py::test_every_page_of_veras_and_every_form_sent_empty",
            "browser/test_every_page.py::test_every_page_for_everybody_and_every_door",
            "browser/test_bare.py::test_in_forced_colors_veras_pages_hold",
            "browser/test_public.py::test_with_forced_colors_and_reduced_motion_the_pages_hold",
        ],
        "An accessibility statement": ["web/test_public.py::test_a_stranger_reads_every_public_page"],
        "Dates of the western calendar, with the era where it helps": [
            "web/test_formats.py::test_dates_are_those_of_tokyo",
            "web/test_formats.py::test_eras_begin_on_their_day",
            "web/test_forms_dates.py::test_it_reads_a_day_in_any_width_and_in_the_present_era",
        ],
        "Complete catalogues": ["house/test_promises.py::test_every_message_is_translated"],
        "The input method is left alone": [
            "browser/test_no_script.py::test_kana_are_composed_undisturbed_while_the_page_saves",
            "browser/test_no_script.py::test_enter_that_ends_a_composition_sends_nothing",
            "web/test_accounts.py::test_what_a_japanese_keyboard_typed_in_full_width_counts",
        ],
        "Every write does the same sent twice and in parallel": [
            "web/test_sent_twice.py::test_four_at_once_and_one_more_do_what_one_does",
            "web/test_sent_twice.py::test_every_address_that_takes_a_post_is_sent_twice",
        ],
        "The first page weighs under 200 KB": [
            "web/test_public.py::test_the_first_page_is_light",
            "browser/test_public.py::test_the_first_page_weighs_little",
        ],
        "Without JavaScript from start to receipt": [
            "browser/test_no_script.py::test_a_stranger_comes_from_the_first_page_to_the_receipt_without_a_script",
        ],
        "The network cut in an upload and in an autosave": [
            "browser/test_upload.py::test_the_network_goes_in_the_middle_and_comes_back_and_the_file_arrives_whole",
            "browser/test_autosave.py::test_a_cut_network_is_said_and_made_good",
        ],
    },
}
SHOWN = [
    pytest.param(tests, id=f"{part}: {promise}")
    for part, promises in {**PROMISES, **GOOD_FAITH}.items()
    for promise, tests in promises.items()
]


@cache
def names_in(path: str) -> set[str]:
    file = TESTS / path
    return set(re.findall(r"^def (test_\w+)\(", file.read_text(), re.M)) if file.exists() else set()


@pytest.mark.parametrize("tests", SHOWN)
def test_a_promise_has_its_tests(tests: list[str]) -> None:
    assert tests
    gone = [one for one in tests if one.split("::")[1] not in names_in(one.split("::")[0])]
    assert gone == []


def test_every_message_is_translated() -> None:
    assert faults() == []

"""What assessment, policies, negotiation and settlement promise, and the tests that show it (see test_promises)."""

PROMISES: dict[str, dict[str, list[str]]] = {
    "Assessment and policy": {
        "Policies are dated data: drafted, simulated on real cases, approved by a second person, then frozen": [
            "assessment/test_policy_life.py::test_ada_drafts_alma_approves_and_the_next_incident_is_held_to_it",
            "assessment/test_policy_life.py::test_the_simulation_says_what_would_change_case_by_case",
            "assessment/test_policy_life.py::test_a_simulation_takes_a_reduction_as_far_as_the_draft_allows_it",
            "assessment/test_policy_life.py::test_who_prepared_it_does_not_approve_it",
            "assessment/test_policy_life.py::test_a_published_policy_is_never_edited_not_even_by_sql",
            "web/test_firm_policies.py::test_ada_drafts_simulates_and_hands_on_and_alma_publishes",
        ],
        "The published policies of real firms are templates, each with golden cases worked by hand": [
            "assessment/test_examples.py::test_the_worked_examples_under_each_template",
            "assessment/test_examples.py::test_every_template_has_a_golden_case",
            "assessment/test_examples.py::test_the_day_of_the_incident_decides_between_two_of_a_firm",
            "assessment/test_examples.py::test_what_a_notice_names_as_a_ground_can_reduce_and_nothing_else",
        ],
        "A reduction has factors on both sides with evidence, a reason in words and a second approver": [
            "assessment/test_reductions.py::test_ivan_proposes_alma_approves_and_the_next_run_takes_it",
            "assessment/test_reductions.py::test_nobody_approves_an_own_proposal",
            "assessment/test_reductions.py::test_it_relies_on_files_of_the_case_and_of_no_other",
            "web/test_firm_reductions.py::test_vera_reads_the_grounds_with_the_offer_and_not_before",
        ],
        "None for a vulnerable person unless gross; like is treated alike": [
            "assessment/test_reductions.py::test_nothing_is_reduced_for_a_vulnerable_person_but_for_gross_negligence",
            "assessment/test_reductions.py::test_similar_cases_are_the_firms_own_that_share_a_factor",
            "web/test_firm_reductions.py::test_similar_cases_are_shown_without_a_name_and_what_was_typed_stays",
        ],
        "The valuation date is the policy's, or proposed by either side and answered by the other": [
            "assessment/test_valuation_dates.py::test_a_run_at_the_rules_day_rests_on_the_policy",
            "assessment/test_valuation_dates.py::test_either_side_proposes_and_the_other_accepts",
            "assessment/test_valuation_interleavings.py::"
            "test_the_date_is_the_last_one_that_one_side_proposed_and_the_other_accepted",
            "browser/test_valuation.py::test_proposed_declined_agreed_and_read_in_the_statement",
        ],
        "Prices come with their source, or are entered with a reason and evidence": [
            "assessment/test_valuation_dates.py::test_entered_prices_need_a_source_and_may_name_files_of_the_case",
            "web/test_statement.py::test_what_was_entered_says_its_source_its_files_and_that_it_was_held",
        ],
        "What the date does is a curve, drawn and as a table": [
            "assessment/test_curve.py::test_at_the_runs_own_day_the_curve_has_the_runs_figures",
            "assessment/test_curve.py::test_after_the_last_event_the_loss_moves_in_a_straight_line_with_the_prices",
            "web/test_statement.py::test_the_curve_stands_with_a_table_of_the_same_numbers",
        ],
        "One statement of loss for both sides: every line, both methods, what changed": [
            "web/test_statement.py::test_both_sides_read_the_same_figures",
            "web/test_firm_workings.py::test_every_line_has_workings_that_add_up_to_it",
            "assessment/test_changes.py::test_another_price_changes_the_price_the_component_and_the_loss",
        ],
        "A stored run computed again years later gives the same digits": [
            "assessment/test_recompute.py::test_a_stored_run_still_has_its_hash_and_its_digits",
            "assessment/test_run.py::test_a_stored_run_cannot_be_changed",
        ],
        "Gross, loss, claimed, assessed, offered, agreed and paid are separate figures": [
            "web/test_amounts.py::test_every_figure_has_a_name_and_a_meaning_of_its_own",
            "web/test_amounts.py::test_both_case_pages_name_them",
        ],
        "Taxes and NISA are facts with a source, never advice": [
            "web/test_statement.py::test_what_is_known_of_taxes_has_its_source_and_what_is_open_says_so",
            "web/test_statement.py::test_the_facts_on_taxes_stand_with_statement_and_offer",
        ],
    },
    "Negotiation": {
        "An offer is a record of components, shares, a waived deficit, conditions, reasons and files": [
            "web/test_firm_offers.py::test_an_offer_names_each_part_what_goes_besides_and_the_files_it_relies_on",
            "negotiation/test_proposal.py::test_a_part_that_differs_without_its_reason_is_refused_and_named",
            "negotiation/test_offers.py::test_the_database_refuses_to_edit_an_offer",
        ],
        "Prepared by one person, approved by another within a limit; withdrawn and lapsed are events": [
            "negotiation/test_offers.py::test_ivan_cannot_approve_what_he_prepared_nor_can_fiona",
            "negotiation/test_limits.py::test_one_yen_above_her_limit_alma_may_return_an_offer_but_not_approve_it",
            "negotiation/test_offers.py::test_a_withdrawn_offer_cannot_be_accepted",
            "negotiation/test_offers.py::test_an_expired_offer_cannot_be_accepted_and_lapses",
        ],
        "A counter-offer answers component by component and shows as a difference": [
            "web/test_victim_offers.py::test_she_answers_part_by_part_with_a_reason_for_each",
            "web/test_firm_offers.py::test_a_counter_offer_part_by_part_stands_beside_the_firms_figures",
            "web/test_partial.py::test_a_part_that_is_a_loss_but_not_paid_can_be_asked_for",
        ],
        "No sequence of acts, in parallel either, breaks the turns": [
            "negotiation/test_interleavings.py::test_no_sequence_of_acts_breaks_the_negotiation",
            "negotiation/test_interleavings.py::test_no_acts_at_the_same_time_break_the_negotiation",
            "negotiation/test_two_sessions.py::test_every_act_within_every_other",
            "negotiation/test_two_sessions.py::test_no_interleaving_of_two_sessions_breaks_the_negotiation",
            "negotiation/test_concurrency.py::test_two_approvers_and_the_victim_at_once_leave_one_truth",
        ],
        "Money ahead, and a margin deficit that is not demanded or waived": [
            "web/test_firm_interim.py::test_from_the_proposal_to_the_payment",
            "negotiation/test_measures.py::test_a_suspension_ends_with_a_reason_a_waiver_stays",
            "negotiation/test_limits.py::test_help_that_is_cut_up_needs_the_limit_of_all_of_it",
            "negotiation/test_partial.py::test_what_was_paid_ahead_counts_once",
        ],
        "Clocks by the Japanese calendar and the firm's own days, worked by hand; replay gives the same": [
            "calc/test_clock_table.py::test_from_the_last_business_day_before_the_holidays",
            "calc/test_clock_table.py::test_over_days_on_which_the_firm_alone_is_closed",
            "calc/test_clocks.py::test_a_replay_with_extensions_gives_the_same_deadlines_and_none_is_shortened",
            "calc/test_rulebook.py::test_what_is_decided_later_changes_no_clock_that_had_begun",
        ],
        "Paused while the victim is asked, extended by consent, warned before, told at breach, never reset": [
            "calc/test_clock_table.py::test_while_the_victim_is_asked_the_clock_stands_still",
            "cases/test_extensions.py::test_the_deadline_moves_when_the_victim_agrees_and_not_before",
            "notifications/test_clock_watch.py::test_one_business_day_before_and_once_it_has_run_out",
            "notifications/test_clock_watch.py::test_both_sides_are_told_of_a_breach_and_only_the_firm_of_the_warning",
            "calc/test_clocks.py::test_a_breach_never_heals_while_the_stage_lasts",
        ],
        "The good-faith ledger: the same for both sides, with reasons and the gap, exported with the case": [
            "web/test_good_faith.py::test_both_sides_see_the_very_same_rows",
            "negotiation/test_good_faith.py::test_the_whole_way_of_a_case_that_was_haggled_over",
            "copies/test_bundle.py::test_what_all_three_read_is_in_it",
        ],
        "Figures of good faith for managers, and as aggregates for the regulator": [
            "reports/test_good_faith.py::test_the_figures_are_what_the_clocks_say_case_by_case",
            "web/test_faith_figures.py::test_a_regulator_sees_every_firm_without_small_groups",
        ],
        "Written reasons on request; a second review by a person who took no part": [
            "negotiation/test_recourse.py::test_the_reasons_are_asked_for_and_given",
            "negotiation/test_recourse.py::test_somebody_who_took_part_does_not_review",
        ],
        "Escalation to mediation: states, hearing, special conciliation proposal, settled or not": [
            "mediation/test_apply.py::test_applying_hands_the_case_to_the_body_in_the_same_act",
            "mediation/test_propose.py::test_both_acceptances_settle_it_whoever_comes_last",
            "mediation/test_interleavings.py::test_no_order_of_acts_breaks_a_mediation",
            "mediation/test_ending.py::test_the_firm_does_not_get_round_a_mediation_by_resuming_and_declining",
            "mediation/test_ending.py::test_the_firm_does_not_end_a_case_before_it_has_offered_what_was_settled",
            "mediation/test_settled.py::test_a_part_on_top_of_which_a_mediation_was_settled_is_not_taken_back",
            "mediation/test_clocks.py::test_the_firm_is_warned_once_and_its_breach_is_marked_once_and_the_victims_never",
            "negotiation/test_finmac.py::test_the_fee_is_that_of_the_table_of_the_ministry",
            "browser/test_mediation.py::test_from_the_application_to_the_settlement",
        ],
        "The whole case as a bundle with a manifest of hashes, and nothing hidden in it": [
            "copies/test_bundle.py::test_every_hash_of_the_manifest_is_right_and_every_file_in_it",
            "copies/test_bundle.py::test_nothing_that_is_hidden_from_the_victim_or_the_body_is_in_it",
            "copies/test_bundle.py::test_the_index_is_confirmed_to_anybody_by_file_and_by_fingerprint",
        ],
        "The mediator's desk sees the cases of that body and no other": [
            "web/test_mediation.py::test_the_desk_lists_the_bodys_mediations_alone",
            "web/test_mediation.py::test_the_body_reads_what_both_sides_said_and_nothing_that_is_the_firms_own",
            "web/test_mediation.py::test_the_victim_withdraws_and_the_body_no_longer_sees_the_case",
            "mediation/test_ending.py::test_a_body_that_ends_a_mediation_no_longer_sees_the_case",
            "mediation/test_ending.py::test_what_stays_with_the_body_is_a_record_without_a_word_of_the_case",
            "evidence/test_previews.py::test_a_mediator_looks_at_files_of_cases_before_her_body_as_the_firm_does",
        ],
    },
    "Settlement and payment": {
        "Accepted after a fresh log-in, countersigned by an approver, revocable for a while, locked with its hash": [
            "web/test_victim_offers.py::test_accepting_asks_again_who_she_is",
            "negotiation/test_agreeing.py::test_only_an_approver_of_the_firm_countersigns",
            "negotiation/test_agreeing.py::test_vera_takes_it_back_and_they_negotiate_again",
            "negotiation/test_offers.py::test_a_settlement_is_locked_with_its_hash",
        ],
        "Agreed components are settled and paid while others stay in dispute": [
            "negotiation/test_partial.py::test_a_part_is_paid_while_the_rest_is_negotiated",
            "negotiation/test_partial.py::test_taking_a_part_back_ends_the_offer_that_counted_on_it",
            "web/test_partial.py::test_the_firm_and_vera_follow_the_payment_of_a_part",
            "documents/test_letters.py::test_the_settlement_of_a_part_says_what_it_settles_and_what_stays_in_dispute",
        ],
        "No payment without a checked legal basis of the body that the amount asks for": [
            "negotiation/test_legal_basis.py::test_without_a_basis_and_with_an_unchecked_one_nothing_is_paid",
            "negotiation/test_legal_basis.py::test_exactly_one_of_the_two_bodies_confirms_an_amount",
            "negotiation/test_partial.py::test_the_body_that_confirms_is_that_of_the_sum",
            "web/test_firm_legal.py::test_the_facts_of_an_accident_report_are_downloaded_by_the_firm_alone",
        ],
        "A transfer file for the bank, to an account in the victim's own name; failures come back as tasks": [
            "calc/test_zengin.py::test_the_fields_stand_where_the_banks_sheets_have_them",
            "negotiation/test_transfers.py::test_another_name_blocks_and_says_both",
            "negotiation/test_transfer_results.py::"
            "test_what_failed_is_told_to_vera_with_the_reason_and_can_be_paid_again",
            "web/test_firm_transfers.py::test_a_failed_transfer_is_a_task_of_alma_and_ivan_and_stands_on_the_case",
        ],
        "Restoration in kind as instructions with confirmation; a payment that is missed reopens": [
            "negotiation/test_restorations.py::"
            "test_each_security_is_instructed_once_and_confirmed_once_by_another_person",
            "negotiation/test_payments.py::test_vera_says_that_it_is_missing_and_the_firm_shows_it_or_pays_again",
        ],
        "Every paper has the figures of the database, embedded fonts, tags, and lasts": [
            "documents/test_figures.py::test_the_statement_has_every_line_component_total_price_and_hash",
            "documents/test_figures.py::test_every_paper_is_archivable_and_tagged",
            "documents/test_figures.py::test_the_statement_and_the_settlement_are_there_in_the_other_language_too",
            "documents/test_letters.py::test_every_act_has_its_paper_once_and_each_is_sound",
            "documents/test_letters.py::test_the_index_lists_every_paper_with_its_hash",
        ],
        "The dispute is walked: refuse, counter, second review, escalate, settle in part, pay, fail, pay again": [
            "browser/test_dispute.py::test_a_dispute_is_walked_to_its_end",
        ],
        "Quick: what `make bench` measures is what it says": [
            "calc/test_bench.py::test_the_typical_case_is_example_b",
            "calc/test_bench.py::test_the_long_account_has_as_many_events_as_it_says",
            "calc/test_long_account.py::test_ten_thousand_events_are_assessed",
        ],
    },
}

"""Name the witnesses of the expensive families: their tests in the quick lane (`make test`).

Everything else of these files is slow.

A file that is not named here is in the quick lane, but for tests that are marked `slow` where they
stand. A name may end in `*`. `python tests/lanes.py` counts the tests of each family by lane, as
tests/bench/RECORD.md has them.
"""

import subprocess
import sys
from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path

__all__ = ["EXPENSIVE", "LONGEST", "WITNESSES", "is_slow", "missing", "rank"]

# Files with single tests of minutes, which begin first: no process then ends with one alone.
LONGEST = (
    "tests/lib/test_paper_grid.py",
    "tests/solutions/test_seeds.py",
    "tests/lib/nbjudge/test_needed_random.py",
)

WITNESSES = {
    # browsers
    "tests/lib/demos/gallery/test_in_chromium.py": [
        "test_the_first_page_shows_every_demo",
        "test_every_preset_is_what_it_says_and_its_numbers_are_those_of_python[[]OneNeuron]",
        "test_a_link_carries_the_state[[]OneNeuron]",
        "test_nothing_overflows_at_any_width[[]400]",
        "test_all_is_from_this_machine_and_the_console_holds_no_error",
    ],
    "tests/lib/demos/gallery/test_page_in_chromium.py": [
        "test_the_main_figure_and_its_controls_are_seen_together*",
        "test_a_swipe_on_any_canvas_scrolls_the_page[[]OneNeuron]",
        "test_in_the_hall_plots_are_large[[]PhaseMap]",
        "test_text_can_be_read_on_any_host*",
        "test_paper_is_light_whatever_the_screen_is[[]OneNeuron]",
        "test_playing_is_announced_at_its_end[[]OneNeuron]",
        "test_a_word_is_explained_by_mouse_by_keyboard_and_by_touch",
        "test_things_to_try_are_set_guessed_and_revealed[[]OneNeuron]",
    ],
    "tests/lib/demos/gallery/test_words_in_pictures.py": [
        "test_no_words_lie_on_others_or_are_cut_off[[]Regimes-1280]",
        "test_minus_and_powers_of_ten_are_written_in_one_way[[]ExactOverlay]",
        "test_no_curve_is_told_by_its_color_alone[[]Regimes]",
        "test_a_color_that_is_named_is_drawn[[]Regimes]",
        "test_the_first_page_leads_from_lazy_to_rich_and_over_the_bridge",
    ],
    "tests/lib/demos/test_javascript.py": [
        "test_the_whole_demo_agrees_with_python",
        "test_one_symbol_makes_upstream_rapid[[]1]",
        "test_each_line_stands_out_from_its_paper*",
        "test_numbers_are_written_in_one_way*",
        "test_the_steps_agree_with_python[[]3]",
        "test_the_five_regimes_agree_with_python",
        "test_the_race_of_modes_agrees_with_python",
        "test_random_numbers_are_pythons",
        "test_each_still_has_words*",
    ],
    # wrong answers on the visible checks alone, in one process; the judge's banks are below
    "tests/solutions/test_exercises.py": [
        "test_what_only_hidden_checks_find_is_the_exception*",
        "*[[]05_deep]",
    ],
    "tests/solutions/test_stand_ins.py": ["*[[]05_deep]"],
    "tests/solutions/test_degenerate.py": ["*[[]08_grokking]"],
    # the site: its tests share one build, which imports all demos and runs a notebook
    "tests/lib/site/test_site.py": [
        "test_formulas_become_mathml_and_dollars_in_code_stay",
        "test_links_between_files_of_the_course_lead_to_pages",
        "test_a_heading_that_comes_twice_has_two_ids",
        "test_a_folder_that_holds_something_else_is_not_emptied",
        "test_without_a_course_it_says_so",
    ],
    "tests/lib/site/test_one_number.py": [
        "test_it_is_small_and_needs_no_other_file",
        "test_its_numbers_are_pythons",
        "test_the_bet_is_answered_by_the_training",
        "test_a_bet_comes_before_its_answer[[]law*",
        "test_the_shelf_of_section_four_is_as_the_words_say",
        "test_a_word_without_an_explanation_stops_the_page",
    ],
    # JupyterLab starts for half a minute; the files above are the witnesses of the browsers
    "tests/lib/demos/test_in_jupyterlab.py": [],
    "tests/autograder/test_formgrader.py": [],
    # replies of a worker that a student has taken over: every place in one message of each kind
    "tests/lib/nbjudge/test_forged_replies.py": [
        "test_the_*",
        "test_a_forged_reply_ends_in_a_score_and_a_reason[[]the reply to*",
        "test_a_forged_reply_ends_in_a_score_and_a_reason[[]the error of a cell*",
        "test_a_second_call_that_answers_in_another_kind_costs_its_check_only[[]nested deeper]",
        "test_all_that_workers_send_for_a_notebook_counts_together",
    ],
    # a hub with its proxy and three servers starts for half a minute
    "tests/autograder/test_hub.py": ["test_the_*"],
    "tests/autograder/test_desk_in_chromium.py": [],  # test_desk.py asks for the same pages
    # the desk: each test has a server and a gradebook of its own
    "tests/autograder/test_desk.py": [
        "test_a_mark_of_zero_an_empty_answer_and_no_mark_are_told_apart",
        "test_each_row_of_the_gradebook_has_one_state*",
        "test_the_table_tells_a_mark_of_zero_from_an_empty_answer",
        "test_shares_divide_the_students_whoever_else_hands_in",
        "test_a_share_that_is_none_is_refused_in_words*",
        "test_a_mark_is_in_the_gradebook_as_formgrader_writes_it",
        "test_points_that_are_none_are_refused_and_change_nothing[[]21]",
        "test_points_are_read_as_people_type_them",
        "test_what_somebody_else_saved_meanwhile_is_not_overwritten[[]mark]",
        "test_of_two_marks_saved_in_the_same_moment_one_is_told*",
        "test_a_page_shows_answer_figure_reasons_rubric_and_model_answer",
        "test_hidden_names_are_in_no_page_and_an_alias_stays_the_same",
        "test_names_are_replaced_as_words_and_never_inside_others",
        "test_nobody_is_let_in_without_the_token",
        "test_a_name_that_was_rebound_to_this_machine_is_refused[[]*'evil.example'*]",
        "test_a_form_of_another_page_saves_nothing[[]*null*]",
        "test_a_form_without_its_secret_saves_nothing[[]None]",
        "test_every_reply_forbids_all_but_the_pages_own_files",
        "test_no_payload_of_an_answer_a_rubric_or_a_comment_comes_alive[[]True]",
    ],
    # walls and attacks
    "tests/autograder/test_walls.py": [
        "test_the_level_is_reported_with_what_it_is_made_of",
        "test_no_process_of_a_worker_is_roots",
        "test_without_bubblewrap_strangers_code_is_not_run",
        "test_an_unknown_level_is_refused",
        "test_the_filter_of_both_machines_refuses_what_it_should*",
        "test_the_zygote_shares_no_memory_that_a_worker_could_write",
        "test_the_memory_that_walls_promise_is_what_the_watch_looks_for",
        "test_whatever_a_zygote_says_is_a_message_or_nothing*",
        "test_a_course_that_would_be_seen*",
        "test_more_data_than_a_worker_can_have*",
        "test_of_an_environment_only_python_is_shown*",
        "test_the_system_is_shown_by_list",
        "test_the_graders_package_is_covered*",
        "test_every_course_names_what_is_private",
    ],
    "tests/autograder/test_attacks.py": [
        "test_a_cell_that_takes_too_much_costs_no_exercise_its_points[[]endless loop]",
        "test_system_calls_that_only_an_attack_needs_are_refused",
        "test_what_is_inside_the_walls*",
        "test_no_socket_of_the_host_is_in_reach",
        "test_two_submissions_never_meet",
        "test_part_of_an_answer_earns_part_of_its_points",
    ],
    # a missing package: one command, one import
    "tests/test_missing.py": [
        "test_a_command_without_a_package_ends_in_one_line[[]*check*]",
        "test_every_command_is_tried",
        "test_errors_of_our_own_keep_their_traceback",
        "test_what_an_extra_brings_is_only_imported_where_its_absence_is_told",
    ],
    # gradings: nbgrader beside ours, kills, clusters
    "tests/autograder/test_grade.py": [
        "test_each_example_ends_with_its_score_and_a_reason*",
        "test_only_answered_questions_wait_for_a_person",
        "test_each_test_cell_holds_one_number_and_no_error*",
        "test_given_cells_that_only_show_are_run_only_if_all_cells_are_asked_for",
        "test_hidden_inputs_are_drawn_anew_for_each_student",
    ],
    "tests/autograder/test_any_course.py": [
        "test_scores_equal_nbgraders",
        "test_what_is_right_earns_its_points",
        "test_a_kernel_that_names_no_language*",
        "test_any_metadata_of_a_kernel*",
        "test_checks_beside_the_students_code_are_marked",
        "test_cells_of_ours_go_through_the_proxy_in_any_course",
    ],
    "tests/autograder/test_term.py": [],
    "tests/autograder/test_writer.py": ["test_what_cannot_be_written_is_told_and_changes_nothing"],
    "tests/autograder/test_nothing_lost.py": [
        "test_a_judge_process_that_is_killed_costs_only_time",
        "test_a_damaged_secret_is_told*",
    ],
    "tests/autograder/test_cluster.py": ["test_what_travels_holds_no_secret_and_nothing_of_others"],
    "tests/lib/test_sweep_cluster.py": ["test_a_sweep_on_a_cluster_leaves_the_same_store*"],
    "tests/autograder/test_too_early.py": [
        "test_before_release[[]grade {name}]",
        "test_a_gradebook_of_another_version",
    ],
    "tests/autograder/test_bundle.py": [
        "test_it_holds_the_course_the_library_and_what_lab_needs",
        "test_no_file_holds_a_hidden_test_or_a_solution",
        "test_its_makefile_does_what_ours_does",
    ],
    # experiments: what ships, pictures, commands; reruns and kills are slow
    "tests/lib/experiments/test_every_experiment.py": [
        "test_bad_configurations_are_named*",
        "test_no_experiment_is_left_out",
        "test_the_command_*[[]deep-drift]",
        "test_the_command_*[[]phase-diagram]",
    ],
    "tests/lib/experiments/test_grokking.py": [
        "test_what_ships*",
    ],
    "tests/lib/experiments/test_hierarchy.py": [
        "test_what_ships_shows*",
        "test_both_arms*",
    ],
    "tests/lib/experiments/test_grokking_causes.py": [
        "test_what_ships_shows*",
        "test_mixing_keeps*",
        "test_the_first_kernel*",
    ],
    "tests/lib/experiments/test_grokking_line.py": [
        "test_what_ships_shows*",
    ],
    "tests/lib/experiments/test_study.py": [
        "test_a_wave*",
        "test_the_readout*",
        "test_bad_input_is_named*",
    ],
    "tests/lib/experiments/test_filters.py": [
        "test_what_ships_shows*",
        "test_a_wave*",
    ],
    "tests/lib/experiments/test_stopped.py": [
        "test_what_is_finished_is_only_read",  # a killed sweep is quick in test_sweep.py
    ],
    # banks: the first column of wrong and of right answers of each notebook
    "tests/solutions/test_bank.py": [
        "test_wrong_answers_are_told_what_is_wrong[[]0[15]_*-0]",
        "test_right_answers_earn_everything_however_they_are_written[[]0[15]_*-0]",
        "test_every_exercise_has_its_bank*",
        "test_the_solution_earns_everything_and_the_stub_nothing[[]0[015]_*]",
    ],
}

# Single expensive tests of files that are otherwise in the quick lane.
EXPENSIVE = {
    "tests/lib/test_exact_one_neuron.py": ["test_the_whole_range_agrees_with_the_reference"],
    "tests/lib/test_conserved_networks.py": [
        "test_each_neuron_of_a_deep_relu_network_keeps_its_own_with_biases"
    ],
    "tests/lib/test_exact_problems.py": [
        "test_it_sets_out_along_the_gradient_that_autodiff_finds[[]one neuron, balanced]"
    ],
    "tests/lib/test_training_flow.py": ["test_a_small_relu_network_goes_the_way_of_scipys_flow"],
    "tests/lib/test_training.py": [
        "test_one_seed_of_the_papers_at_full_size[[]rich]",
        "test_one_seed_of_the_papers_at_full_size[[]upstream]",
        "test_one_seed_of_the_papers_at_full_size[[]downstream]",
        "test_float32_flips_a_few_gates_upstream_and_changes_nothing_else",
        "test_the_order_of_sums_changes_no_digit_that_is_looked_at[[]2]",
        "test_small_embeddings_grok_sooner",
        "test_a_run_taken_up_again_ends_with_the_same_bits[[]flow]",
        "test_a_run_taken_up_again_ends_with_the_same_bits[[]AdamW]",
    ],
    "tests/lib/experiments/test_widths.py": ["test_without_gates_the_kernel_moves_less"],
    "tests/lib/experiments/test_bad_stores.py": ["*[[]neurons]"],
    "tests/autograder/test_feedback.py": ["test_nbgraders_own_command_makes_the_same_page"],
    "tests/autograder/test_one_truth.py": [
        "test_what_changes_later_is_renewed_by_the_same_command_which_says_so[[]extension]",
        "test_what_changes_later_is_renewed_by_the_same_command_which_says_so[[]due date]",
        "test_what_changes_later_is_renewed_by_the_same_command_which_says_so[[]penalty]",
        "test_the_configurations_penalty_counts_everywhere[[]zero]",
        "test_a_timestamp_that_comes_later_counts_without_more",
    ],
    "tests/lib/experiments/test_phase_diagram.py": [
        "test_processes_of_this_machine_give_the_same",
        "test_the_papers_diagram_by_flow_is_what_its_code_gives",
        "test_flow_and_small_steps_agree",
    ],
    "tests/lib/test_odd_inputs.py": [
        "*[[]datasets.*",
        "*[[]dynamics.*",
        "*[[]models.*",
        "*[[]training.*",
        "*[[]kernel.empirical_ntk]",
        "*[[]exact.time_to_*",
        "*[[]exact.deep_unbalanced_mode]",
        "test_a_flow_that_no_method_can_follow_ends_with_a_word",
    ],
    "tests/autograder/test_intake_gradebook.py": ["test_*"],
    "tests/autograder/test_intake_folder.py": [
        "test_a_zip_file_with_the_notebook_in_it",
        "test_a_member_that_lies_about_its_size",
        "test_what_is_graded_is_what_was_read_whatever_happens_to_the_file",
    ],
}

# What the table of lanes calls a group of files: the first pattern that fits a file decides.
FAMILIES = {
    "any nbgrader course": ("*/test_any_course.py",),
    "walls and attacks": ("*/test_walls.py", "*/test_attacks.py"),
    "release and bundle": ("*/test_release.py", "*/test_bundle.py"),
    "intake, damaged and hostile files": ("*/test_intake_*.py", "*/test_fuzz_intake.py"),
    "feedback and cleaning": ("*/test_feedback.py", "*/test_sanitize.py"),
    "JupyterLab, JupyterHub, formgrader, set-up": (
        "*/test_formgrader.py",
        "*/test_hub.py",
        "tests/test_lab.py",
        "tests/test_setup.py",
        "*/test_in_jupyterlab.py",
    ),
    "desk for manual grading": ("tests/autograder/test_desk*.py",),
    "gradings, gradebook, kills, cluster": ("tests/autograder/*",),
    "experiments and shipped results": ("tests/lib/experiments/*",),
    "browsers: demos and gallery": ("tests/lib/demos/*",),
    "handing over to the library": ("*/test_forbid.py", "*/test_forbid_covers.py"),
    "which cells are run, random notebooks": ("*/test_needed*.py", "*/test_names.py"),
    "engine: worker, frames, judging": ("tests/lib/nbjudge/*",),
    "training, sweeps, clusters": (
        "*/test_training*.py",
        "*/test_sweep*.py",
        "*/test_paper_grid.py",
    ),
    "banks of answers": ("*/test_bank.py",),
    "seeds of hidden checks": ("*/test_seeds.py",),
    "notebooks from top to bottom, form of the course": ("tests/solutions/*",),
    "docstrings, types, rules of the house, pages": (
        "tests/test_docstrings.py",
        "tests/test_types.py",
        "tests/test_house.py",
        "tests/test_pages.py",
        "tests/test_repository.py",
    ),
    "everything else: exact solutions, kernels, models, data, commands": ("*",),
}


def is_slow(file: str, name: str) -> bool:
    """Whether a test is left out of the quick lane by these tables."""
    if file in WITNESSES:
        return not any(fnmatchcase(name, pattern) for pattern in WITNESSES[file])
    return any(fnmatchcase(name, pattern) for pattern in EXPENSIVE.get(file, []))


def rank(file: str) -> int:
    """When the tests of a file begin, smaller first."""
    return 0 if file in LONGEST else 1 if file in WITNESSES | EXPENSIVE else 2


def missing(tests: list[tuple[str, str]]) -> list[str]:
    """Entries that name no file, or for the files among `tests` (file and name of each) no test:
    renamed, or gone."""
    names: dict[str, list[str]] = {}
    for file, name in tests:
        names.setdefault(file, []).append(name)
    root = Path(__file__).parents[1]
    return [file for file in WITNESSES | EXPENSIVE if not (root / file).is_file()] + [
        f"{file}::{pattern}"
        for file, patterns in (WITNESSES | EXPENSIVE).items()
        if file in names
        for pattern in patterns
        if not any(fnmatchcase(name, pattern) for name in names[file])
    ]


def count(*selection: str) -> Counter[str]:
    """Count the tests that pytest selects, by family."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", *selection]
    root = Path(__file__).parents[1]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    files = (line.partition("::")[0] for line in listed.splitlines() if "::" in line)
    return Counter(map(family, files))


def family(file: str) -> str:
    """Find the family of a file of tests."""
    fits = (name for name, patterns in FAMILIES.items() for p in patterns if fnmatchcase(file, p))
    return next(fits)


if __name__ == "__main__":
    quick, everything = count("-m", "not slow"), count()
    print("| family | quick lane | all |\n|---|---|---|")
    for name in FAMILIES:
        print(f"| {name} | {quick[name]} | {everything[name]} |")
    print(f"| all | {quick.total()} | {everything.total()} |")

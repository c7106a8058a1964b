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

__all__ = ["EXPENSIVE", "WITNESSES", "is_slow", "missing"]

WITNESSES = {
    # browsers
    "tests/lib/demos/gallery/test_in_chromium.py": [
        "test_the_first_page_shows_every_demo",
        "test_every_preset_is_what_it_says_and_its_numbers_are_those_of_python[[]OneNeuron]",
        "test_a_link_carries_the_state[[]OneNeuron]",
        "test_nothing_overflows_at_any_width[[]400]",
        "test_all_is_from_this_machine_and_the_console_holds_no_error",
    ],
    "tests/lib/demos/test_javascript.py": [
        "test_the_whole_demo_agrees_with_python",
        "test_the_steps_agree_with_python[[]3]",
        "test_the_five_regimes_agree_with_python",
        "test_the_race_of_modes_agrees_with_python",
        "test_random_numbers_are_pythons",
        "test_each_still_has_words*",
    ],
    "tests/lib/demos/test_in_jupyterlab.py": ["test_it_starts_with_the_numbers_of_python"],
    "tests/autograder/test_formgrader.py": ["test_it_lists_the_assignment"],
    # walls and attacks
    "tests/autograder/test_walls.py": [
        "test_the_level_is_reported_with_what_it_is_made_of",
        "test_no_process_of_a_worker_is_roots",
        "test_without_bubblewrap_strangers_code_is_not_run",
        "test_an_unknown_level_is_refused",
        "test_the_filter_of_both_machines_refuses_what_it_should*",
        "test_the_zygote_shares_no_memory_that_a_worker_could_write",
        "test_whatever_a_zygote_says_is_a_message_or_nothing*",
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
        "test_checks_beside_the_students_code_are_marked",
        "test_cells_of_ours_go_through_the_proxy_in_any_course",
    ],
    "tests/autograder/test_writer.py": ["test_what_cannot_be_written_is_told_and_changes_nothing"],
    "tests/autograder/test_nothing_lost.py": [
        "test_a_judge_process_that_is_killed_costs_only_time",
        "test_marks_given_by_hand_stay",
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
    "tests/lib/experiments/test_grokking.py": [
        "test_what_ships*",
        "test_bad_configurations_are_named*",
    ],
    "tests/lib/experiments/test_hierarchy.py": [
        "test_what_ships_shows*",
        "test_both_arms*",
        "test_bad_configurations_are_named*",
    ],
    "tests/lib/experiments/test_grokking_causes.py": [
        "test_what_ships_shows*",
        "test_mixing_keeps*",
        "test_the_first_kernel*",
        "test_bad_configurations_are_named*",
    ],
    "tests/lib/experiments/test_study.py": [
        "test_a_wave*",
        "test_the_readout*",
        "test_bad_input_is_named*",
    ],
    "tests/lib/experiments/test_filters.py": [
        "test_what_ships_shows*",
        "test_a_wave*",
        "test_bad_configurations_are_named*",
    ],
    "tests/lib/experiments/test_stopped.py": [
        "test_killed_in_the_middle_of_a_seed_it_goes_on_there[[]workers, then none]",
        "test_what_is_finished_is_only_read",
    ],
    # banks: the first column of wrong and of right answers of each notebook
    "tests/solutions/test_bank.py": [
        "test_wrong_answers_are_told_what_is_wrong[[]*-0]",
        "test_right_answers_earn_everything_however_they_are_written[[]*-0]",
        "test_every_exercise_has_its_bank*",
        "test_the_solution_earns_everything_and_the_stub_nothing*",
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
    "tests/lib/experiments/test_phase_diagram.py": [
        "test_processes_of_this_machine_give_the_same",
        "test_the_papers_diagram_by_flow_is_what_its_code_gives",
        "test_flow_and_small_steps_agree",
    ],
    "tests/autograder/test_intake_gradebook.py": ["test_*"],
    "tests/autograder/test_intake_folder.py": [
        "test_a_zip_file_with_the_notebook_in_it",
        "test_a_member_that_lies_about_its_size",
    ],
}

# What the table of lanes calls a group of files: the first pattern that fits a file decides.
FAMILIES = {
    "any nbgrader course": ("*/test_any_course.py",),
    "walls and attacks": ("*/test_walls.py", "*/test_attacks.py"),
    "release and bundle": ("*/test_release.py", "*/test_bundle.py"),
    "intake, damaged and hostile files": ("*/test_intake_*.py", "*/test_fuzz_intake.py"),
    "feedback and cleaning": ("*/test_feedback.py", "*/test_sanitize.py"),
    "JupyterLab, formgrader, set-up": (
        "*/test_formgrader.py",
        "tests/test_lab.py",
        "tests/test_setup.py",
        "*/test_in_jupyterlab.py",
    ),
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


def missing(tests: list[tuple[str, str]]) -> list[str]:
    """Entries for the files among `tests` (file and name of each) that name no test: renamed, or
    gone."""
    names: dict[str, list[str]] = {}
    for file, name in tests:
        names.setdefault(file, []).append(name)
    return [
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

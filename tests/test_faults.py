"""Each known fault of reading, writing, transcripts, the site and the command line has a test, or a reason why not.

The tests are named after the faults (`test_f01_…`) in `test_faults_*.py`. Where a test elsewhere holds a fault,
it is named here; a test that is gone, or a fault that nobody holds, fails.
"""

import ast
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

FAULTS = tuple(f"F{number:02d}" for number in range(1, 59))
FOLDER = Path(__file__).parent
COVERED: Mapping[str, tuple[str, ...]] = {
    "F01": ("test_frontmatter_editing.py::test_a_row_is_appended",),
    "F02": ("test_frontmatter_editing.py::test_a_row_is_appended",),
    "F03": ("test_frontmatter_editing.py::test_the_first_row",),
    "F04": ("test_frontmatter_editing.py::test_rows_in_a_value_that_is_no_list_are_refused",),
    "F05": ("test_frontmatter_editing.py::test_bytes_around_the_frontmatter_stay",),
    "F06": ("test_frontmatter_editing.py::test_bytes_around_the_frontmatter_stay",),
    "F10": ("test_frontmatter_reading.py::test_hostile_files_are_refused_at_once",),
    "F11": ("test_frontmatter_reading.py::test_hostile_files_are_refused_at_once",),
    "F19": (
        "test_store.py::test_four_processes_lose_no_line",
        "test_kills.py::test_parallel_fills_lose_and_double_nothing",
    ),
    "F20": ("test_store.py::test_a_killed_writer_tears_no_file", "test_kills.py::test_kills_lose_and_double_nothing"),
    "F21": ("test_store.py::test_a_failing_call_leaves_the_old_file_whole",),
    "F22": ("test_store.py::test_what_is_no_plain_file_is_refused_without_a_hang",),
    "F23": ("test_store.py::test_a_link_out_of_the_ledger_is_told_and_not_read",),
    "F24": ("test_store.py::test_a_busy_lock_is_told_and_freed_when_its_holder_is_killed",),
    "F29": ("test_transcripts.py::test_counted_once",),
    "F30": ("test_transcripts.py::test_not_counted_and_said_so",),
    "F34": ("test_store.py::test_slugs",),
    "F35": ("test_import.py::test_two_sessions_with_one_title_are_two_files",),
    "F36": ("test_plugin.py::test_a_hostile_title_is_text_everywhere",),
    "F37": ("test_prose.py::test_nothing_runs_loads_or_imitates",),
    "F41": ("test_prose.py::test_what_would_hang_a_build_is_refused",),
    "F43": ("test_plugin.py::test_the_site_has_the_made_pages_and_nothing_else",),
    "F44": ("test_check.py::test_check_says_exactly",),  # case `names`
    "F47": (
        "test_privacy.py::test_each_planted_secret_is_found_wherever_it_stands_and_never_told",
        "test_public_build.py::test_nothing_is_built_from_files_with_findings",
    ),
    "F48": (
        "test_public_build.py::test_a_detector_that_raises_publishes_nothing",
        "test_public_build.py::test_a_detector_that_is_missing_publishes_nothing",
    ),
    "F49": (
        "test_privacy.py::test_import_writes_no_secret_mail_or_home_path",
        "test_privacy.py::test_personal_details_are_warnings",
        "test_public_build.py::test_nothing_is_built_from_files_with_findings",
    ),
    "F45": ("test_export_tables.py::test_a_formula_is_text_and_a_number_a_number",),
    "F50": ("test_public_build.py::test_only_marked_sessions_exist_for_a_public_site",),
    "F51": (
        "test_api_faults.py::test_a_failure_is_one_line_with_the_request_and_a_cure",
        "test_api_faults.py::test_what_the_api_refuses_for_a_moment_goes_well",
        "test_api_faults.py::test_the_key_is_nowhere",
    ),
    "F52": ("test_reconcile_admin.py::test_a_page_that_fails_leaves_nothing",),
    "F53": ("test_reconcile_admin.py::test_cents_are_exact",),
    "F54": (
        "test_reconcile_admin.py::test_a_page_that_fails_leaves_nothing",
        "test_api_faults.py::test_a_failure_is_one_line_with_the_request_and_a_cure",
    ),
    "F55": (
        "test_resolve.py::test_both_append_a_row_and_one_deletes_another",
        "test_resolve.py::test_one_row_changed_by_both_is_named_and_marked",
    ),
    "F56": (
        "test_workflows.py::test_rights_are_none_at_the_top_and_least_in_each_job",
        "test_workflows.py::test_only_a_push_to_main_deploys_and_does_nothing_else",
    ),
    "F57": ("test_charts.py::test_names_of_models_are_escaped_everywhere",),
}
NOT_YET: Mapping[str, str] = {}


def names_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@cache
def faults_with_a_test() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {fault: list(COVERED.get(fault, ())) for fault in FAULTS}
    for path in sorted(FOLDER.glob("test_*.py")):
        for name in names_in(path):
            for number in re.findall(r"(?<=_)f(\d\d)(?=_)", name):
                found[f"F{number}"].append(f"{path.name}::{name}")
    return found


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_held_or_its_time_is_told(fault: str) -> None:
    held = faults_with_a_test()[fault]
    assert bool(held) != (fault in NOT_YET), held


@pytest.mark.parametrize("named", sorted({name for names in COVERED.values() for name in names}))
def test_each_test_that_is_named_exists(named: str) -> None:
    file, _, name = named.partition("::")
    assert name in names_in(FOLDER / file)

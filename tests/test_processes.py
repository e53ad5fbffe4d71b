"""Work over several processes gives what one process gives, in the same order."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from sitegen.processes import can_fork, spread, spread_inherited, start_beside


def squares(numbers: Sequence[int]) -> list[int]:
    return [number * number for number in numbers]


def process_ids(numbers: Sequence[int]) -> list[int]:
    return [os.getpid() for _ in numbers]


@pytest.mark.parametrize("size", [0, 1, 2, 7, 100])
@pytest.mark.parametrize("least", [0, 1000])
def test_results_stand_in_the_order_of_the_items(size: int, least: int) -> None:
    assert spread(squares, range(size), least) == [number * number for number in range(size)]


class Learning:
    """Work that changes while it is done, as a price book does that remembers what it was asked for."""

    def __init__(self) -> None:
        self.known: dict[int, int] = {}

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        return [self.known.setdefault(number, number) for number in numbers]

    def __getstate__(self) -> object:
        assert threading.current_thread() is threading.main_thread(), "it may change while another thread writes it"
        return {"known": {}}


def test_work_may_change_while_it_is_done() -> None:
    assert spread(Learning(), range(3_000), least=2) == list(range(3_000))


def test_few_items_stay_in_this_process() -> None:
    assert set(spread(process_ids, range(5), least=6)) == {os.getpid()}


def test_work_that_cannot_be_sent_is_inherited() -> None:
    # A function made here has no name by which another process could find it.
    done = spread_inherited(lambda numbers: [(number, os.getpid()) for number in numbers], range(9), least=2)
    assert [number for number, _ in done] == list(range(9))
    if can_fork() and (os.cpu_count() or 1) > 1:
        assert len({process for _, process in done}) > 1


def test_beside_another_thread_nothing_is_forked() -> None:
    waiting = threading.Event()
    thread = threading.Thread(target=waiting.wait)
    thread.start()
    try:
        assert not can_fork()
        assert set(spread_inherited(process_ids, range(9), least=2)) == {os.getpid()}
    finally:
        waiting.set()
        thread.join()


def test_work_beside_gives_its_result_when_it_is_asked_for() -> None:
    many = list(range(100_000))  # more than a pipe holds
    answers = [start_beside(lambda: (os.getpid(), many)), start_beside(lambda: (os.getpid(), many))]
    results = [answer() for answer in answers]
    assert [numbers for _, numbers in results] == [many, many]
    if can_fork() and (os.cpu_count() or 1) > 1:
        assert len({os.getpid(), *(process for process, _ in results)}) == 3


def test_work_that_fails_beside_fails_here() -> None:
    def fail() -> int:
        raise ValueError(f"in {os.getpid()}")

    with pytest.raises(ValueError, match=f"in {os.getpid()}"):
        start_beside(fail)()


def test_a_process_that_ends_early_is_not_missed() -> None:
    here = os.getpid()

    def end() -> int:
        if os.getpid() != here:
            os._exit(3)
        return 7

    assert start_beside(end)() == 7


KILLED = """
import os, time
from sitegen.processes import start_beside
start_beside(lambda: (time.sleep(0.5), "x" * 1_000_000))
print("started", flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="nothing is forked here")
def test_a_process_beside_ends_where_the_one_that_started_it_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", KILLED], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "started\n"
        children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text(encoding="utf-8").split()
        parent.kill()
    end = time.monotonic() + 20
    while any(_runs(child) for child in children) and time.monotonic() < end:
        time.sleep(0.05)
    assert [child for child in children if _runs(child)] == []


def _runs(process: str) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False

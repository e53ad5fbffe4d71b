"""Work spread over the cores of the machine, and what a process that reads a whole ledger needs."""

import gc
import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.context import BaseContext
from typing import Any, TypeVar

Work = Callable[[Sequence[int]], list[Any]]
Item = TypeVar("Item")
Result = TypeVar("Result")

NO_PROCESSES = (BrokenProcessPool, PermissionError, NotImplementedError)
"""What is raised where a sandbox allows no further processes."""


_inherited: Work | None = None
"""What the processes forked from this one are to do."""


def collect_seldom() -> None:
    """For a process that keeps nearly all that it makes: most collections would look through a ledger in vain."""
    gc.set_threshold(200_000, 20, 20)


def can_fork() -> bool:
    """Forking is quick, but only safe on Linux and while there is one thread."""
    return sys.platform == "linux" and threading.active_count() == 1


def process_context() -> BaseContext:
    return multiprocessing.get_context("fork" if can_fork() else "spawn")


def spread(
    work: Callable[[Sequence[Item]], list[Result]],
    items: Sequence[Item],
    least: int,
    load: Callable[[], None] | None = None,
) -> list[Result]:
    """`work(items)`, done in parts by one process a core where there are at least `least` items.

    `work` gives one result for each item, in order, and can be sent to another process. `load` gets what each part
    would get for itself: it is called here before processes are forked that then have it.
    """
    workers = os.cpu_count() or 1
    if len(items) < least or workers < 2:
        return work(items)
    if load and can_fork():
        load()
    parts = [items[start::workers] for start in range(workers)]
    try:
        with ProcessPoolExecutor(workers - 1, mp_context=process_context()) as pool:
            sent = [pool.submit(work, part) for part in parts[1:]]
            done = [work(parts[0]), *(future.result() for future in sent)]
    except NO_PROCESSES:
        return work(items)
    return [done[index % workers][index // workers] for index in range(len(items))]


def spread_inherited(work: Callable[[Sequence[Item]], list[Result]], items: Sequence[Item], least: int) -> list[Result]:
    """As `spread`, for work and items that a forked process has already and that no other could be sent.

    In this process alone where none can be forked.
    """
    global _inherited  # noqa: PLW0603  # a forked process finds its work where this one left it
    if not can_fork():
        return work(items)
    _inherited = lambda places: work([items[place] for place in places])  # noqa: E731
    try:
        return spread(_do_inherited, range(len(items)), least)
    finally:
        _inherited = None


def _do_inherited(places: Sequence[int]) -> list[Any]:
    return _inherited(places) if _inherited else []

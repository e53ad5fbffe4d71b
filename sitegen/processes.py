"""Work spread over the cores of the machine, and what a process that reads a whole ledger needs."""

import gc
import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from typing import Any, TypeVar

Work = Callable[[Sequence[Any]], list[Any]]
Item = TypeVar("Item")
Result = TypeVar("Result")

NO_PROCESSES = (BrokenProcessPool, PermissionError, NotImplementedError)
"""What is raised where a sandbox allows no further processes."""


_AT_ONCE = 500
"""Items that a process gets at a time."""

_work: Work | None = None
"""What this process is to do, where another one started it for that."""


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

    No part is large: what another process made of one is in memory twice while it comes over.
    """
    workers = os.cpu_count() or 1
    if len(items) < least or workers < 2:
        return work(items)
    if load and can_fork():
        load()
    number = workers * max(-(-len(items) // (workers * _AT_ONCE)), 1)
    parts = [items[start::number] for start in range(number)]
    try:
        # What is to be done is given to each process at its start, before anything here could change it.
        with ProcessPoolExecutor(workers - 1, process_context(), initializer=_take, initargs=(work,)) as pool:
            sent = {at: pool.submit(_do, part) for at, part in enumerate(parts) if at % workers}
            here = {at: work(part) for at, part in enumerate(parts) if at not in sent}
            done = [here[at] if at in here else sent[at].result() for at in range(number)]
    except NO_PROCESSES:
        return work(items)
    return [done[index % number][index // number] for index in range(len(items))]


def spread_inherited(work: Callable[[Sequence[Item]], list[Result]], items: Sequence[Item], least: int) -> list[Result]:
    """As `spread`, for work and items that a forked process has already and that no other could be sent.

    In this process alone where none can be forked.
    """
    if not can_fork():
        return work(items)
    return spread(lambda places: work([items[place] for place in places]), range(len(items)), least)


def start_beside(work: Callable[[], Result]) -> Callable[[], Result]:
    """Begins `work` in a process forked from this one, and gives what waits for its result.

    Where none can be forked, or `work` fails there, it is done here when its result is asked for.
    """
    if not can_fork() or (os.cpu_count() or 1) < 2:
        return work
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=_send, args=(receiver, sender, work), daemon=True)
    try:
        process.start()
    except OSError:
        return work
    sender.close()

    def result() -> Result:
        try:
            told: tuple[Result] = receiver.recv()
        except (EOFError, OSError):
            return work()
        except BaseException:
            process.terminate()
            raise
        finally:
            receiver.close()
            process.join()
        return told[0]

    return result


def _send(receiver: Connection, sender: Connection, work: Callable[[], Any]) -> None:
    # With this end of its own the process would wait for ever where the one that started it is gone.
    receiver.close()
    # Who waits for it meets the same failure again.
    with sender, suppress(Exception):
        sender.send((work(),))


def _take(work: Work) -> None:
    global _work  # noqa: PLW0603  # a process does one work all its life
    _work = work


def _do(items: Sequence[Any]) -> list[Any]:
    return _work(items) if _work else []

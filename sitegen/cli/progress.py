"""A progress bar on standard error for work that takes longer than a second, and only on a terminal."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sitegen.cli.ledgers import is_terminal

Progress = Callable[[int, int], None]
"""Called with the bytes read so far and the bytes in all."""


@contextmanager
def reading_progress() -> Iterator[Progress | None]:
    if not is_terminal():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    bar = Bar(
        "Reading transcripts",
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    task = bar.add_task("")
    began = time.monotonic()

    def advance(done: int, whole: int) -> None:
        if time.monotonic() - began > 1:
            bar.start()
        bar.update(task, completed=done, total=whole)

    try:
        yield advance
    finally:
        bar.stop()

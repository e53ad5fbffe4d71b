"""Reads whole trees of transcripts: on every core where there is much to read, in this process where little."""

import gc
import json
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from msgspec import msgpack

from sitegen.processes import NO_PROCESSES, process_context
from sitegen.transcripts.assembly import assemble_sessions
from sitegen.transcripts.claude_code_files import TranscriptFile, TranscriptTree, find_transcripts
from sitegen.transcripts.claude_code_scan import TEXT_LIMIT, scan_files
from sitegen.transcripts.evidence import Scan, kinds_by_file
from sitegen.transcripts.history import Damage, History, damage

Progress = Callable[[int, int], None]
"""Called with the bytes read so far and the bytes in all."""

Batch = tuple[tuple[tuple[int, str], ...], int]
"""Numbers and paths of files, and their bytes."""

_SMALL_TREE = 20_000_000
_BATCH = 12_000_000
_PLACES = 20


def read_history(
    folders: Sequence[Path],
    *,
    jobs: int | None = None,
    progress: Progress | None = None,
    now: datetime | None = None,
) -> History:
    """Everything Claude Code left below the `projects` folders. `jobs` is the number of processes, by default
    one for each core. A time later than a day after `now` is not believed.
    """
    tree = find_transcripts(folders)
    latest = (now or datetime.now(UTC)) + timedelta(days=1)
    scan = _scan_tree(tree, jobs, progress or _silent, latest.timestamp())
    return _history(tree, scan)


def _silent(_done: int, _whole: int) -> None:
    pass


def _history(tree: TranscriptTree, scan: Scan) -> History:
    counts: dict[str, int] = {}
    with _without_garbage_collection():
        sessions = assemble_sessions(scan, _sidecar_titles(tree.sidecars))
    damages, by_file = _damages(tree, scan)
    for kinds in by_file.values():
        for kind, count in kinds.items():
            counts[kind] = counts.get(kind, 0) + count
    return History(
        sessions=sessions,
        damages=damages,
        damage_counts=dict(sorted(counts.items())),
        file_damage_counts=by_file,
        files=len(tree.files),
        bytes=sum(file.size for file in tree.files),
        lines=scan.lines,
        skipped_files=tree.skipped,
        synthetic=scan.synthetic,
        unknown_lines=scan.unknown,
    )


def _damages(tree: TranscriptTree, scan: Scan) -> tuple[tuple[Damage, ...], dict[str, dict[str, int]]]:
    for group in scan.groups.values():
        if group.best.flags or group.differs:
            _, file, line = group.best.place
            for kind in (*group.best.flags, *(f"repeat-differs:{key}" for key in group.differs)):
                scan.note_damage(file, line, kind)
    places: dict[str, list[tuple[int, int]]] = {}
    for file, kinds in scan.damages.items():
        for kind, found in kinds.items():
            places.setdefault(kind, []).extend((file, line) for line in found.lines)
    damages = sorted(
        (file, line, kind) for kind, found in places.items() for file, line in islice(sorted(found), _PLACES)
    )
    paths = [file.path for file in tree.files]
    by_file = {paths[file]: dict(sorted(kinds.items())) for file, kinds in sorted(kinds_by_file(scan.damages).items())}
    return tuple(damage(paths[file], line, kind) for file, line, kind in damages), by_file


def _sidecar_titles(paths: Sequence[str]) -> dict[str, str]:
    """Titles given with /rename, by session: `<session>/custom-title.json`. One that cannot be read is none."""
    titles = {}
    for path in map(Path, paths):
        try:
            title = json.loads(path.read_bytes()[:65536]).get("customTitle")
        except (OSError, ValueError, AttributeError, RecursionError):
            continue
        if isinstance(title, str) and title:
            titles[path.parent.name] = title[:TEXT_LIMIT].encode(errors="replace").decode()
    return titles


def _scan_tree(tree: TranscriptTree, jobs: int | None, progress: Progress, latest: float) -> Scan:
    batches = list(_batches(tree.files))
    whole = sum(file.size for file in tree.files)
    workers = min(jobs or os.cpu_count() or 1, len(batches))
    if workers < 2 or (jobs is None and whole < _SMALL_TREE):
        return _scan_here(batches, whole, progress, latest)
    try:
        return _scan_in_parallel(batches, workers, whole, progress, latest)
    except NO_PROCESSES:
        # Some sandboxes allow no further processes: slower, and the same.
        return _scan_here(batches, whole, progress, latest)


def _batches(files: Sequence[TranscriptFile]) -> Iterator[Batch]:
    """The largest files first, so that none is left over when all others are done."""
    names: list[tuple[int, str]] = []
    size = 0
    numbered = sorted(enumerate(files), key=lambda item: (-item[1].size, item[0]))
    for number, file in numbered:
        names.append((number, file.path))
        size += file.size
        if size >= _BATCH:
            yield tuple(names), size
            names, size = [], 0
    if names:
        yield tuple(names), size


def _scan_here(batches: Sequence[Batch], whole: int, progress: Progress, latest: float) -> Scan:
    scan, done = Scan(), 0
    with _without_garbage_collection():
        for names, size in batches:
            scan.merge(scan_files(names, latest))
            done += size
            progress(done, whole)
    return scan


def _scan_in_parallel(batches: Sequence[Batch], workers: int, whole: int, progress: Progress, latest: float) -> Scan:
    """Takes batches in this process too, from the small end of the queue: what it reads need not be sent."""
    scan, done = Scan(), 0
    with ProcessPoolExecutor(workers - 1, mp_context=process_context()) as pool, _without_garbage_collection():
        try:
            queued = [(pool.submit(_packed_scan, names, latest), names, size) for names, size in batches]
            sent: list[tuple[Future[bytes], int]] = []
            for future, names, size in reversed(queued):
                if future.cancel():
                    scan.merge(scan_files(names, latest))
                    done += size
                    progress(done, whole)
                else:
                    sent.append((future, size))
            for future, size in reversed(sent):
                scan.merge(_UNPACK.decode(future.result()))
                done += size
                progress(done, whole)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return scan


_UNPACK = msgpack.Decoder(Scan)


def _packed_scan(names: tuple[tuple[int, str], ...], latest: float) -> bytes:
    with _without_garbage_collection():
        return msgpack.encode(scan_files(names, latest))


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Millions of small values without a cycle are made: looking for cycles among them takes longer than that."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()

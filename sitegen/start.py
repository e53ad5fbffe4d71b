"""Where the command `sessions` begins: a hook goes the short way, past everything that takes long to import."""

import os
import sys


def main() -> None:
    if "hook" in sys.argv[1:4]:
        from sitegen.hooks.keeping import hook_call, run_hook  # noqa: PLC0415  # no other command needs them

        call = hook_call(sys.argv[1:])
        if call is not None:
            run_hook(call, os.environ)
            os._exit(0)  # nothing is left to be written, and tidying up takes a tenth of a hook's time
    if sys.argv[3:] == ["import", "--spooled"] and not _is_time_to_import(sys.argv[2]):
        return
    from sitegen.cli import main as run_command  # noqa: PLC0415  # what a hook must not wait for

    run_command()


def _is_time_to_import(root: str) -> bool:
    """The process that a hook started waits here, while it is still small."""
    from pathlib import Path  # noqa: PLC0415  # as above

    from sitegen.hooks.waiting import wait_until_written  # noqa: PLC0415
    from sitegen.spool import spool_folder  # noqa: PLC0415

    return wait_until_written(spool_folder(os.environ, Path.home()), Path(root))


if __name__ == "__main__":
    main()

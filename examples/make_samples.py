"""Make the sample transcripts, then bring the sample ledger in `sessions/` up to date from them.

What a person wrote into the session files stays: a second run changes nothing.
"""

import subprocess
import sys
from pathlib import Path

from sample_transcripts import transcripts

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "examples" / "transcripts" / "projects"


def main() -> int:
    files = transcripts()
    for path, content in files.items():
        target = FOLDER / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    print(f"{len(files)} transcript files in {FOLDER.relative_to(ROOT)}")
    command = Path(sys.executable).with_name("sessions")
    return subprocess.run([command, "-C", ROOT, "import", "--from", FOLDER], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())

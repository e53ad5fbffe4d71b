"""The content security policy of each page: a second wall, should foreign text ever get through the first.

Scripts run only from files of the site, and the theme's own inline ones by their hashes. Those are taken from a page
of the theme without any text of a session, never from a finished page.
"""

import base64
import hashlib
import re
from collections.abc import Sequence

_INLINE = re.compile(r"<script(?P<attributes>[^>]*)>(?P<code>.*?)</script>", re.DOTALL)
_HEAD = "<head>"


def script_hashes(page: str) -> tuple[str, ...]:
    """Of its inline scripts, in the order of the page; data blocks are none."""
    scripts = (found for found in _INLINE.finditer(page) if not re.search(r"\b(?:src|type)=", found["attributes"]))
    return tuple(dict.fromkeys(_hash(found["code"]) for found in scripts))


def policy(hashes: Sequence[str]) -> str:
    scripts = " ".join(("'self'", *(f"'sha256-{each}'" for each in hashes)))
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src {scripts}",
            # The theme and the bars of our charts set widths in attributes.
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "worker-src 'self' blob:",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'none'",
        )
    )


def with_policy(page: str, hashes: Sequence[str]) -> str:
    """The page with the policy first in its head, before anything that it could forbid."""
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy(hashes)}">'
    return page.replace(_HEAD, f"{_HEAD}\n    {meta}", 1)


def _hash(code: str) -> str:
    return base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()

"""A ledger in which every text that a person can write tries to run, to load or to send something.

What runs calls `pwned(N)`, what loads asks the server for `/pwned?N`: N is the payload's number.
"""

import json
import re
from pathlib import Path

PAYLOADS = (
    "<script>pwned(N)</script>",
    "<script src=/pwned?N></script>",
    "<img src=/pwned?N onerror=pwned(N)>",
    "<img src=x:x onerror=pwned(N)>",
    "<svg onload=pwned(N)>",
    "<svg><script>pwned(N)</script></svg>",
    "<svg><a xlink:href='javascript:pwned(N)'><text>press</text></a><image href=/pwned?N></svg>",
    "<iframe srcdoc='<script>parent.pwned(N)</script>'></iframe>",
    "<iframe src='javascript:parent.pwned(N)'></iframe>",
    "<a href='javascript:pwned(N)'>press</a>",
    "[press](javascript:pwned(N))",
    "[press](JaVaScRiPt:pwned(N)) [press](java&#115;cript:pwned(N)) [press](vbscript:pwned(N))",
    "<javascript:pwned(N)>",
    "[press](<data:text/html,<script>opener.pwned(N)</script>>)",
    "<a href='java&#x09;script:pwned(N)'>press</a> <a href=' &#14; javascript:pwned(N)'>press</a>",
    "[press][evil] ![see][evil]",
    "<meta http-equiv=refresh content='0;url=/pwned?N'>",
    "<base href='/pwned?N/'>",
    "<link rel=stylesheet href=/pwned?N>",
    "<form action=/pwned?N><input autofocus onfocus=pwned(N)><button>press</button></form>",
    "<button formaction='javascript:pwned(N)'>press</button><input type=image src=/pwned?N>",
    "<details open ontoggle=pwned(N)><summary>press</summary></details>",
    "words{onclick=pwned(N)} {onmouseover=pwned(N)} {: onmouseover='pwned(N)' style='x'}",
    "&lt;/title&gt;&lt;script&gt;pwned(N)&lt;/script&gt;",
    "&amp;lt;script&amp;gt;pwned(N)&amp;lt;/script&amp;gt;",
    "</title><script>pwned(N)</script>",
    "</textarea><script>pwned(N)</script>",
    "</style><script>pwned(N)</script>",
    "</script><script>pwned(N)</script>",
    "</text></svg><script>pwned(N)</script>",
    "--><script>pwned(N)</script><!--",
    "<!--><script>pwned(N)</script>",
    "<![CDATA[<script>pwned(N)</script>]]>]]><script>pwned(N)</script>",
    '"><script>pwned(N)</script>',
    "'><img src=x:x onerror=pwned(N)>",
    '" onmouseover="pwned(N)" onfocus="pwned(N)" autofocus tabindex="1" x="',
    "' onmouseover='pwned(N)' x='",
    "`onmouseover=pwned(N)` x=`",
    "{{ 7 * 7 }}{% raw %}{{ config.items() }}{# N #}${pwned(N)}<%= pwned(N) %>",
    "<noscript><p title='</noscript><img src=x:x onerror=pwned(N)>'></noscript>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x:x onerror=pwned(N)&gt;'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src=x:x onerror=pwned(N)>",
    "<svg></p><style><a id='</style><img src=x:x onerror=pwned(N)>'>",
    "<template><script>pwned(N)</script></template><p is=x onmouseover=pwned(N)>press</p>",
    "\u202e<script>pwned(N)</script>\u2066\u200b<scr\u200bipt>pwned(N)</scr\u200bipt>",
    "<\x7fscript>pwned(N)</script>\x85<script\x0c>pwned(N)</script\x0c>",
    "<video poster=/pwned?N><source onerror=pwned(N)></video><audio src=x:x onerror=pwned(N)>",
    "<object data='javascript:pwned(N)'></object><embed src='javascript:pwned(N)'>",
    "<style>@import '/pwned?N'; body { background: url(/pwned?N) }</style>",
    "<p style='background: url(/pwned?N); position: fixed; inset: 0'>over everything</p>",
    "<table background=/pwned?N><td background=/pwned?N>cell</table>",
    "<a href=https://127.0.0.1:9/ ping=/pwned?N download>press</a>",
    "<marquee onstart=pwned(N)>words</marquee><p onanimationstart=pwned(N) style='animation: sg 1s'>words</p>",
    "<body onload=pwned(N) onpageshow=pwned(N)>",
    "\\u003cscript\\u003epwned(N)\\u003c/script\\u003e \\x3cscript\\x3epwned(N)\\x3c/script\\x3e",
    "<a id=__config>clobbered</a><p id=__search class=md-overlay data-md-component=search>over everything</p>",
    "|<script>pwned(N)</script>|\\|<img src=x:x onerror=pwned(N)>",
)
WORD = "zebra"
"""Stands in every title, with the number of its payload behind it: what a search looks for."""

_FRONT = """---
schema: 1
template: {p}
title: {title}
project: {p}
author: {p}
started: '2026-{month:02}-{day:02}T20:36:53+01:00'
ended: '2026-{month:02}-{day:02}T21:36:53+01:00'
active: '0:52'
state: {state}
phase: {{name: {p}, number: 1, part: 2, state: in progress}}
focus: {p}
tags: [{p}]
git: {{branch: {p}, commits: [{p}], pull_request: 42}}
source: {{kind: {kind}, sessions: [{p}], digest: {p}}}
usage:
- {{time: '20:36', task: {p}, model: {p}, requests: 1, input: {n}, output: 5, cost: 0.1, tools: {{{p}: 4}}, notes: {p}}}
- {{time: '20:40', task: {p}, model: two, speed: {p}, tier: {p}, geo: {p}, requests: 1, input: 9, output: 5}}
prices:
  {p}: {{input: 5, output: 25, source: {p}}}
quality: {{rework: {quality}, documentation: {quality}, api: {quality}}}
x_other: {p}
---
"""
_BODY = """
# {title}

{p}

## {p}

[{p}](https://127.0.0.1:9/) [link](<{p}>) [title](a.md "{p}") ![{p}](a.png) ![image]({p}) <{p}>

[evil]: javascript:pwned({n}) "{p}"

| {p} | second |
| --- | --- |
| {p} | cell |

> {p}

!!! note "{p}"
    {p}

```{p}
{p}
```

`{p}` and a note[^1].

### Key Accomplishments

- [x] {p}
- [ ] {p}

### Technical Decisions Made

1. **{p}**: {p}
2. {p}: supersedes [{p}](2026-01-01-payload-1.md)

### Questions for Next Session

- [ ] {p}
- {p}

[^1]: {p}
"""


def payload(number: int) -> str:
    return re.sub(r"\bN\b", str(number), PAYLOADS[number])


def write_ledger(root: Path) -> None:
    """One session for each payload; every other one also has the payload where only known words are allowed."""
    (root / "sessions" / "2026").mkdir(parents=True)
    for number in range(len(PAYLOADS)):
        found = payload(number)
        quoted = json.dumps(found)
        values = {
            "p": quoted,
            "n": number,
            "title": json.dumps(f"{WORD}{number} {found}"),
            "month": 1 + number // 28,
            "day": 1 + number % 28,
            "state": quoted if number % 2 else "complete",
            "kind": quoted if number % 2 else "manual",
            "quality": quoted if number % 2 else "none",
        }
        body = _BODY.replace("{title}", f"{WORD}{number} {found}").replace("{p}", found).replace("{n}", str(number))
        path = root / "sessions" / "2026" / f"2026-01-01-payload-{number}.md"
        path.write_text(_FRONT.format(**values) + body, encoding="utf-8")
    _write_odd_files(root)


def _write_odd_files(root: Path) -> None:
    """Names of files that are payloads, and settings that are."""
    folder = root / "sessions" / "2026"
    text = (folder / "2026-01-01-payload-0.md").read_text(encoding="utf-8")
    for name in (
        "<img src=x:x onerror=pwned(900)>.md",
        '"><svg onload=pwned(901)>.md',
        "{{7*7}}' onfocus=pwned(902).md",
    ):
        (folder / name).write_text(text.replace("tags: [", f"tags: [{json.dumps(name)}, "), encoding="utf-8")
    settings = [
        'title = "Daybook <script>pwned(903)</script>"',
        'timezone = "UTC"',
        "[budgets]",
        f"{json.dumps(payload(0))} = 1",
        "all = 2",
        "[[ignore]]",
        'rule = "<script>pwned(904)</script>"',
        'path = "*"',
        'reason = "<script>pwned(905)</script>"',
    ]
    (root / "sessions.toml").write_text("\n".join(settings) + "\n", encoding="utf-8")

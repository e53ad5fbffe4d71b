"""For a suite that is repeated thousands of times in one process (`-p tests.quick_examples`): fewer examples, always
the same, and nothing remembered from the time before the code was changed.
"""

import gc
from functools import lru_cache

import pytest
from hypothesis import Phase, settings

settings.register_profile(
    "quick", max_examples=25, derandomize=True, deadline=None, database=None, phases=(Phase.explicit, Phase.generate)
)
settings.load_profile("quick")
_CACHE = type(lru_cache(int))


def pytest_sessionstart(session: pytest.Session) -> None:
    del session
    for known in gc.get_objects():
        if isinstance(known, _CACHE) and str(getattr(known, "__module__", "")).startswith("sitegen."):
            known.cache_clear()

"""Fewer examples, always the same: for a suite that is repeated thousands of times (`-p tests.quick_examples`)."""

from hypothesis import Phase, settings

settings.register_profile(
    "quick", max_examples=25, derandomize=True, deadline=None, database=None, phases=(Phase.explicit, Phase.generate)
)
settings.load_profile("quick")

"""Inputs nobody thought of, for each reader: `make fuzz` looks for one that breaks a promise.

Each module `fuzz_NAME` has a function `check(data)` that fails where a promise does not hold. Its first inputs are
in `seeds/NAME`; an input that once failed is in `tests/fuzz_regressions/NAME`, and the test suite tries it again.
"""

"""Work over several processes gives what one process gives, in the same order."""

import os
from collections.abc import Sequence

import pytest

from sitegen.processes import spread


def squares(numbers: Sequence[int]) -> list[int]:
    return [number * number for number in numbers]


def process_ids(numbers: Sequence[int]) -> list[int]:
    return [os.getpid() for _ in numbers]


@pytest.mark.parametrize("size", [0, 1, 2, 7, 100])
@pytest.mark.parametrize("least", [0, 1000])
def test_results_stand_in_the_order_of_the_items(size: int, least: int) -> None:
    assert spread(squares, range(size), least) == [number * number for number in range(size)]


def test_few_items_stay_in_this_process() -> None:
    assert set(spread(process_ids, range(5), least=6)) == {os.getpid()}

"""What pages keep in the process, and what of them is not ours."""

from hashlib import sha256

import pytest

from flows.page.memory import Memory
from flows.page.site import static_file


def test_what_holds_is_worked_out_once():
    memory, made = Memory(most=2), []

    def make():
        made.append(1)
        return len(made)

    assert [memory.get("a", make), memory.get("a", make), memory.get("b", make)] == [1, 1, 2]
    memory.get("c", make)  # the oldest has to go
    assert memory.get("a", make) == 4


def test_an_error_is_not_remembered():
    memory = Memory()
    with pytest.raises(ZeroDivisionError):
        memory.get("a", lambda: 1 / 0)
    assert memory.get("a", lambda: 1) == 1


@pytest.mark.parametrize("name", ["uPlot.iife.min.js", "uPlot.min.css"])
def test_what_is_not_ours_is_what_it_says(name):
    told = static_file("uplot/LICENSE.txt").decode()
    assert "uPlot 1.6.32" in told
    assert f"{sha256(static_file(f'uplot/{name}')).hexdigest()}  {name}" in told
    assert "The MIT License" in told

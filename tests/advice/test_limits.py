"""Every number has a unit and a source, or calfwise does not start."""

import re
from pathlib import Path

import pytest

import advice
from advice.limits import LimitsError, default_limits, read_limits

ROW = 'value = 6\nunit = "NRS"\nsource = "a page"\nverified = "V"\n'
WHOLE = f'rules_version = "7"\n[pain]\n{ROW}'


def test_a_limit_is_known_by_its_name():
    limits = read_limits(WHOLE)
    assert limits["pain"] == 6
    assert limits.limit("pain").source == "a page"
    assert limits.rules_version == "7"


@pytest.mark.parametrize("part", ["value", "unit", "source", "verified"])
def test_an_incomplete_limit_is_refused_by_name(part):
    without = "\n".join(line for line in WHOLE.splitlines() if not line.startswith(part))
    with pytest.raises(LimitsError, match=f"pain: {part}"):
        read_limits(without)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("value = 6", "value = true"),
        ("value = 6", 'value = "6"'),
        ('unit = "NRS"', 'unit = " "'),
        ('verified = "V"', 'verified = "sure"'),
        ('verified = "V"', 'verified = "V"\nvalu = 7'),
        (f"[pain]\n{ROW}", "pain = 6"),
    ],
)
def test_a_wrong_limit_is_refused_by_name(old, new):
    with pytest.raises(LimitsError, match="pain: "):
        read_limits(WHOLE.replace(old, new))


def test_rules_without_a_version_are_refused():
    with pytest.raises(LimitsError, match="rules_version"):
        read_limits(f"[pain]\n{ROW}")


def test_an_override_replaces_a_whole_limit():
    row = {"value": 5, "unit": "NRS", "source": "our clinic", "verified": "design"}
    assert read_limits(WHOLE, {"pain": row})["pain"] == 5
    with pytest.raises(LimitsError, match="pain: unit"):
        read_limits(WHOLE, {"pain": {"value": 5}})
    with pytest.raises(LimitsError, match="pian"):
        read_limits(WHOLE, {"pian": row})


def test_an_unknown_name_fails_loudly():
    with pytest.raises(LimitsError, match="no limit is called pian"):
        default_limits()["pian"]


def test_our_own_limits_are_read_once_and_all_of_them_are_used():
    limits = default_limits()
    assert limits is default_limits()
    code = "".join(path.read_text("utf-8") for path in Path(advice.__file__).parent.rglob("*.py"))
    assert {name for name in limits.table if not re.search(f'"{name}"', code)} == set()


def test_nothing_recalled_decides():
    """A general aim may be named; no verdict hangs on it."""
    table = default_limits().table
    assert [name for name, limit in table.items() if limit.verified == "R"] == ["sleep_h"]

"""The table [limits]: every key reaches the reader it is for, and nothing absurd is taken."""

import re
import zipfile

import pytest

from connectors.limits import ReadingLimits
from flows import settings
from flows.limits import LimitsSettings
from flows.template import TEMPLATE
from tests.flows.installation import Installation

SETTINGS = '[limits]\n{limits}\n[athletes.me]\ntimezone = "UTC"\n'


def limits_of(folder, text):
    (folder / "calfwise.toml").write_text(SETTINGS.format(limits=text))
    return settings.load(folder).limits


def test_without_a_word_the_limits_are_those_of_the_readers(tmp_path):
    assert settings.load(tmp_path).limits == ReadingLimits()


def test_the_template_shows_every_limit_with_its_default(tmp_path):
    shown = TEMPLATE.partition("[limits]\n")[2]
    told = re.findall(r"^# (\w+) = ([\d.]+)", shown, re.MULTILINE)
    defaults = LimitsSettings()
    assert {name: float(value) for name, value in told} == {
        name: float(getattr(defaults, name)) for name in LimitsSettings.__struct_fields__
    }
    commented = "\n".join(f"{name} = {value}" for name, value in told)
    assert limits_of(tmp_path, commented) == ReadingLimits()


@pytest.mark.parametrize(
    ("text", "room", "name", "value"),
    [
        ("file_mb = 7", "archive", "member_bytes", 7_000_000),
        ("inner_archive_mb = 7", "archive", "inner_archive_bytes", 7_000_000),
        ("archive_mb = 7", "archive", "total_bytes", 7_000_000),
        ("archive_files = 7", "archive", "members", 7),
        ("archive_depth = 1", "archive", "depth", 1),
        ("ratio = 7", "archive", "ratio", 7),
        ("worker_mb = 700", "worker", "memory_bytes", 700_000_000),
        ("cpu_s = 0.5", "worker", "cpu_s", 0.5),
        ("wall_s = 7", "worker", "wall_s", 7),
    ],
)
def test_each_key_reaches_its_limit(tmp_path, text, room, name, value):
    assert getattr(getattr(limits_of(tmp_path, text), room), name) == value


@pytest.mark.parametrize(
    "text",
    ["file_mb = 0", "cpu_s = -1", "still_s = 1e9", "worker_mb = 1", "size = 3", 'ratio = "1"'],
)
def test_what_cannot_be_is_said(tmp_path, text):
    with pytest.raises(settings.SettingsError, match="limits"):
        limits_of(tmp_path, text)


def test_a_limit_is_obeyed(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in "abc":
            archive.writestr(name, name)
    home = Installation(tmp_path / "home", SETTINGS.format(limits="archive_files = 2"))
    report = home.json("backfill", tmp_path / "a.zip", code=4)
    assert [each["reason"] for each in report["refused_files"]] == ["too_large"]
    assert home.json("explain", tmp_path / "a.zip", code=4)["reason"] == "too_large"

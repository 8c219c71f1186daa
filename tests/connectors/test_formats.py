"""The one door through which bytes come in: one reader for each file, and an answer to any."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors import fit, formats, gpx, tcx
from connectors.errors import UnreadableFileError
from connectors.formats import HEAD_BYTES, READERS, read_file, reader_for, refusal
from flows.fit_writer import fit_bytes
from pipeline.athlete import Athlete
from tests.connectors.made import START_S, fit_run, run, steady
from tests.connectors.soundness import check_sound

RUNNER = Athlete(timezone="Europe/Berlin", hr_rest_bpm=50, hr_max_bpm=185, sex="female")
NOT_AFTER_S = 1_900_000_000.0

POINTS = range(10)
GPX = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1" creator="Test" '
    'xmlns="http://www.topografix.com/GPX/1/1" xmlns:n="http://x/TrackPointExtension/v1">'
    "<trk><name>Morning</name><type>running</type><trkseg>"
    + "".join(
        f'<trkpt lat="{48.1 + each * 2.7e-5:.6f}" lon="11.5"><ele>500</ele>'
        f"<time>2026-03-01T08:00:{each:02}Z</time><extensions><n:TrackPointExtension>"
        f"<n:hr>140</n:hr><n:cad>85</n:cad></n:TrackPointExtension></extensions></trkpt>"
        for each in POINTS
    )
    + "</trkseg></trk></gpx>"
).encode()
TCX = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<TrainingCenterDatabase '
    'xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities>'
    '<Activity Sport="Running"><Id>2026-03-01T08:00:00Z</Id>'
    '<Lap StartTime="2026-03-01T08:00:00Z"><TotalTimeSeconds>9</TotalTimeSeconds>'
    "<DistanceMeters>27</DistanceMeters><Track>"
    + "".join(
        f"<Trackpoint><Time>2026-03-01T08:00:{each:02}Z</Time><Position>"
        f"<LatitudeDegrees>{48.1 + each * 2.7e-5:.6f}</LatitudeDegrees>"
        f"<LongitudeDegrees>11.5</LongitudeDegrees></Position>"
        f"<DistanceMeters>{each * 3}</DistanceMeters>"
        f"<HeartRateBpm><Value>140</Value></HeartRateBpm><Cadence>85</Cadence></Trackpoint>"
        for each in POINTS
    )
    + "</Track></Lap></Activity></Activities></TrainingCenterDatabase>"
).encode()
FIT = fit_run(recorded=steady(10, cadence_spm=170.0), device="Testwatch")
SAMPLES = {"fit": FIT, "gpx": GPX, "tcx": TCX}

each_sample = pytest.mark.parametrize("name", SAMPLES)


def read(content: bytes, name: str = "file"):
    return read_file(name, content, RUNNER, not_after_s=NOT_AFTER_S)


def test_every_reader_has_a_sample():
    assert [each.FORMAT for each in READERS] == list(SAMPLES)


@each_sample
def test_exactly_one_reader_claims_a_file(name):
    claims = [each.FORMAT for each in READERS if each.identify(SAMPLES[name][:HEAD_BYTES])]
    assert claims == [name]
    reader = reader_for(SAMPLES[name])
    assert name == reader.FORMAT


@each_sample
def test_the_same_run_is_read_alike_from_every_format(name):
    reading = read(SAMPLES[name])
    check_sound(reading)
    (row,) = reading.rows
    assert (reading.status, reading.format) == ("read", name)
    assert reading.sha256 == sha256(SAMPLES[name]).hexdigest()
    assert (row.sport, row.records, row.cadence_rule) == ("running", 10, "strides_doubled")
    assert row.cadence_mean_spm == pytest.approx(170)
    assert row.heart_rate_mean_bpm == pytest.approx(140)
    assert row.distance_m == pytest.approx(27, abs=0.5)
    assert row.timer_s == pytest.approx(9)
    assert row.timezone == "Europe/Berlin"


@each_sample
@pytest.mark.parametrize("wrong", ["run.gpx", "run.fit", "run.tcx", "run", "läuf.exe"])
def test_the_name_of_a_file_tells_nothing(name, wrong):
    reading = read(SAMPLES[name], wrong)
    assert (reading.file, reading.format, reading.status) == (wrong, name, "read")


@pytest.mark.parametrize("name", ["gpx", "tcx"])
def test_a_long_comment_before_the_root_hides_nothing(name):
    declaration, _, rest = SAMPLES[name].partition(b"\n")
    comment = b"<!-- " + b"made by a program. " * 300 + b"-->"
    reading = read(b"\n".join([declaration, comment, rest]))
    assert (reading.status, reading.format) == ("read", name)


@pytest.mark.parametrize(
    "content", [b"x", b"\0" * 20, b"PK\x03\x04zip", b"<html></html>", b"{}", b"\xff\xfe", b"GPX"]
)
def test_what_nobody_claims_is_of_an_unknown_format(content):
    reading = read(content)
    check_sound(reading)
    assert (reading.status, reading.reason, reading.format) == ("refused", "unknown_format", None)


def test_an_empty_file_is_empty():
    assert read(b"").reason == "empty"


def test_two_claims_are_an_error_that_names_both(monkeypatch):
    class Greedy:
        FORMAT = "greedy"

        def identify(self, head):
            return bool(head)

        read = staticmethod(gpx.read)

    monkeypatch.setattr(formats, "READERS", (fit, Greedy(), tcx))
    with pytest.raises(UnreadableFileError, match="Both fit and greedy"):
        reader_for(FIT)


def test_a_crash_of_a_reader_is_an_answer_that_tells_nothing_of_the_body(monkeypatch):
    class Clumsy:
        FORMAT = "clumsy"

        def identify(self, head):
            return bool(head)

        def read(self, _content, _limits):
            raise ValueError("heart rate 190")

    monkeypatch.setattr(formats, "READERS", (Clumsy(),))
    reading = read(b"anything")
    assert (reading.status, reading.reason, reading.format) == ("refused", "damaged", "clumsy")
    assert "ValueError" in (reading.says or "")
    assert "190" not in (reading.says or "")


def test_a_lack_of_memory_is_no_fault_of_the_file(monkeypatch):
    class Hungry:
        FORMAT = "hungry"

        def identify(self, head):
            return bool(head)

        def read(self, _content, _limits):
            raise MemoryError

    monkeypatch.setattr(formats, "READERS", (Hungry(),))
    with pytest.raises(MemoryError):
        read(b"anything")


@pytest.mark.parametrize("content", [FIT, b"nothing known"])
def test_a_digest_that_is_known_is_taken(content):
    assert read_file("a", content, RUNNER, digest="known").sha256 == "known"


def test_a_refusal_has_no_digest_where_nothing_was_read():
    too_large = UnreadableFileError("too_large", "There is more than 100 MB to read.")
    answer = refusal("a.fit", too_large)
    assert (answer.sha256, answer.status, answer.reason) == (None, "refused", "too_large")


def test_a_file_dated_in_the_future_has_no_possible_time():
    reading = read_file("a.fit", FIT, RUNNER, not_after_s=1_200_000_000.0)
    check_sound(reading)
    assert (reading.status, reading.reason) == ("refused", "no_possible_time")


def test_an_activity_that_is_left_out_beside_a_good_one_is_said():
    long_ago = run(steady(10), start_at=datetime(2001, 3, 1, tzinfo=UTC))
    shift_s = long_ago.start_at.timestamp() - START_S
    dated = long_ago.records.replace(at_s=long_ago.records.at_s + shift_s)
    reading = read(FIT + fit_bytes(replace(long_ago, records=dated)))
    check_sound(reading)
    (row,) = reading.rows
    assert ("activity_without_possible_time", 1) in {(e.code, e.count) for e in row.findings}


# Whatever the bytes are


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_answered(content):
    check_sound(read(content))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 400))
def test_any_bytes_behind_a_fit_header_are_answered(content, size):
    head = bytes([14, 16, 112, 8]) + size.to_bytes(4, "little") + b".FIT\0\0"
    check_sound(read(head + content))


Edit = tuple[float, int, bytes]
"""Where (share of the file), how many bytes are taken out, and what is put there."""

EDITS = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=12)), min_size=1, max_size=5
)


def edited(content: bytes, edits: list[Edit]) -> bytes:
    for share, taken, put in edits:
        place = int(share * len(content))
        content = content[:place] + put + content[place + taken :]
    return content


@each_sample
@settings(max_examples=100, deadline=None)
@given(edits=EDITS)
def test_any_damage_to_a_good_file_is_answered(name, edits):
    check_sound(read(edited(SAMPLES[name], edits)))


WORDS = [b"NaN", b"inf", b"-1e308", b"1e-400", b"", b"0", b"99999999999999999999", b"1989", b"-"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["gpx", "tcx"])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_number_in_a_text_file_is_answered(name, data):
    content = SAMPLES[name]
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.sampled_from(list(re.finditer(rb"\d+", content))))
        word = data.draw(st.sampled_from(WORDS))
        content = content[: place.start()] + word + content[place.end() :]
    check_sound(read(content))


@each_sample
def test_the_same_damage_every_time_is_answered(name):
    """A part that does not depend on chance, so that a failure comes again."""
    chance = random.Random(7)
    for _ in range(60):
        damaged = bytearray(SAMPLES[name])
        for _ in range(chance.randrange(1, 6)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        check_sound(read(bytes(damaged[: chance.randrange(1, 2 * len(damaged))])))

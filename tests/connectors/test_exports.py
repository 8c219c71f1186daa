"""What the list of an export tells, in every language it may come in, and what it leaves open."""

import csv

import pytest

from connectors import exports
from connectors.errors import UnreadableFileError
from connectors.formats import read_file
from pipeline.activity import ExportLine
from pipeline.athlete import Athlete
from tests.connectors.exports_made import (
    ENGLISH,
    LANGUAGES,
    OLDER,
    OLDEST,
    SHORT,
    Told,
    strava_list,
)

RUN = Told("activities/1.fit.gz", rpe="7.0", gear="Blue pair", name="Søndagstur", type="TrailRun")
RIDE = Told("activities/2.gpx", rpe="3", gear="Merida", type="Ride", name="To\twork ")
UNTOLD = Told("activities/3.tcx.gz", name="", type="")

LINES = (
    ExportLine(
        file="activities/1.fit",
        rpe=7.0,
        gear="Blue pair",
        name="Søndagstur",
        sport="running",
        sub_sport="trail",
    ),
    ExportLine(file="activities/2.gpx", rpe=3.0, gear="Merida", name="To work", sport="cycling"),
    ExportLine(file="activities/3.tcx"),
)


def lines(table, encoding="utf-8"):
    found = exports.read_list(table.encode(encoding))
    assert found is not None
    assert found.left_out == 0
    return found.lines


@pytest.mark.parametrize("header", [ENGLISH, OLDER], ids=["newer", "older"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_list_in_any_language(language, header):
    assert lines(strava_list([RUN, RIDE, UNTOLD], language, header)) == LINES


@pytest.mark.parametrize("header", [SHORT, OLDEST], ids=["2019", "before"])
def test_the_lists_of_old_tell_no_effort(header):
    [run, ride, untold] = lines(strava_list([RUN, RIDE, UNTOLD], header=header))
    assert (run.gear, run.name, run.sport) == ("Blue pair", "Søndagstur", "running")
    assert {run.rpe, ride.rpe, untold.rpe} == {None}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_other_encodings(encoding):
    assert lines(strava_list([RUN, RIDE, UNTOLD], "german"), encoding) == LINES


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_as_a_spreadsheet_writes_it(delimiter):
    plain = [Told("activities/1.fit", rpe="4", gear="Blue", description="")]
    table = strava_list(plain).replace('"10,02"', "10").replace(",", delimiter)
    [line] = lines(table.replace("24 Dec 2025" + delimiter, "24 Dec 2025,").replace('"', ""))
    assert (line.rpe, line.gear) == (4.0, "Blue")


@pytest.mark.parametrize(
    ("cell", "effort"),
    [
        ("1", 1.0), ("10.0", 10.0), ("4,5", 4.5), ("", None), ("0.0", None), ("0.5", None),
        ("11", None), ("-3", None), ("nan", None), ("inf", None), ("hard", None),
    ],
)  # fmt: skip
def test_an_effort_is_a_number_from_one_to_ten(cell, effort):
    [line] = lines(strava_list([Told("activities/1.fit", rpe=cell)]))
    assert line.rpe == effort


def without(header, *names):
    return [each for each in header if each not in names]


@pytest.mark.parametrize(
    "header",
    [
        without(ENGLISH, "Commute"),
        [*ENGLISH[:40], "A new column", *ENGLISH[40:]],
        without(ENGLISH, "Relative Effort"),
        ENGLISH[:50],
    ],
    ids=["a bracket gone", "moved within", "other bracket gone", "cut before the bracket"],
)
def test_an_effort_whose_place_is_not_certain_is_not_told(header):
    told = [Told("activities/1.fit", rpe="7", gear="Blue pair")]
    language = "unheard of"
    LANGUAGES[language].setdefault("A new column", "項目新")
    [line] = lines(strava_list(told, language, header))
    assert line.rpe is None


def test_numbers_that_are_no_effort_in_its_place_are_none():
    told = [Told("activities/1.fit", rpe="7"), Told("activities/2.fit", rpe="61")]
    assert {line.rpe for line in lines(strava_list(told, "unheard of"))} == {None}
    assert [line.rpe for line in lines(strava_list(told, "english"))] == [7.0, None]


def test_a_name_that_contradicts_its_place_is_not_believed():
    swapped = [
        {"Perceived Exertion": "Other Time", "Other Time": "Perceived Exertion"}.get(each, each)
        for each in ENGLISH
    ]
    [line] = lines(strava_list([Told("activities/1.fit", rpe="7")], header=swapped))
    assert line.rpe is None


def test_an_order_of_columns_nobody_knows_goes_by_the_names():
    [line, *_] = lines(strava_list([RUN, RIDE, UNTOLD], header=ENGLISH[::-1]))
    assert line == LINES[0]
    [line] = lines(strava_list([RUN], "unheard of", header=ENGLISH[::-1]))
    assert line == ExportLine(file="activities/1.fit")


def test_one_file_of_several_activities_keeps_what_they_agree_on():
    file = "activities/1.fit.gz"
    [line] = lines(strava_list([Told(file, "3", "Blue", "Tri"), Told(file, "8", "Blue", "Tri")]))
    assert (line.rpe, line.gear, line.name) == (None, "Blue", "Tri")


@pytest.mark.parametrize(
    "file",
    ["/etc/1.fit", "../1.fit", "activities/../../1.fit", "c:\\1.fit", "#error#", "", "a/" * 200],
)
def test_a_path_that_leads_elsewhere_is_none_of_ours(file):
    found = lines(strava_list([Told(file, "5"), RUN, RIDE]))
    assert [line.file for line in found] == ["activities/1.fit", "activities/2.gpx"]


def test_names_are_kept_short_and_in_one_line():
    [line] = lines(strava_list([Told("activities/1.fit", name="Long\nrun\0 " * 100)]))
    assert line.name is not None
    assert line.name.startswith("Long run Long run")
    assert len(line.name) == exports.LONGEST_TEXT


@pytest.mark.parametrize(
    "table",
    ["", "\n", "Activity Type,Date,Title\nRunning,2025-01-02,Morning\n", "a/b.fit\n"],
)
def test_another_table_is_no_list(table):
    assert exports.read_list(table.encode()) is None


def test_a_list_that_is_cut_off_tells_what_it_still_can():
    table = strava_list([RUN, RIDE, UNTOLD]).encode()
    found = exports.read_list(table[:-40])
    assert found is not None
    assert (found.lines, found.left_out) == (LINES[:2], 1)


def test_a_list_damaged_in_the_middle_tells_the_rest():
    rows = strava_list([RUN, RIDE, UNTOLD]).replace("3600,", "", 1)
    found = exports.read_list(rows.encode())
    assert found is not None
    assert (found.lines, found.left_out) == (LINES[1:], 1)


def test_a_quote_that_never_ends():
    table = strava_list([RUN, RIDE]) + '9003,"' + "x" * 200_000
    found = exports.read_list(table.encode())
    assert found is not None
    assert (found.lines, found.left_out) == (LINES[:2], 1)


def test_a_cell_of_any_length_costs_no_line():
    before = csv.field_size_limit()
    long = Told("activities/2.fit", rpe="4", description="x" * 140_000)
    found = lines(strava_list([RUN, long, UNTOLD]))
    assert [line.rpe for line in found] == [7.0, 4.0, None]
    assert csv.field_size_limit() == before


@pytest.mark.parametrize("before", ["sep=,\n", '"sep=,"\r\n', "\n \r\n,,,\n", "\nSEP=;\n\n"])
@pytest.mark.parametrize("language", ["english", "unheard of"])
def test_what_stands_before_the_header_is_passed_over(before, language):
    assert lines(before + strava_list([RUN, RIDE, UNTOLD], language)) == LINES


@pytest.mark.parametrize(
    ("other", "effort"), [("Perceived Exertion", 7.0), ("Other Time", None)], ids=["equal", "not"]
)
def test_two_columns_of_efforts_must_tell_the_same(other, effort):
    """The second is headed like the first; under it stands the same, or nothing."""
    header = [*ENGLISH, other]
    table = strava_list([RUN, Told("activities/2.fit")], header=header)
    first, rest = table.split("\n", 1)
    [line, untold] = lines(first.removesuffix(other) + "Perceived Exertion\n" + rest)
    assert (line.rpe, untold.rpe) == (effort, None)


@pytest.mark.parametrize("header", [ENGLISH, ENGLISH[::-1]], ids=["in order", "in any order"])
@pytest.mark.parametrize("language", ["english", "german", "french"])
def test_runs_named_like_files_are_no_files(language, header):
    told = [Told(f"activities/{each}.fit", rpe="4", name="media/a.gpx") for each in (1, 2)]
    found = lines(strava_list(told, language, header))
    assert [line.file for line in found] == ["activities/1.fit", "activities/2.fit"]


def test_the_place_tells_files_where_no_header_does():
    told = [Told(f"activities/{each}.fit", rpe="4", name="media/a.gpx") for each in (1, 2)]
    found = lines(strava_list(told, "unheard of"))
    assert [(line.file, line.rpe) for line in found] == [
        ("activities/1.fit", 4.0),
        ("activities/2.fit", 4.0),
    ]
    assert exports.read_list(strava_list(told, "unheard of", ENGLISH[::-1]).encode()) is None


def test_one_file_in_two_spellings_is_one_file():
    told = [Told("activities/1.fit.gz", "3", "Blue"), Told("Activities/1.FIT", "8", "Blue")]
    [line] = lines(strava_list(told))
    assert (line.file, line.rpe, line.gear) == ("activities/1.fit", None, "Blue")


def test_a_list_of_absurd_length_is_refused(monkeypatch):
    monkeypatch.setattr(exports, "LARGEST_BYTES", 100)
    with pytest.raises(UnreadableFileError, match="too_large"):
        exports.read_list(strava_list([RUN]).encode())


def test_of_a_list_with_absurdly_many_lines_the_first_are_read(monkeypatch):
    monkeypatch.setattr(exports, "MOST_LINES", 2)
    found = exports.read_list(strava_list([RUN, RIDE, UNTOLD]).encode())
    assert found is not None
    assert (found.lines, found.left_out) == (LINES[:2], 1)


def test_a_table_with_absurdly_many_columns_is_no_list():
    wide = ",".join(["a/b.fit"] * (exports.MOST_COLUMNS + 1))
    assert exports.read_list(f"{wide}\n{wide}\n".encode()) is None


@pytest.mark.parametrize(
    ("table", "reason", "count"),
    [
        (strava_list([RUN, RIDE]), "not_an_activity", 2),
        (strava_list([RUN, RIDE, UNTOLD])[:-40], "damaged", 2),
        ("Title,Date\nMorning,2025-01-02\n", "not_an_activity", None),
        ("\0\1\2,\n\3\4\n\5\6", "damaged", 0),
    ],
)
def test_a_list_is_no_activity(table, reason, count):
    reading = read_file("a.zip!export/Activities.CSV", table.encode(), Athlete(timezone="UTC"))
    assert (reading.status, reading.reason) == ("refused", reason)
    assert (None if reading.told is None else len(reading.told)) == count


def test_what_a_list_says_to_a_person_holds_nothing_of_a_body():
    reading = read_file(
        "activities.csv", strava_list([RUN])[:-40].encode(), Athlete(timezone="UTC")
    )
    for secret in ("7", "Blue", "Søndag"):
        assert secret not in (reading.says or "")


@pytest.mark.parametrize(
    ("list_name", "path"),
    [
        ("activities.csv", "activities/1.fit"),
        ("export/Activities.csv", "export/activities/1.fit"),
        ("a.zip!activities.csv", "a.zip!activities/1.fit"),
        ("a.zip!deep/b.zip!x/ACTIVITIES.CSV", "a.zip!deep/b.zip!x/activities/1.fit"),
    ],
)
def test_where_the_files_of_a_list_lie(list_name, path):
    assert exports.is_list(list_name)
    assert exports.beside(list_name, "activities/1.fit") == path


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("me.zip!DI_CONNECT/DI-Connect-User/a.json", True),
        ("/home/me/DI_CONNECT/DI-Connect-Fitness-Uploaded-Files/a.txt", True),
        ("UploadedFiles_0-_Part1.zip!a.txt", True),
        ("runs/a.txt", False),
        ("runs/MYDI_CONNECT/a.txt", False),
    ],
)
def test_what_lies_in_garmins_export(path, expected):
    assert exports.is_garmins(path) == expected


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("me.zip!DI_CONNECT/DI-Connect-User/a.json", "me.zip!"),
        ("garmin/di_connect/a/b.zip!c.fit", "garmin/"),
        ("DI_CONNECT/a.json", ""),
        ("me.zip!customer_data/customer.json", None),
    ],
)
def test_where_garmins_export_begins(name, start):
    assert exports.start_of_garmins(name) == start

"""The command line: how every command ends, and what goes to stdout and what beside it."""

import csv
import email
import email.policy
import io
import json
import os
import re
import signal
import subprocess
import sys
from datetime import timedelta

import pytest

from flows import holder
from flows.errors import exit_code
from flows.work import leased
from pipeline.store.records import Store
from tests.flows.installation import TODAY, Installation, clean_environment, run, write_runs

ANSWER = ("checkin", "--left", "3", "--right", "1")


def fails(outcome, code, *told):
    """It ends with this code, one sentence on stderr, and nothing on stdout."""
    assert outcome.code == code, outcome
    assert outcome.out == ""
    assert "Traceback" not in outcome.err
    for each in told:
        assert each in outcome.err, outcome.err
    if code != 2:
        assert outcome.err.count("calfwise:") == 1


# --- 2: what was asked for makes no sense


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "COMMAND"),
        (("dance",), "dance"),
        (("checkin", "--left", "11", "--right", "1"), "0 to 10"),
        (("checkin", "--left", "-1", "--right", "1"), "--left"),
        (("checkin", "--left", "2.5", "--right", "1"), "0 to 10"),
        (("checkin", "--left", "1_0", "--right", "1"), "0 to 10"),
        (("checkin", "--left", "3"), "--right"),
        ((*ANSWER, "--flag", "limping", "--no-flags"), "--no-flags"),
        ((*ANSWER, "--flag", "bored"), "bored"),
        ((*ANSWER, "--sleep-h", "25"), "0 to 24"),
        ((*ANSWER, "--sleep-h", "nan"), "0 to 24"),
        ((*ANSWER, "--run", "nosuchrun"), "calfwise runs"),
        ((*ANSWER, "--on", TODAY + timedelta(days=2)), "has not come"),
        ((*ANSWER, "--on", "0026-03-29"), "2026-03-29"),
        ((*ANSWER, "import", "answers.csv"), "either"),
        (("advise", "--on", "yesterday"), "2026-03-29"),
        (("advise", "--on", "0001-01-01"), "2026-03-29"),
        (("days", "--since", "2026-13-01"), "2026-03-29"),
        (("days", "--since", "2026-02-01", "--until", "2026-01-01"), "--until"),
        (("runs", "--since", "2026-02-01", "--until", "2026-01-01"), "--until"),
        (("backfill", ".", "--since", "2026-02-01", "--until", "2026-01-01"), "--until"),
        (("backfill", ".", "--workers", "0"), "from 1"),
        (("backfill",), "SOURCE"),
        (("sync", "--all", "--source", "."), "--all"),
        (("explain", "."), "backfill"),
        (("advise", "--engine", "steam"), "steam"),
    ],
)
def test_usage(calfwise, arguments, told):
    fails(calfwise.run(*arguments), 2, told)


GOOD = "date,left,right,rpe,flags,did,where,painkiller,sleep_h,note\n"


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("", 1, "date, left, right"),
        ("date,left\n2026-01-01,1\n", 1, "right"),
        ("date,left,right,mood\n", 1, "mood"),
        ("date,left,right,left\n2026-01-01,1,2,3\n", 1, "twice"),
        ("date,left,right\n2026-01-01,1,2\n2026-01-02,1,11\n", 3, "right"),
        ("date,left,right\n2026-01-01,1,2\n2026-01-02,1,\n", 3, "right is empty"),
        ("date,left,right\n2026-01-01,1,2\n2026-01-02,1\n", 3, "cells"),
        ("date,left,right\n2026-01-01,1,2\n2026-01-02,1,2,3\n", 3, "cells"),
        ("date,left,right\n2026-01-01,1,2\n01.02.2026,1,2\n", 3, "2026-03-29"),
        ("date,left,right\n2026-01-01,1,2\n0026-01-02,1,2\n", 3, "date"),
        ("date,left,right\n2026-01-01,1,2\n2026-01-01,3,2\n", 3, "earlier line"),
        ("date,left,right\n2026-01-01,1,2\n2098-01-01,3,2\n", 3, "not come yet"),
        (GOOD + "2026-01-01,1,2,,,,,,,\n2026-01-02,1,2,,bored,,,,,\n", 3, "flags"),
        (GOOD + "2026-01-01,1,2,,,,,maybe,,\n", 2, "painkiller"),
        (GOOD + '2026-01-01,1,2,,,,,,,"two\nlines"\n2026-01-02,1,2,99,,,,,,\n', 4, "rpe"),
    ],
)
def test_a_bad_line_of_a_csv_is_named_and_nothing_is_written(calfwise, tmp_path, text, line, told):
    path = tmp_path / "answers.csv"
    path.write_text(text)
    fails(calfwise.run("checkin", "import", path), 2, f"line {line}:", told)
    assert not (calfwise.home / "calfwise.sqlite").exists()


def test_the_value_of_a_bad_line_is_not_said(calfwise, tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text("date,left,right,flags\n2026-01-01,1,2,my secret illness\n")
    assert "secret" not in calfwise.run("checkin", "import", path).err


# --- 3: settings, and athletes


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ('[athletes.me]\ntimezon = "UTC"\n', "timezon"),
        ("[athlete.me]\n", "athlete"),
        ('[athletes.me]\ntimezone = "Mars/Phobos"\n', "Europe/Zurich"),
        ("[athletes.me]\nhr_rest = 60\nhr_max = 50\n", "hr_max"),
        ("[athletes.me]\nhr_rest = 110\nhr_max = 105\n", "hr_rest must be below"),
        ('[athletes.me]\nmorning_at = "6.30"\n', "morning_at"),
        ('[athletes.me]\nemail = "me@example.org\\nBcc: you@example.org"\n', "email"),
        ("[athletes.me]\ncadence_at_3_mps = 82\n", "cadence_at_3_mps"),
        ("[athletes.me]\ncadence_at_3_mps = 221\n", "cadence_at_3_mps"),
        ('[athletes.me]\nstrike = "toe"\n', "strike"),
        ('[athletes."a b"]\n', "64 letters"),
        ('[engine]\nname = "steam"\n', "engine"),
        ("[athletes.me\n", "TOML"),
    ],
)
@pytest.mark.parametrize("command", [("advise",), ANSWER])
def test_settings_that_cannot_be(tmp_path, settings, told, command):
    home = Installation(tmp_path / "home", settings)
    fails(home.run(*command), 3, told, "calfwise.toml" if "64" not in told else "")


def test_engine_of_the_environment_that_is_none(calfwise, monkeypatch):
    monkeypatch.setenv("CALFWISE_ENGINE", "steam")
    outcome = run("--home", calfwise.home, "checkin", "--left", "1", "--right", "1")
    fails(outcome, 3, "steam")


READING = [
    ("advise",), ("letter",), ("runs",), ("days",), ("shoes", "list"), ("runs", "drop", "0a1b"),
]  # fmt: skip


@pytest.mark.parametrize("command", READING)
def test_reading_needs_a_home(tmp_path, command):
    fails(run("--home", tmp_path / "none", *command), 3, "calfwise init")
    assert not (tmp_path / "none").exists(), "reading makes nothing"


@pytest.mark.parametrize("command", READING)
def test_reading_needs_an_athlete(filled, command):
    fails(filled.run("--athlete", "nobody", *command), 3, "nobody")
    fails(filled.run("--athlete", "../me", *command), 3, "64 letters")


def test_a_home_that_is_a_file(tmp_path):
    (tmp_path / "home").write_text("")
    for command in (("init",), ANSWER):
        fails(run("--home", tmp_path / "home", *command), 3, "cannot be made")


def test_a_database_address_that_is_none(tmp_path):
    home = Installation(tmp_path / "home", '[store]\ndatabase_url = "foo"\n')
    fails(home.run("advise"), 7, "database")


# --- 4: refused files; 5: sources; 7: the database


def test_refused_files(calfwise, tmp_path):
    folder = write_runs(tmp_path / "files", 1)
    (folder / "bad.fit").write_bytes(b"this is no FIT file")
    outcome = calfwise.run("backfill", folder)
    assert outcome.code == 4
    assert "refused: bad.fit: unknown_format:" in outcome.out
    report = calfwise.json("backfill", folder)
    assert (report["refused"], report["unchanged"]) == (0, 3), "told once"


def test_what_is_no_activity_is_no_error(calfwise, tmp_path):
    route = (
        '<gpx version="1.1" creator="a" xmlns="http://www.topografix.com/GPX/1/1">'
        '<trk><trkseg><trkpt lat="47.1" lon="8.5"/></trkseg></trk></gpx>'
    )
    (tmp_path / "route.gpx").write_text(route)
    report = calfwise.json("backfill", tmp_path / "route.gpx")
    assert [each["reason"] for each in report["refused_files"]] == ["not_an_activity"]
    assert calfwise.json("explain", tmp_path / "route.gpx")["reason"] == "not_an_activity"


def test_a_missing_source(calfwise, tmp_path):
    for command in (("backfill",), ("sync", "--source"), ("explain",)):
        fails(calfwise.run(*command, tmp_path / "gone"), 5, "gone")


def test_a_source_of_an_unknown_kind(calfwise):
    fails(calfwise.run("backfill", "ftp://example.org/runs"), 3, "ftp")


def test_a_database_that_is_none(calfwise):
    (calfwise.home / "calfwise.sqlite").write_text("this is not a database " * 50)
    for command in (("advise",), ANSWER, ("sync",)):
        fails(calfwise.run(*command), 7, "calfwise.sqlite", "calfwise doctor")
    checked = calfwise.run("doctor")
    assert checked.code == 7
    assert "BAD  database" in checked.out


# --- 75: somebody else is at it; 130: interrupted


def test_a_sync_beside_another(filled):
    store = Store(f"sqlite:///{filled.home / 'calfwise.sqlite'}")
    with leased(store, "me"):
        for command in (("sync",), ("backfill", ".")):
            fails(filled.run(*command), 75, "another sync")
    store.close()


@pytest.mark.slow
def test_the_lease_of_the_dead_stops_nobody(calfwise, monkeypatch):
    calfwise.run("init")
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    store = Store(f"sqlite:///{calfwise.home / 'calfwise.sqlite'}")
    monkeypatch.setattr(holder, "me", lambda: f"{os.uname().nodename}|{dead.pid}|1")
    with leased(store, "me"):
        monkeypatch.undo()
        assert calfwise.run("sync").code == 0
    store.close()


@pytest.mark.slow
def test_an_interrupt(calfwise, tmp_path):
    folder = write_runs(tmp_path / "files", 12)
    process = calfwise.start("--engine", "plain", "backfill", folder, start_new_session=True)
    assert "reading files" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err == "Interrupted; what was done stays, and the same command goes on.\n"
    assert calfwise.run("backfill", folder).code == 0


def test_errors_end_with_their_code_when_shown_in_full_too(tmp_path):
    outcome = run("--home", tmp_path / "none", "--debug", "advise")
    assert outcome.code == 3
    assert "Traceback" in outcome.err


def test_an_unexpected_error_is_one_sentence(calfwise, monkeypatch):
    monkeypatch.setitem(sys.modules, "flows.doctor", None)
    outcome = calfwise.run("doctor")
    assert outcome.code == 1
    assert outcome.err.count("\n") == 1
    assert "--debug" in outcome.err
    assert exit_code(ZeroDivisionError()) == 1


# --- stdout and stderr


@pytest.mark.slow
def test_a_reader_that_goes_away_is_no_error(filled):
    script = f"{sys.executable} -m flows --home {filled.home} days --json; echo $? >&2"
    done = subprocess.run(
        ["bash", "-c", f"({script}) | true"], capture_output=True, text=True, check=False
    )
    assert done.stderr.strip() == "0"


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110
def test_a_full_disk_is_an_error(filled):
    with open("/dev/full", "w") as full:  # noqa: PTH123
        outcome = filled.process("advise", stdout=full)
    assert outcome.code == 1
    assert "No space left" in outcome.err


@pytest.mark.slow
def test_what_is_for_people_is_beside_the_data(calfwise, runs_folder):
    outcome = calfwise.run("sync", "--source", runs_folder)
    assert "reading files" in outcome.err
    assert "reading files" not in outcome.out
    assert "No source is set" in calfwise.run("sync").err


def test_text_has_no_colours(filled):
    for command in ("advise", "runs", "days", "doctor"):
        assert "\x1b" not in filled.run(command).out


@pytest.mark.parametrize("before", [True, False])
def test_common_options_stand_before_or_after_the_command(filled, before):
    common = ["--home", filled.home, "--athlete", "me", "--engine", "plain", "--json"]
    arguments = [*common, "advise"] if before else ["advise", *common]
    assert run(*arguments).json["athlete"] == "me"


def test_the_home_of_the_environment_and_the_flag_before_it(filled, tmp_path, monkeypatch):
    monkeypatch.setenv("CALFWISE_HOME", str(filled.home))
    assert run("advise").code == 0
    assert run("--home", tmp_path / "other", "advise").code == 3


def test_python_m_flows():
    done = subprocess.run(
        [sys.executable, "-m", "flows", "--version"], capture_output=True, text=True, check=True
    )
    assert re.fullmatch(r"calfwise \d+\.\d+\.\d+\n", done.stdout)


# --- what a command imports


def imported_by(home, *commands):
    """The modules of a fresh process after these commands."""
    arguments = [["--home", str(home), *map(str, command)] for command in commands]
    script = (
        "import sys\n"
        "from flows.cli import main\n"
        f"codes = [main(each) for each in {arguments!r}]\n"
        "print(max(codes), *sys.modules, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env=clean_environment(),
    )
    code, *modules = done.stderr.splitlines()[-1].split()
    assert code == "0", done.stderr
    return set(modules)


@pytest.mark.slow
def test_a_morning_needs_little(tmp_path, runs_folder):
    home = Installation(tmp_path / "home")
    assert home.run("backfill", runs_folder).code == 0
    modules = imported_by(home.home, ANSWER, ("letter",), ("letter", "--send"))
    assert "sqlalchemy" in modules
    assert not modules & {"prefect", "rich", "alembic", "fastapi", "uvicorn"}
    # The week before is stored, and nothing is left to derive.
    assert "numpy" not in imported_by(home.home, ("advise",))


@pytest.mark.slow
def test_only_flows_need_prefect(filled):
    tables = (("runs",), ("days",), ("doctor",), ("init",))
    plain = ("--engine", "plain", "sync", "--on", TODAY - timedelta(days=9))
    assert "prefect" not in imported_by(filled.home, *tables, plain)


@pytest.mark.slow
def test_explain_needs_no_database(filled, runs_folder):
    modules = imported_by(filled.home, ("explain", runs_folder / "00.fit"))
    assert not modules & {"prefect", "sqlalchemy"}


def test_workers_need_no_database():
    script = "import sys, flows.jobs; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert not set(done.stdout.split()) & {"prefect", "sqlalchemy", "jinja2"}


# --- init


def test_init_asks_nothing_without_a_terminal_and_changes_nothing_twice(tmp_path):
    home = tmp_path / "home"
    first = run("--home", home, "init", "--json").json
    written = (home / "calfwise.toml").read_bytes()
    second = run("--home", home, "init", "--json").json
    assert (first["new"], second["new"]) == (True, False)
    assert (home / "calfwise.toml").read_bytes() == written
    assert run("--home", home, "advise").code == 0, "init makes the runner known"
    ignored = run("--home", home, "init", "--timezone", "Asia/Tokyo")
    assert ignored.code == 0
    assert "stays as it is" in ignored.err


def test_init_writes_what_was_said(tmp_path):
    source = tmp_path / 'watch "export" \\ öäü'
    source.mkdir()
    home = tmp_path / "home"
    assert run("--home", home, "init", "--timezone", "Asia/Tokyo", "--source", source).code == 0
    checks = {each["name"]: each for each in run("--home", home, "doctor", "--json").json}
    assert checks["time zone"]["says"] == "Asia/Tokyo, as set"
    assert checks["source"]["ok"]


@pytest.mark.parametrize("zone", ["Mars/Phobos", 'x"\n[evil', ""])
def test_init_with_a_zone_that_is_none_leaves_nothing(tmp_path, zone):
    home = tmp_path / "home"
    outcome = run("--home", home, "init", "--timezone", zone)
    if zone:
        fails(outcome, 3, "time zone")
        assert not (home / "calfwise.toml").exists()
    else:
        assert outcome.code == 0


# --- check-in, advice, letter


def test_the_later_answer_stands_and_the_earlier_is_kept(calfwise):
    assert calfwise.json(*ANSWER)["changed"]
    assert not calfwise.json(*ANSWER)["changed"], "the same once more"
    assert calfwise.json("checkin", "--left", "8", "--right", "0")["changed"]
    rows = calfwise.tables()["checkin"]
    assert [(row["revision"], row["soreness_left"]) for row in rows] == [(0, 3), (1, 8)]
    [day] = calfwise.json("days")
    assert (day["soreness_left"], day["soreness_right"]) == (8, 0)


def test_everything_of_an_answer_is_kept(calfwise):
    told = ("--during", "2", "--rpe", "6", "--sleep-h", "7.5", "--flag", "limping",
            "--flag", "dark_urine", "--did", "protein", "--where", "lower_calf", "--painkiller",
            "--cleared", "may_run", "--note", "after the hill")  # fmt: skip
    assert calfwise.run(*ANSWER, *told).code == 0
    [row] = calfwise.tables()["checkin"]
    assert {key: row[key] for key in ("during", "rpe", "sleep_h", "painkiller", "cleared")} == {
        "during": 2, "rpe": 6, "sleep_h": 7.5, "painkiller": 1, "cleared": "may_run",
    }  # fmt: skip
    assert json.loads(row["flags"]) == ["dark_urine", "limping"]
    assert (json.loads(row["did"]), json.loads(row["places"])) == (["protein"], ["lower_calf"])
    assert row["note"] == "after the hill"


def test_import_of_many_answers(calfwise, tmp_path):
    path = tmp_path / "answers.csv"
    path.write_bytes(
        "\ufeffdate,left,right,flags,did,where,painkiller,note\r\n"
        "2026-01-02,3,4,limping;dark_urine,rested;protein,upper_calf,yes,\u2028Übung\r\n"
        '2026-01-01,0,10,none,,,no,"two\r\nlines"\r\n'
        "2026-01-03,1,1,,,,,\r\n".encode()
    )
    assert calfwise.json("checkin", "import", path) == {"athlete": "me", "answers": 3, "changed": 3}
    assert calfwise.json("checkin", "import", path)["changed"] == 0
    rows = {row["on_date"]: row for row in calfwise.tables()["checkin"]}
    assert json.loads(rows["2026-01-02"]["flags"]) == ["dark_urine", "limping"]
    assert rows["2026-01-01"]["flags"] == "[]", "asked, and none of these"
    assert rows["2026-01-03"]["flags"] is None, "not asked"
    assert rows["2026-01-01"]["note"] == "two\nlines"
    assert rows["2026-01-02"]["note"] == "\u2028Übung".strip()


def test_a_morning_in_the_past_does_not_see_later_answers(calfwise):
    early, late = TODAY - timedelta(days=5), TODAY - timedelta(days=2)
    calfwise.run("checkin", "--on", early, "--left", "0", "--right", "0")
    before = calfwise.json("advise", "--on", early)
    calfwise.run("checkin", "--on", late, "--left", "9", "--right", "9", "--flag", "dark_urine")
    assert calfwise.json("advise", "--on", early) == before
    assert calfwise.json("advise", "--on", late)["verdict"] == "urgent"


def test_a_morning_does_not_see_the_runs_of_its_own_day(filled):
    last = TODAY - timedelta(days=1)
    that_morning = filled.json("advise", "--on", last)["limits"]
    the_next = filled.json("advise", "--on", TODAY)["limits"]
    assert that_morning is None or that_morning != the_next


@pytest.mark.slow
def test_a_letter_is_delivered_exactly_once(tmp_path, runs_folder):
    calfwise = Installation(tmp_path / "home")
    calfwise.run("backfill", runs_folder)
    assert calfwise.run("letter").out.startswith("Subject: ")
    assert not (calfwise.home / "outbox").exists(), "printed, not sent"
    first, second = (calfwise.json("letter", "--send") for _ in range(2))
    assert (first["new"], second["new"]) == (True, False)
    calfwise.run("checkin", "--left", "9", "--right", "9")
    calfwise.run("sync")
    [eml] = (calfwise.home / "outbox").glob("*.eml")
    assert str(eml) == first["eml"] == second["eml"]
    mail = email.message_from_bytes(eml.read_bytes(), policy=email.policy.default)
    assert mail.get_content_type() == "multipart/alternative"
    [row] = calfwise.tables()["letter"]
    assert (row["state"], row["eml"]) == ("sent", eml.read_bytes())


@pytest.mark.slow
def test_a_letter_that_was_queued_but_not_delivered_is_delivered_as_it_was(tmp_path, runs_folder):
    calfwise = Installation(tmp_path / "home")
    calfwise.run("backfill", runs_folder)
    [queued] = [calfwise.json("letter", "--send")]
    eml = (calfwise.home / "outbox").joinpath(queued["eml"])
    written = eml.read_bytes()
    eml.unlink()
    calfwise.change("UPDATE letter SET state = 'pending'")
    calfwise.run("checkin", "--left", "9", "--right", "9")
    assert calfwise.json("sync")["letter"] == queued["eml"]
    assert eml.read_bytes() == written


# --- tables


@pytest.mark.slow
def test_miles(tmp_path, runs_folder):
    home = Installation(tmp_path / "home", '[athletes.me]\ntimezone = "UTC"\nunits = "mi"\n')
    home.run("backfill", runs_folder)
    for command in (("runs",), ("days",), ("explain", runs_folder / "00.fit")):
        text = home.run(*command).out
        assert re.search(r"\bmi\b", text), text
        assert not re.search(r"\bkm\b", text.replace("calf-km", "")), text
    assert re.search(r"At most \d+\.\d mi", home.run("advise").out)
    [first, *_] = home.json("runs")
    assert first["distance_m"] > 100, "programs get metres"


@pytest.mark.parametrize("command", ["runs", "days"])
def test_csv_has_the_columns_and_rows_of_json(filled, command):
    rows = list(csv.DictReader(io.StringIO(filled.run(command, "--csv").out)))
    document = filled.json(command)
    assert len(rows) == len(document)
    assert list(rows[0]) == list(document[0])
    for row, told in zip(rows, document, strict=True):
        for key, value in told.items():
            if value is None:
                assert row[key] == ""
            elif isinstance(value, float):
                assert float(row[key]) == value
            elif isinstance(value, list):
                assert json.loads(row[key]) == value
            else:
                assert row[key] == str(value)


def test_tables_between_dates(filled):
    day = (TODAY - timedelta(days=3)).isoformat()
    [only] = filled.json("runs", "--since", day, "--until", day)
    assert only["local_date"] == day
    assert filled.json("runs", "--since", TODAY) == []
    nothing = filled.run("runs", "--since", TODAY)
    assert (nothing.code, nothing.out) == (0, "")
    assert "between these dates" in nothing.err


def test_nothing_yet_says_what_to_do(calfwise):
    calfwise.run("init")
    for command in ("runs", "days"):
        outcome = calfwise.run(command)
        assert (outcome.code, outcome.out) == (0, "")
        assert "calfwise backfill" in outcome.err


# --- all athletes, doctor


@pytest.mark.slow
def test_one_runner_who_cannot_be_synced_does_not_stop_the_others(tmp_path, runs_folder):
    settings = (
        f'[athletes.anna]\nsources = [{{ url = "{tmp_path / "gone"}" }}]\n'
        f'[athletes.bob]\nsources = [{{ url = "{runs_folder}" }}]\n'
    )
    home = Installation(tmp_path / "home", settings)
    outcome = home.run("sync", "--all", "--json")
    assert outcome.code == 5
    assert "anna: " in outcome.err
    [bob] = outcome.json
    assert (bob["athlete"], bob["read"]) == ("bob", 5)
    assert {row["id"] for row in home.tables()["athlete"]} == {"bob"}, "nobody else is made"
    assert len(list((home.home / "outbox").glob("*.eml"))) == 1


@pytest.mark.slow
def test_runners_are_kept_apart(tmp_path, runs_folder):
    home = Installation(tmp_path / "home")
    for athlete in ("anna", "bob"):
        home.run("--athlete", athlete, "backfill", runs_folder)
    home.run("--athlete", "anna", "checkin", "--left", "9", "--right", "9")
    assert home.json("--athlete", "bob", "days")[-1]["soreness_left"] is None
    assert home.json("--athlete", "bob", "runs") == home.json("--athlete", "anna", "runs")


def test_doctor_is_content_and_makes_nothing(filled, tmp_path):
    checks = filled.json("doctor")
    assert all(each["ok"] for each in checks), checks
    empty = Installation(tmp_path / "empty")
    assert empty.run("doctor").code == 3
    assert not (empty.home / "calfwise.sqlite").exists()
    assert run("--home", tmp_path / "none", "doctor").code == 3
    assert not (tmp_path / "none").exists()


@pytest.mark.slow
def test_several_processes_on_a_home_that_is_not_there_yet(calfwise):
    days = [TODAY - timedelta(days=n) for n in range(4)]
    started = [calfwise.start(*ANSWER, "--on", day) for day in days]
    for process in started:
        _, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
    assert len(calfwise.json("days")) == 4

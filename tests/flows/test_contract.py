"""What `--json` prints has the keys, types and values of the contract (tests/schemas)."""

import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from flows.simulate import phone_gpx, truncated, watch_fit
from tests.flows.installation import TODAY, Installation, run_on, write_runs

SCHEMAS = Path(__file__).parents[1] / "schemas"


def registry():
    found = {path.name: json.loads(path.read_text()) for path in SCHEMAS.glob("*.json")}
    resources = [(name, Resource.from_contents(schema)) for name, schema in found.items()]
    return found, Registry().with_resources(resources)


def check(document, name):
    schemas, known = registry()
    validator = Draft202012Validator(
        schemas[f"{name}.json"],
        registry=known,
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )
    errors = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]
    assert not errors, "\n".join(errors)


@pytest.mark.parametrize("name", [path.stem for path in SCHEMAS.glob("*.json")])
def test_schemas_are_schemas(name):
    schemas, _ = registry()
    Draft202012Validator.check_schema(schemas[f"{name}.json"])


@pytest.mark.parametrize("name", [path.stem for path in SCHEMAS.glob("*.json")])
def test_a_schema_refuses_what_is_not_its_own(name):
    with pytest.raises(AssertionError):
        check({"runs": 1}, name)


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    folder = tmp_path_factory.mktemp("samples")
    true = run_on(TODAY - timedelta(days=3), seed=5)
    indoors = run_on(TODAY - timedelta(days=4), seed=6, kind="treadmill")
    (folder / "run.fit").write_bytes(watch_fit(true))
    (folder / "indoors.fit").write_bytes(watch_fit(indoors))
    (folder / "cut.fit").write_bytes(truncated(watch_fit(true), 0.6))
    (folder / "run.gpx").write_bytes(phone_gpx(true, cadence="strides"))
    (folder / "plain.gpx").write_bytes(phone_gpx(true))
    (folder / "letter.txt").write_bytes(b"Dear diary")
    (folder / "empty.fit").write_bytes(b"")
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        for name in ("run.fit", "run.gpx", "letter.txt"):
            archive.write(folder / name, f"deep/{name}")
    with zipfile.ZipFile(folder / "one.zip", "w") as archive:
        archive.write(folder / "run.fit", "run.fit")
    return folder


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("run.fit", "read", 0),
        ("indoors.fit", "read", 0),
        ("cut.fit", "salvaged", 0),
        ("run.gpx", "read", 0),
        ("plain.gpx", "read", 0),
        ("letter.txt", "refused", 4),
        ("empty.fit", "refused", 4),
    ],
)
def test_explain_of_a_file(calfwise, samples, name, status, code):
    document = calfwise.json("explain", samples / name, code=code)
    check(document, "explain")
    assert document["status"] == status
    assert document["file"] == name


def test_explain_of_an_archive_is_an_array(calfwise, samples):
    document = calfwise.json("explain", samples / "all.zip", code=4)
    check(document, "explain")
    assert [each["file"] for each in document] == [
        "all.zip!deep/run.fit",
        "all.zip!deep/run.gpx",
        "all.zip!deep/letter.txt",
    ]
    assert [each["status"] for each in document] == ["read", "read", "refused"]


def test_explain_of_an_archive_of_one_is_an_array(calfwise, samples):
    assert len(calfwise.json("explain", samples / "one.zip")) == 1


def test_explain_of_a_file_with_an_exclamation_mark_is_an_object(calfwise, samples, tmp_path):
    proud = tmp_path / "a run!.fit"
    proud.write_bytes((samples / "run.fit").read_bytes())
    assert calfwise.json("explain", proud)["file"] == "a run!.fit"


def test_runs(filled):
    document = filled.json("runs")
    check(document, "runs")
    assert [each["counted"] for each in document].count(True) == 4
    [copy] = [each for each in document if not each["counted"]]
    assert copy["duplicate_of"] in {each["id"] for each in document}
    assert document[-1]["rpe"] == 4, "what was told of yesterday's run"


def test_days(filled):
    document = filled.json("days")
    check(document, "days")
    dates = [each["on"] for each in document]
    first = TODAY - timedelta(days=7)
    assert dates == [(first + timedelta(days=n)).isoformat() for n in range(8)]


def test_days_beyond_what_is_stored(filled):
    since, until = TODAY - timedelta(days=40), TODAY + timedelta(days=3)
    document = filled.json("days", "--since", since, "--until", until)
    check(document, "days")
    assert len(document) == 44
    assert (document[0]["known"], document[0]["verdict"]) == (False, None)
    stored = {each["on"]: each for each in filled.json("days")}
    assert [stored.get(each["on"], each) for each in document] == document


@pytest.mark.slow
@pytest.mark.parametrize(
    "answer",
    [
        (),
        ("--left", "0", "--right", "0"),
        ("--left", "7", "--right", "0"),
        ("--left", "2", "--right", "0", "--flag", "chest_pain_or_breathless"),
    ],
)
def test_advise(tmp_path, runs_folder, answer):
    calfwise = Installation(tmp_path / "home")
    calfwise.run("backfill", runs_folder)
    if answer:
        check(calfwise.json("checkin", *answer)["advice"], "advise")
    document = calfwise.json("advise")
    check(document, "advise")
    assert document["provisional"] == (not answer)


def test_advise_knows_nothing(calfwise):
    assert calfwise.run("init").code == 0
    document = calfwise.json("advise")
    check(document, "advise")
    assert document["data_through"] is None


@pytest.mark.slow
def test_backfill_and_sync(calfwise, tmp_path):
    folder = write_runs(tmp_path / "files", 2, minutes=2)
    (folder / "bad.fit").write_bytes(b"not a FIT file")
    for command in (("backfill", folder), ("sync", "--source", folder)):
        check(calfwise.json(*command, code=4 if command[0] == "backfill" else 0), "backfill")
    report = calfwise.json("sync", "--source", folder)
    assert (report["found"], report["new"], report["unchanged"]) == (5, 0, 5)


@pytest.mark.slow
def test_sync_of_all_is_an_array(calfwise):
    calfwise.run("checkin", "--left", "1", "--right", "1", "--athlete", "anna")
    document = calfwise.json("sync", "--all")
    for each in document:
        check(each, "backfill")
    assert [each["athlete"] for each in document] == ["anna", "me"]

"""Made-up exports as vendors lay them out: Strava's in several languages, Garmin's zips in a zip.

The headers are those of public exports, as far as a column matters; the rest of a row is empty.
"""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.connectors.made import fit_file

if TYPE_CHECKING:
    from pathlib import Path

ENGLISH = [
    *("Activity ID", "Activity Date", "Activity Name", "Activity Type", "Activity Description"),
    *("Elapsed Time", "Distance", "Max Heart Rate", "Relative Effort", "Commute"),
    *("Activity Private Note", "Activity Gear", "Filename", "Athlete Weight", "Bike Weight"),
    *("Elapsed Time", "Moving Time", "Distance", "Max Speed", "Average Speed", "Elevation Gain"),
    *("Elevation Loss", "Elevation Low", "Elevation High", "Max Grade", "Average Grade"),
    *("Average Positive Grade", "Average Negative Grade", "Max Cadence", "Average Cadence"),
    *("Max Heart Rate", "Average Heart Rate", "Max Watts", "Average Watts", "Calories"),
    *("Max Temperature", "Average Temperature", "Relative Effort", "Total Work"),
    *("Number of Runs", "Uphill Time", "Downhill Time", "Other Time", "Perceived Exertion"),
    *("Type", "Start Time", "Weighted Average Power", "Power Count"),
    *("Prefer Perceived Exertion", "Perceived Relative Effort", "Commute"),
    *("Total Weight Lifted", "From Upload", "Grade Adjusted Distance", "Bike", "Gear", "Media"),
]

GERMAN = dict(
    zip(
        ENGLISH[:13],
        [
            *("Aktivitäts-ID", "Aktivitätsdatum", "Name der Aktivität", "Aktivitätsart"),
            *("Aktivitätsbeschreibung", "Verstrichene Zeit", "Distanz", "Max. Herzfrequenz"),
            *("Relative Leistung", "Pendeln", "Hinweis zur Privatsphäre für Aktivitäten"),
            *("Aktivitätsausrüstung", "Dateiname"),
        ],
        strict=True,
    )
) | {
    "Perceived Exertion": "Gefühlte Anstrengung",
    "Prefer Perceived Exertion": "Gefühlte Anstrengung verwenden",
    "Type": "Art",
    "Gear": "Ausrüstung",
}

FRENCH = {
    "Activity Name": "Nom de l'activité",
    "Activity Type": "Type d'activité",
    "Elapsed Time": "Temps écoulé",
    "Activity Gear": "Matériel utilisé pour l\N{RIGHT SINGLE QUOTATION MARK}activité",
    "Filename": "Nom du fichier",
    "Relative Effort": "Effort relatif",
    "Commute": "Déplacement-transport",
    "Perceived Exertion": "Effort ressenti",
    "Prefer Perceived Exertion": "Utiliser l'Effort ressenti",
    "Perceived Relative Effort": "Effort relatif ressenti",
    "Gear": "Matériel",
}

UNTRANSLATED = "translation missing: en-GB.lib.export.portability_exporter.activities.horton_values"
MARKED = '<span class="translation_missing" title="{}.start_time">Start Time</span>'
FORGOTTEN = {
    "Type": f"{UNTRANSLATED}.type",
    "Start Time": MARKED.format(UNTRANSLATED),
    "Perceived Exertion": f"{UNTRANSLATED}.perceived_exertion",
}

UNHEARD_OF = {name: f"項目{at}" for at, name in enumerate(dict.fromkeys(ENGLISH))}
"""A language of which we know no word."""

LANGUAGES = {
    "english": {},
    "german": GERMAN,
    "french": FRENCH,
    "forgotten": FORGOTTEN,
    "unheard of": UNHEARD_OF,
}

SHORT = [*ENGLISH[:7], "Commute", "Activity Gear", "Filename"]
"""The whole list in 2019."""

OLDEST = [
    *("id", "date", "name", "type", "description"),
    *("elapsed_time", "distance", "commute", "gear", "filename"),
]

OLDER = [each for each in ENGLISH if each != "Activity Private Note"]
OLDER.remove("Max Heart Rate")
"""In 2020: without the shown `Max Heart Rate`; the raw one stays."""


@dataclass(frozen=True)
class Told:
    """What the runner told Strava of one activity."""

    file: str
    rpe: str = ""
    gear: str = ""
    name: str = "Morning Run"
    type: str = "Run"
    description: str = 'Windy, "cold"\nand long\r\n, with commas'


def strava_list(
    told: list[Told], language: str = "english", header: list[str] | None = None
) -> str:
    """`activities.csv`, with every cell that a column of ours could be taken for filled in."""
    header = header or ENGLISH
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    words = LANGUAGES[language]
    writer.writerow([words.get(name, name) for name in header])
    for number, each in enumerate(told):
        values = {
            "Activity ID": str(9000 + number),
            "Activity Date": "24 Dec 2025, 08:13:59",
            "Activity Name": each.name,
            "Activity Type": each.type,
            "Activity Description": each.description,
            "Elapsed Time": "3600",
            "Distance": "10,02",
            "Relative Effort": "9",
            "Commute": "false",
            "Activity Gear": each.gear,
            "Filename": each.file,
            "Number of Runs": "3",
            "Perceived Exertion": each.rpe,
            "Prefer Perceived Exertion": "1.0",
            "Gear": "123456.0",
            "Media": "media/1.jpg",
        }
        oldest = dict(zip(OLDEST, SHORT, strict=True))
        writer.writerow([values.get(oldest.get(name, name), "") for name in header])
    return written.getvalue()


def strava_export(table: str | bytes, files: dict[str, bytes]) -> dict[str, bytes]:
    """The files of a whole export; those named `.gz` are packed.

    Args:
        table: `activities.csv`.
        files: path in the export → unpacked content.
    """
    told = table.encode() if isinstance(table, str) else table
    recordings = {
        name: gzip.compress(content, mtime=0) if name.endswith(".gz") else content
        for name, content in files.items()
    }
    return {
        "activities.csv": told,
        **recordings,
        "bikes.csv": b"Bike Name,Bike Brand\nMerida,Merida\n",
        "comments.csv": b"",
        "clubs/members.csv": b"",
        "media/1.jpg": b"\xff\xd8\xff\xe0 a picture",
    }


def garmin_export(files: dict[str, bytes]) -> dict[str, bytes]:
    """The files of an account export: recordings in zips, between what the watch wrote all day."""
    monitoring = {
        f"me_{number}.fit": fit_file(kind=kind) for number, kind in enumerate((2, 15, 32, 44))
    }
    uploads = {**monitoring, **files, "me_77.txt": b"no data", "me_78.txt": b"no data"}
    settings = b'{"userName": "me"}'
    return {
        "DI_CONNECT/DI-Connect-Uploaded-Files/UploadedFiles_0-_Part1.zip": packed(uploads),
        "DI_CONNECT/DI-Connect-Fitness/me_0_summarizedActivities.json": b"[]",
        "DI_CONNECT/DI-Connect-Fitness/me_1_summarizedActivities.json": b"[]",
        "DI_CONNECT/DI-Connect-User/user_profile.json": settings,
        "DI_CONNECT/DI-Connect-User/picture.jpg": b"\xff\xd8\xff\xe0 a face",
        "customer_data/customer.json": settings,
        "IT_GARMIN/empty.json": b"",
    }


def packed(files: dict[str, bytes]) -> bytes:
    """A zip of these files, the same bytes at any time."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, each in files.items():
            archive.writestr(zipfile.ZipInfo(name), each)
    return content.getvalue()


def unpacked(folder: Path, files: dict[str, bytes]) -> Path:
    """The same files in a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder

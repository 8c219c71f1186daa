"""The check-in form: its questions, what is filled in, and what a sent form means. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from flows.errors import UsageError
from flows.typed import hours_of, nrs_of
from pipeline.checkin import CLEARANCES, DIDS, FLAGS, NRS_MAX, WHERES, CheckIn, Cleared, Did, Flag
from pipeline.checkin import Where as Place

SCALE = tuple(str(number) for number in range(NRS_MAX + 1))
NOTE_MAX_CHARS = 500
NONE_OF_THESE = "none"
YES = "yes"
ASKED_STILL = "asked_still"
"""The hidden field of a form that has asked already whether signs are still there."""

FLAG_QUESTIONS: dict[Flag, str] = {
    "chest_pain_or_breathless": "Chest pain, being newly short of breath, or coughing up blood",
    "hard_tense_numb": "A hard or tense calf with severe, growing pain, numbness, or trouble "
    "moving foot or toes",
    "cold_pale_blue": "A foot that is cold, pale or blue",
    "dark_urine": "Dark urine, like cola, with severe muscle pain or weakness",
    "pop_or_kick": "A pop, a feeling of being kicked in the calf, or not being able to rise on "
    "tiptoe on that leg",
    "one_sided_swelling_warm_red": "One calf swollen, warm, red or darkened, or throbbing",
    "cannot_bear_weight": "Not being able to take four steps on it",
    "fever_redness": "Hot redness that spreads, or fever",
    "bone_pain_or_night_pain": "Pain on pressing a spot on the bone, at night or at rest, or on a "
    "single hop",
    "sudden_sharp_pain": "A sudden sharp pain during a run, or a bruise",
    "predictable_tightness": "Tightness or numbness that comes at a predictable time or distance "
    "and eases with rest",
    "fluoroquinolone_or_steroid": "Tendon pain after certain antibiotics (fluoroquinolones) or "
    "steroids",
    "limping": "Limping",
}
"""In the words of EVIDENCE section 2; as a precaution, some are asked more widely than there."""

DID_WORDS: dict[Did, str] = {
    "rested": "Rested from running",
    "stretched": "Stretched",
    "walked_barefoot": "Walked barefoot",
    "protein": "Ate enough protein",
    "slept_enough": "Slept enough",
    "easy_walk": "Took an easy walk",
}
WHERE_WORDS: dict[Place, str] = {
    "upper_calf": "Upper calf",
    "lower_calf": "Lower calf",
    "achilles_or_heel": "Achilles tendon or heel",
    "shin_or_bone": "Shin or bone",
}
CLEARED_WORDS: dict[Cleared, str] = {
    "may_run": "Yes, and I may run",
    "may_not_run": "Yes, and I may not run yet",
}

SINGLE = ("left", "right", "during", "rpe", "sleep_h", "painkiller", "cleared", "note")
"""Fields with one value; the others are lists of ticks."""
FIRST_OF = {
    **{name: f"{name}-0" for name in ("left", "right", "during", "rpe")},
    "flags": f"flag-{NONE_OF_THESE}",
    "did": f"did-{DIDS[0]}",
    "where": f"where-{WHERES[0]}",
    "cleared": f"cleared-{CLEARANCES[0]}",
}
"""The element that a problem leads to, where it is not called as its field."""

BOTH = 'Tick either a warning sign or "None of these": together they cannot be meant.'
WHICH = (
    "You answered the warning signs before, and now nothing is ticked. Is it one of them, or "
    '"None of these"?'
)
STILL = (
    'You were seen, and these signs stand as you told them before. If they are gone, choose "None '
    'of these" instead; if they are still there, save once more.'
)
MISSING = "Say how it is this morning, 0 to 10."
NOT_ON_SCALE = f"Say a whole number from 0 to {NRS_MAX}."
TWICE = "Say it once."
NOT_OURS = "Choose from what the page offers."


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What stands in the form: numbers as text, empty where nothing does."""

    left: str = ""
    right: str = ""
    during: str = ""
    rpe: str = ""
    sleep_h: str = ""
    painkiller: bool = False
    cleared: str = ""
    note: str = ""
    flags: frozenset[str] = frozenset()
    """With NONE_OF_THESE where that is ticked."""
    did: frozenset[str] = frozenset()
    where: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field, and what to do about it; never what stood there."""

    field: str
    says: str

    @property
    def place(self) -> str:
        """The id of the element to go to."""
        return FIRST_OF.get(self.field, self.field)


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as it came: every value of every field."""

    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def one(self, name: str) -> str:
        """The value of a field, empty where there is none."""
        values = self.fields.get(name) or ("",)
        return values[0].strip()

    def many(self, name: str) -> frozenset[str]:
        """What is ticked of a list."""
        return frozenset(self.fields.get(name, ()))


def filled_with(
    standing: CheckIn | None, left: int | None = None, right: int | None = None
) -> Filled:
    """The form for a morning: its standing answer, and over it what was tapped."""
    if standing is None:
        return Filled(left=_text(left), right=_text(right))
    none = {NONE_OF_THESE} if standing.flags is not None and not standing.flags else set()
    return Filled(
        left=_text(standing.left if left is None else left),
        right=_text(standing.right if right is None else right),
        during=_text(standing.during),
        rpe=_text(standing.rpe),
        sleep_h="" if standing.sleep_h is None else f"{standing.sleep_h:g}",
        painkiller=standing.painkiller,
        cleared=standing.cleared or "",
        note=standing.note or "",
        flags=frozenset({*(standing.flags or ()), *none}),
        did=frozenset(standing.did),
        where=frozenset(standing.where),
    )


def refilled(sent: Sent) -> Filled:
    """The form as it was sent, to be put right: nothing that was entered is lost."""
    return Filled(
        **{name: sent.one(name) for name in SINGLE if name != "painkiller"},
        painkiller=sent.one("painkiller") == YES,
        flags=sent.many("flags"),
        did=sent.many("did"),
        where=sent.many("where"),
    )


def understood(
    sent: Sent, on: date, standing: CheckIn | None, *, run_id: str | None = None
) -> tuple[CheckIn | None, list[Problem]]:
    """The answer that a form means, or what must be put right first.

    Args:
        sent: the form.
        on: the morning it is for.
        standing: what was answered for that morning before.
        run_id: the run that the form names beside its questions of a run, where it is not the last.
    """
    reading = _Reading(sent)
    left, right = (reading.number(name, must=True) for name in ("left", "right"))
    during, rpe = (reading.number(name) for name in ("during", "rpe"))
    sleep_h = reading.hours("sleep_h")
    flags = reading.flags(asked_before=standing is not None and standing.flags is not None)
    did, where = reading.ticks("did", DIDS), reading.ticks("where", WHERES)
    painkiller = reading.choice("painkiller", (YES,)) is not None
    cleared = reading.choice("cleared", CLEARANCES)
    note = reading.note(kept=standing.note if standing else None)
    if standing and cleared not in {None, standing.cleared}:
        reading.check_still(flags, standing.flags)
    if reading.problems or left is None or right is None:
        return None, reading.problems
    of_a_run = during is not None or rpe is not None
    answer = CheckIn(
        on=on,
        left=left,
        right=right,
        during=during,
        rpe=rpe,
        run_id=run_id if of_a_run else None,
        sleep_h=sleep_h,
        flags=flags,  # type: ignore[arg-type] # read from FLAGS
        did=did,  # type: ignore[arg-type] # read from DIDS
        where=where,  # type: ignore[arg-type] # read from WHERES
        painkiller=painkiller,
        cleared=cleared,  # type: ignore[arg-type] # read from CLEARANCES
        note=note,
    )
    return answer, []


class _Reading:
    """Reads field after field, and notes what is wrong in the order of the form."""

    def __init__(self, sent: Sent) -> None:
        self._sent = sent
        self.problems: list[Problem] = []

    def number(self, name: str, *, must: bool = False) -> int | None:
        """A whole number of the scale."""
        told = self._single(name)
        if not told:
            if must and not self._has_problem(name):
                self._wrong(name, MISSING)
            return None
        try:
            return nrs_of(told)
        except UsageError:
            self._wrong(name, NOT_ON_SCALE)
            return None

    def hours(self, name: str) -> float | None:
        """Hours of one day, with a point or a comma."""
        told = self._single(name)
        if not told:
            return None
        try:
            return hours_of(told.replace(",", "."))
        except UsageError:
            self._wrong(name, "Say hours from 0 to 24, such as 7.5.")
            return None

    def choice(self, name: str, allowed: Sequence[str]) -> str | None:
        """One of a few words."""
        told = self._single(name)
        if not told:
            return None
        if told in allowed:
            return told
        self._wrong(name, NOT_OURS)
        return None

    def ticks(self, name: str, allowed: Sequence[str]) -> frozenset[str]:
        """Any of a few words."""
        told = self._sent.many(name)
        if not told.issubset(allowed):
            self._wrong(name, NOT_OURS)
        return told

    def flags(self, *, asked_before: bool) -> frozenset[str] | None:
        """Warning signs; None where nothing was said, for untouched is not no."""
        told = self.ticks("flags", (*FLAGS, NONE_OF_THESE))
        if told == {NONE_OF_THESE}:
            return frozenset()
        if NONE_OF_THESE in told:
            self._wrong("flags", BOTH)
        elif not told and asked_before:
            self._wrong("flags", WHICH)
        return told or None

    def check_still(self, flags: frozenset[str] | None, told: frozenset[Flag] | None) -> None:
        """A sign that is ticked counts as new: ask once whether it is, after a visit."""
        if flags and flags == told and self._sent.one(ASKED_STILL) != YES:
            self._wrong("flags", STILL)

    def note(self, kept: str | None) -> str | None:
        """A few sentences, or what stood there; what no database of text takes is left out."""
        told = self._single("note").replace("\r\n", "\n").replace("\0", "").strip()
        if len(told) > NOTE_MAX_CHARS and told != kept:
            self._wrong("note", f"At most {NOTE_MAX_CHARS} characters, please.")
        return told or None

    def _single(self, name: str) -> str:
        if len(self._sent.fields.get(name, ())) > 1:
            self._wrong(name, TWICE)
            return ""
        return self._sent.one(name)

    def _has_problem(self, name: str) -> bool:
        return any(each.field == name for each in self.problems)

    def _wrong(self, name: str, says: str) -> None:
        self.problems.append(Problem(name, says))


def as_fields(filled: Filled) -> list[tuple[str, str]]:
    """The same as hidden fields: all but the warning signs, which are asked once more beside."""
    single = [(name, str(getattr(filled, name))) for name in SINGLE if name != "painkiller"]
    painkiller = [("painkiller", YES)] if filled.painkiller else []
    ticks = [(name, each) for name in ("did", "where") for each in sorted(getattr(filled, name))]
    return [*((name, value) for name, value in single if value), *painkiller, *ticks]


def _text(number: int | None) -> str:
    return "" if number is None else str(number)

"""What the messages of a definition tell, by FIT's profile, which is here fitparse's own.

A field tells one value, named and scaled by the profile. It may tell more, or another one:

    subfields    another name and type where some other field has a certain value: `total_cycles`
                 of a run is `total_strides`
    components   some of its bits are another field: 12 bits of `compressed_speed_distance` are
                 the speed; such a part may count on from message to message

One name may be told several times in one message, as by a field and as a part of another. A
developer's field is described by the file itself.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from fitparse.profile import FIELD_TYPE_TIMESTAMP, MESSAGE_TYPES
from fitparse.records import BASE_TYPES

from connectors.fit.definition import BASE_BYTES, BYTE, REMEMBERED, Definition, Field
from connectors.fit.rows import STRING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

PROFILE: Final[Mapping[int, Any]] = MESSAGE_TYPES
"""FIT's profile: global number of a message → its name and its fields."""

NUMBER_OF: Final[Mapping[str, int]] = {each.name: key for key, each in PROFILE.items()}
"""FIT's name of a message → its global number."""

UINT32 = 0x86

IN_HEAD = -1
"""The place of the time that stands in a message's head."""

MOST_REPEATED = 4
"""How often one field is told of in one message; more often only an attacker repeats it."""

INTEGER_BITS = 64

MOST_BYTES = 7
"""Bytes that a part of a field may reach over; they are read as one integer."""


class UnusualLayoutError(Exception):
    """A message of a shape that is not read column by column; fitparse may read it."""


@dataclass(frozen=True, slots=True, eq=False)
class Tell:
    """One value that messages tell: a field, a part of one, or the time in the head."""

    name: str
    place: int
    """Of its field in the definition, or IN_HEAD."""
    base_type: int
    type: Any = None
    """The profile's type, which knows of labels and of instants; None where there is none."""
    scale: float | None = None
    offset: float | None = None
    part: Any = None
    """Which bits of the field: a component of the profile; None for all of it."""
    when: tuple[tuple[Any, int], ...] = ()
    """Only where of each of these fields this subfield applies, -1 for none of them."""
    developer: bool = False
    native: str | None = None
    """The field of FIT's own that a developer says it means."""
    units: str | None = None
    """The developer's own word for them, in lower case."""

    @property
    def labels(self) -> Mapping[int, str]:
        """Names for numbers."""
        return getattr(self.type, "values", None) or {}

    @property
    def kind(self) -> str | None:
        """The profile's name of the type: date_time, bool, sport ..."""
        return getattr(self.type, "name", None)


_TIMESTAMP: Final[Any] = FIELD_TYPE_TIMESTAMP
TIME_IN_HEAD = Tell("timestamp", IN_HEAD, UINT32, _TIMESTAMP.type)


@dataclass(frozen=True, slots=True)
class Described:
    """What a developer says of a field of theirs."""

    name: str
    base_type: int
    at: int
    """Where in the file it is said; it holds for the definitions that follow."""
    native: tuple[int | None, int] | None
    """Global number of a message (None: of any) and of its field that this means, unscaled."""
    units: str | None


Descriptions = dict[tuple[int, int], list[Described]]
"""Index of the developer and number of the field → what it is, and then is, as the file goes on."""


@lru_cache(REMEMBERED)
def tells_of(definition: Definition) -> tuple[Tell, ...]:
    """Everything that FIT's own fields tell, in the order in which fitparse tells it.

    Raises:
        UnusualLayoutError: parts of a field that is no plain number.
    """
    fields = PROFILE[definition.number].fields if definition.number in PROFILE else {}
    tells: list[Tell] = []
    repeated: Counter[int] = Counter()
    for place, each in enumerate(definition.fields):
        if each.developer is not None or not each.size:
            continue
        repeated[each.number] += 1
        if repeated[each.number] > MOST_REPEATED:
            continue
        field = fields.get(each.number)
        if field is None:
            tells.append(Tell(f"unknown_{each.number}", place, each.base_type))
            continue
        for variant, when in _variants(field):
            tells += _parts(variant, place, each, fields, when)
            told = Tell(
                variant.name,
                place,
                each.base_type,
                variant.type,
                variant.scale,
                variant.offset,
                when=when,
            )
            tells.append(told)
    return tuple(tells)


def tells_of_developers(definition: Definition, at: int, described: Descriptions) -> Iterator[Tell]:
    """What the developers' fields tell; those that nobody described are passed over.

    Args:
        definition: which fields there are.
        at: where it stands in the file.
        described: what the developers say.
    """
    fields = PROFILE[definition.number].fields if definition.number in PROFILE else {}
    for place, each in enumerate(definition.fields):
        if each.developer is None:
            continue
        every = described.get((each.developer, each.number), [])
        known = next((x for x in reversed(every) if x.at < at), None) or next(iter(every), None)
        if known is None or each.size < BASE_BYTES[known.base_type]:
            continue
        message, number = known.native or (None, None)
        native = fields.get(number) if message in {None, definition.number} else None
        yield Tell(
            known.name,
            place,
            known.base_type,
            developer=True,
            native=native.name if native else None,
            units=known.units,
        )


def described_by(messages: Iterable[tuple[int, Mapping[str, Any]]]) -> Descriptions:
    """The fields that messages of the kind `field_description` describe.

    Args:
        messages: where each stands, and what it holds; in the order of the file.
    """
    described: Descriptions = {}
    for at, message in messages:
        developer = message.get("developer_data_index")
        number = message.get("field_definition_number")
        if not isinstance(developer, int) or not isinstance(number, int):
            continue
        units = message.get("units")
        known = Described(
            name=str(message.get("field_name") or f"unnamed_dev_field_{number}"),
            base_type=_base_type(message.get("fit_base_type_id")),
            at=at,
            native=_native(message),
            units=units.lower() if isinstance(units, str) else None,
        )
        described.setdefault((developer, number), []).append(known)
    return described


def counts_on(definition: Definition, number: int) -> bool:
    """Whether some part of a definition's fields counts this field of the message on."""
    fields = PROFILE[definition.number].fields if definition.number in PROFILE else {}
    return any(
        part.accumulate and part.def_num == number
        for each in definition.fields
        if each.developer is None and each.number in fields
        for part in fields[each.number].components or ()
    )


def _native(message: Mapping[str, Any]) -> tuple[int | None, int] | None:
    """Which of FIT's own fields a developer's means; none where it has a scale of its own."""
    number = message.get("native_field_num")
    told = message.get("native_mesg_num")
    of = NUMBER_OF.get(told) if isinstance(told, str) else told
    scaled = (message.get("scale") or 1) != 1 or (message.get("offset") or 0) != 0
    if not isinstance(number, int) or scaled or (of is not None and not isinstance(of, int)):
        return None
    return of, number


def _variants(field: Any) -> Iterator[tuple[Any, tuple[tuple[Any, int], ...]]]:  # noqa: ANN401 - fitparse has no types
    """A field and its subfields, each with the condition under which it is meant."""
    if not field.subfields:
        yield field, ()
        return
    for index, variant in enumerate((field, *field.subfields), start=-1):
        yield variant, ((field, index),)


def _parts(
    variant: Any,  # noqa: ANN401 - fitparse has no types
    place: int,
    field: Field,
    siblings: Mapping[int, Any],
    when: tuple[tuple[Any, int], ...],
) -> Iterator[Tell]:
    """What the components of a field, or of a subfield, tell."""
    for part in variant.components or ():
        if not _is_usual(field, part.bit_offset or 0, part.bits):
            raise UnusualLayoutError
        for target, also in _variants(siblings[part.def_num]):
            yield Tell(
                target.name,
                place,
                field.base_type,
                target.type,
                part.scale,
                part.offset,
                part,
                (*when, *also),
            )


def _is_usual(field: Field, first: int, bits: int) -> bool:
    """Whether these bits of a field can be read from all messages at once."""
    if field.base_type == BYTE:
        # The profile may have more parts than this field has room for.
        has_room = first < 8 * field.size
        return has_room and (first + bits - 1) // 8 - first // 8 < MOST_BYTES
    is_one_number = field.base_type != STRING and field.size == BASE_BYTES[field.base_type]
    return is_one_number and field.size <= MOST_BYTES and first < INTEGER_BITS


def _base_type(told: object) -> int:
    """A base type as the profile gives it: its name, or its number where that has none."""
    types: Mapping[int, Any] = BASE_TYPES
    if isinstance(told, int) and told in types:
        return told
    return next((key for key, each in types.items() if each.name == told), BYTE)

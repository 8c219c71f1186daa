"""Every finding there is: its code, which stays, and what it says to a runner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.activity import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable

SAYS = {
    # The file
    "no_time": "Records without a time were left out.",
    "no_zone": "Times without a zone were taken as UTC.",
    "no_number": "Values that are no numbers count as missing.",
    "track_without_times": "A track without any time was left out.",
    "activity_without_possible_time": (
        "Other activities of this file were left out: no record has a possible date."
    ),
    "sport_told": "The file names no sport; the export it lies in does.",
    "sport_corrected": "You named the sport; your word goes before the file's.",
    "sport_inferred": "The file names no sport; it moves like a run and counts as one.",
    "short_copy_counted": (
        "Together, the other recordings of this run last longer; `runs keep ID` takes one."
    ),
    "overlaps_counted_run": (
        "It began before another run that counts had ended; what they share counts twice."
    ),
    "walk_overlaps_run": (
        "It lasted while a run that counts was under way; what they share adds to the run alone."
    ),
    # The clock
    "impossible_time": "Records dated before 2005 or in the future were left out.",
    "clock_jump": "The clock jumped by days; the smaller part was left out.",
    "clock_set": (
        "The clock was set during the recording; what was recorded before was moved to fit it."
    ),
    "clock_is_local": "The watch knew only its local time; your own time zone was assumed.",
    "out_of_order": "Records were not in order of time; now they are.",
    "same_instant": "Several records at one instant were merged.",
    # Pauses
    "paused": "The timer was stopped; that time is elapsed time and not timer time.",
    "paused_without_word": (
        "For a while nothing was recorded and the runner stayed put; that counts as a pause."
    ),
    "paused_standing": (
        "The runner stood for more than 10 s and the device's timer did not run; "
        "that counts as a pause."
    ),
    "recording_gap": (
        "For a while nothing was recorded although the timer ran; "
        "only the first 10 s enter steps and load."
    ),
    "standing": "The runner stood for more than 10 s with the timer running.",
    # Place
    "position_impossible": "A position that cannot be counts as missing.",
    "gps_spike": "Positions or speeds faster than anyone runs were left out.",
    "gps_jump": "The positions leapt further than anyone runs; the leap is no distance.",
    "too_fast": "Moments faster than anyone runs add nothing to the load.",
    "no_positions": "No positions: distance and speed are the device's own estimate.",
    "indoors": (
        "An indoor run: distance and speed are the device's own estimate, and grade counts as 0."
    ),
    # Distance and speed
    "speed_impossible": "A negative speed counts as missing.",
    "speed_contradicts_distance": (
        "The recorded speed does not fit the distance covered; speed was taken from that distance."
    ),
    "speed_unknown": "Moments without speed add no calf load.",
    "distance_spike": "Distances that jumped away and back count as missing.",
    "distance_jump": (
        "The recorded distance began anew or leapt ahead; it was counted on without the leap."
    ),
    "distance_from_positions": "Distance was measured along the positions.",
    "distance_unlike_positions": (
        "The recorded distance and the way along the positions differ by more than 30 %."
    ),
    # Height
    "altitude_impossible": "An impossible altitude counts as missing.",
    "altitude_spike": (
        "Altitudes before the first fix, or that jumped away and back, count as missing."
    ),
    "altitude_step": (
        "The altitude leapt at once, as when a device sets itself right; the leap is no climb."
    ),
    "elevation_noise": (
        "The raw altitude wanders: it rises more than twice as far as it does once smoothed."
    ),
    # Heart
    "heart_rate_zero": "A heart rate of 0 counts as missing.",
    "heart_rate_impossible": "An impossible heart rate counts as missing.",
    "heart_rate_spike": "A heart rate that leapt away and back, as no heart does, is missing.",
    "heart_rate_frozen": (
        "The heart rate stood at one value for more than 2 minutes on the move; it is missing."
    ),
    "heart_rate_constant": (
        "The heart rate is one value throughout: an average and no measurement; TRIMP is rough."
    ),
    "trimp_needs_sex": "TRIMP weighs heart rate differently for men and women; `sex` is not set.",
    # Feet
    "cadence_already_steps": (
        "The file counts both feet where its format counts one; cadence was not doubled."
    ),
    "cadence_unit_unknown": (
        "The cadence in the file fits neither one foot nor both; it was left out."
    ),
    "cadence_zero_while_moving": (
        "Cadence was 0 while the runner moved; those moments count as missing."
    ),
    "cadence_impossible": "An impossible cadence counts as missing.",
    "ground_contact_impossible": (
        "An impossible ground contact time or balance (0 too) counts as missing."
    ),
    "power_impossible": "An impossible power counts as missing.",
    "cadence_one_foot": "For a stretch the device counted one foot; its cadence was doubled.",
    "cadence_twice": "For a stretch the device counted every step twice; its cadence was halved.",
    "cadence_assumed": (
        "Calf load uses the cadence expected at that speed where none was recorded."
    ),
    # The device's own totals
    "time_total_unsound": (
        "The device's total time contradicts its own records; theirs was taken."
    ),
    "distance_total_unsound": (
        "The device's total distance contradicts what it recorded; the recorded was taken."
    ),
    "distance_records_unsound": (
        "The recorded distance contradicts the positions; the device's total was taken."
    ),
    "ascent_total_unsound": (
        "The device's total ascent or descent contradicts its altitudes and was not taken."
    ),
    "steps_total_unsound": (
        "The device's total steps contradict its own cadence and were not taken."
    ),
    "steps_from_total": "No cadence was recorded; steps are the device's own total.",
}
"""Code → what it says. The count of a finding is of records, or of times (pauses, totals)."""


def found(code: str, count: int = 1) -> Finding:
    """The finding of this code.

    Raises:
        KeyError: a code that is not in the table.
    """
    return Finding(code, int(count), SAYS[code])


def noted(**counts: int) -> tuple[Finding, ...]:
    """A finding for each code that was counted at least once."""
    return tuple(found(code, count) for code, count in counts.items() if count)


def gathered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """One finding a code, counts added up, in the order in which the codes came."""
    by_code: dict[str, Finding] = {}
    for each in findings:
        before = by_code.get(each.code)
        count = each.count + (before.count if before else 0)
        by_code[each.code] = Finding(each.code, count, (before or each).says)
    return tuple(by_code.values())

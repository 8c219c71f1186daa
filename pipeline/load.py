"""Load: what one run asked of the calves and of the heart.

Calf load explains what was done. It is not claimed to predict soreness (EVIDENCE 7.4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from pipeline.motion import centred_mean

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.activity import Records

Sex = Literal["female", "male"]

# EVIDENCE 5.2, table of constants. Direction is verified for all, size is assumed for the last
# three: they are one place to change, and METRICS_VERSION goes up when they do.
SPEED_EXPONENT = 0.40
GRADE_UP = 1.0
GRADE_DOWN = 0.8
CADENCE_EXPONENT = -0.6

REFERENCE_MPS = 3.0
DEFAULT_CADENCE_SPM = 165.0
"""Expected cadence at 3.0 m/s for a runner whose own line is not known yet."""
CADENCE_SLOPE_SPM_PER_MPS = 9.0
CADENCE_RATIO_RANGE = (0.8, 1.25)
GRADE_MAX = 0.20
WALKING_FORCE_RATIO = 0.53
"""Peak Achilles force of walking at 1.34 m/s over that of running at 3.0 m/s: 44.0 / (8.54 x g)."""
WALKING_REFERENCE_MPS = 1.34

STEPS_PER_REFERENCE_KM = DEFAULT_CADENCE_SPM / 60 / REFERENCE_MPS * 1000
"""916.7 steps: an easy flat kilometre at 3.0 m/s."""

WALKING_STEP_M = 0.75
"""5 km of walking are 6,666 steps (EVIDENCE 5.3)."""

DOSE_EXPONENT = 1
STRAIN_EXPONENT = 6

SPEED_SMOOTHING_S = 12.0
GRADE_SMOOTHING_M = 50.0

EDWARDS_FIRST_TENTH, EDWARDS_ZONES = 5, 5
"""The first zone begins at five tenths of the highest heart rate, and there are five."""

BANISTER: dict[Sex, tuple[float, float]] = {"male": (0.64, 1.92), "female": (0.86, 1.67)}
"""Weight and exponent of the heart-rate reserve (EVIDENCE section 4)."""


def expected_cadence_spm(
    speed_mps: NDArray[np.float64], c0_spm: float = DEFAULT_CADENCE_SPM
) -> NDArray[np.float64]:
    """Cadence to expect at a speed: c0 + 9 (v - 3.0) (EVIDENCE 5.2 and section 6)."""
    return c0_spm + CADENCE_SLOPE_SPM_PER_MPS * (speed_mps - REFERENCE_MPS)


def filled_cadence_spm(
    cadence_spm: NDArray[np.float64],
    speed_mps: NDArray[np.float64],
    walking: NDArray[np.bool_],
    c0_spm: float = DEFAULT_CADENCE_SPM,
) -> NDArray[np.float64]:
    """For calf load only: the cadence to expect where none was recorded; NaN without speed."""
    expected = np.where(
        walking, speed_mps / WALKING_STEP_M * 60, expected_cadence_spm(speed_mps, c0_spm)
    )
    return np.where(np.isfinite(cadence_spm), cadence_spm, expected)


def force_ratio(
    speed_mps: NDArray[np.float64],
    grade: NDArray[np.float64],
    cadence_spm: NDArray[np.float64],
    *,
    walking: NDArray[np.bool_],
    c0_spm: float = DEFAULT_CADENCE_SPM,
) -> NDArray[np.float64]:
    """Peak calf force of a step, 1 for running at 3.0 m/s on the flat at the expected cadence.

        running  F = (v/3.0)^0.40 x G(g) x (c/c_exp(v))^-0.6
        walking  F = 0.53 x sqrt(v/1.34)
        G(g) = 1 + 1.0 max(g, 0) - 0.8 max(-g, 0),  g clipped to +-0.20
        c/c_exp clipped to 0.8 .. 1.25

    Only ratios mean anything: absolute tendon forces differ two- to threefold between methods.
    At an even cadence, as at the expected one, F never falls with speed, over the step from
    walking to running too. Shoes and foot strike multiply the running part: `shoes.as_worn`.

    Args:
        speed_mps: smoothed over 10 to 15 s, shape (n,).
        grade: rise over run, no unit, smoothed over at least 50 m, shape (n,).
        cadence_spm: both feet, no NaN, shape (n,).
        walking: which samples walk, shape (n,).
        c0_spm: the runner's own cadence at 3.0 m/s.

    Source: EVIDENCE 5.2; exponents from PMC11096059 and Dorn 2012, direction of grade from Shih &
    Ho 2023, direction of cadence from Lyght 2016; sizes of the last two are assumed.
    """
    slope = np.clip(grade, -GRADE_MAX, GRADE_MAX)
    hill = 1 + GRADE_UP * np.maximum(slope, 0) - GRADE_DOWN * np.maximum(-slope, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = cadence_spm / expected_cadence_spm(speed_mps, c0_spm)
        running = (
            (speed_mps / REFERENCE_MPS) ** SPEED_EXPONENT
            * hill
            * np.clip(ratio, *CADENCE_RATIO_RANGE) ** CADENCE_EXPONENT
        )
        on_foot = WALKING_FORCE_RATIO * np.sqrt(speed_mps / WALKING_REFERENCE_MPS)
    return np.where(walking, on_foot, running)


def calf_km(
    force: NDArray[np.float64],
    cadence_spm: NDArray[np.float64],
    lasting_s: NDArray[np.float64],
    *,
    exponent: int = DOSE_EXPONENT,
) -> NDArray[np.float64]:
    """What each sample adds to the calf load, in kilometres of easy flat running; shape (n,).

        CalfKm_m = 1/916.7 x sum_j (c_j / 60) dt_j F_j^m

    The sum is what easy flat running of so many kilometres would ask of the calves. m = 1 is the
    dose (`calf_km`), m = 6 the strain-weighted channel (`calf_km_strain`), which ranks hard runs
    and means nothing else. Moments without speed add 0. The reference kilometre has the steps of
    everybody's 165 a minute: at 3.0 m/s a runner with more steps does more of them.

    Args:
        force: of each step, from `force_ratio`; NaN where the speed is unknown, shape (n,).
        cadence_spm: both feet, no NaN where there is speed, shape (n,).
        lasting_s: how long each sample lasts; 0 while standing, shape (n,).
        exponent: m.

    Source: EVIDENCE 5.2; the sanity values of 5.3 are a test.
    """
    added = cadence_spm / 60 * lasting_s * force**exponent / STEPS_PER_REFERENCE_KM
    return np.where(np.isfinite(added), added, 0.0)


def smoothed_speed_mps(
    speed_mps: NDArray[np.float64], lasting_s: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Speed averaged over 12 s on the move, so that a pause does not count as slowing down.

    NaN where no speed is known and where a sample lasts no time. Shape (n,).
    """
    known = np.isfinite(speed_mps) & (lasting_s > 0)
    smooth = np.full(len(speed_mps), np.nan)
    if known.any():
        timer_s = np.append(0.0, np.cumsum(lasting_s[:-1]))
        smooth[known] = centred_mean(timer_s[known], speed_mps[known], SPEED_SMOOTHING_S)
    return smooth


def smoothed_grade(records: Records, travelled_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rise over run, no unit, over 50 m of ground after averaging altitude over 50 m.

    Altitude noise is metres, so a shorter base would see hills on a running track. Where no
    altitude is known, and on ground shorter than the base, the grade is 0.

    Args:
        records: for the altitude.
        travelled_m: cumulative distance, finite and non-decreasing, shape (n,).
    """
    known = np.isfinite(records.altitude_m)
    flat = np.zeros(len(records))
    if known.sum() < 2 or np.ptp(travelled_m[known]) < GRADE_SMOOTHING_M:  # noqa: PLR2004
        return flat
    ground = travelled_m[known]
    # At the ends the base is moved, not cut: a short base sees hills in noise.
    low = np.clip(ground - GRADE_SMOOTHING_M / 2, ground[0], ground[-1] - GRADE_SMOOTHING_M)

    def gain(values: NDArray[np.float64]) -> NDArray[np.float64]:
        smooth = centred_mean(ground, values, GRADE_SMOOTHING_M)
        return np.interp(low + GRADE_SMOOTHING_M, ground, smooth) - np.interp(low, ground, smooth)

    # Run is smoothed like rise, so that an even hill has its grade at the ends and at gaps too.
    flat[known] = gain(records.altitude_m[known]) / gain(ground)
    return flat


def trimp_banister(
    heart_rate_bpm: NDArray[np.float64],
    lasting_s: NDArray[np.float64],
    *,
    hr_rest_bpm: float,
    hr_max_bpm: float,
    sex: Sex,
) -> float:
    """Banister's training impulse, in arbitrary units.

        sum over samples of minutes x r x k e^(b r),  r = (HR - rest) / (max - rest) in 0 .. 1
        men k 0.64 b 1.92, women k 0.86 b 1.67

    Moments without heart rate add nothing. 60 min at r = 0.741 are 118 for a man.

    Source: EVIDENCE section 4 (Banister).
    """
    weight, exponent = BANISTER[sex]
    known = np.isfinite(heart_rate_bpm)
    reserve = (heart_rate_bpm[known] - hr_rest_bpm) / (hr_max_bpm - hr_rest_bpm)
    reserve = np.clip(reserve, 0.0, 1.0)
    minutes = lasting_s[known] / 60
    return float((minutes * reserve * weight * np.exp(exponent * reserve)).sum())


def edwards_au(
    heart_rate_bpm: NDArray[np.float64], lasting_s: NDArray[np.float64], *, hr_max_bpm: float
) -> float:
    """Edwards' training impulse, in arbitrary units: minutes times the number of their zone.

        zone 1 .. 5 = 50-60, 60-70, 70-80, 80-90, 90-100 % of HRmax

    A zone holds its lower end. Below 50 % a minute adds 0, above 100 % it adds 5; moments
    without heart rate add nothing. 30 min at 75 % and 10 min at 92 % are 3 x 30 + 5 x 10 = 140.

    Source: EVIDENCE section 4 (Edwards); the weights are not validated.
    """
    known = np.isfinite(heart_rate_bpm)
    # Times ten before the division: 0.7 is no number of a computer, 7 is.
    tenths = np.floor(heart_rate_bpm[known] * 10 / hr_max_bpm)
    zones = np.clip(tenths - EDWARDS_FIRST_TENTH + 1, 0, EDWARDS_ZONES)
    return float((lasting_s[known] / 60 * zones).sum())

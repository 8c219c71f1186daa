"""The pages that only show: a runner's dashboard, and what a coach sees. None of them writes."""

from fastapi import APIRouter, HTTPException
from fastapi.responses import JSONResponse, StreamingResponse

from flows.page.coach import groups_of
from flows.page.look_site import NOT_FOUND, Looking, Runner
from flows.page.recordings import moments_for, series_json
from flows.page.run_page import RunPage, by_the_runner, lines_of, run_of
from flows.page.runs import pages_of, runs_of
from flows.page.season import SPANS, USUAL_SPAN, season_of
from flows.page.site import Site
from flows.page.today import today_of
from pipeline.moments import Moments
from pipeline.store.records import StoredActivity

PAGE_DIGITS = 6
TEMPLATES = ("look_today", "look_season", "look_runs", "look_run", "coach")


def routes(site: Site) -> APIRouter:
    """The addresses below /me and /coach."""
    router = APIRouter(include_in_schema=False)
    looking = Looking(site)
    looking.warm(TEMPLATES)
    _own_pages(router, looking)
    _pages_of_runs(router, looking)
    _coachs_pages(router, looking)
    return router


def _own_pages(router: APIRouter, looking: Looking) -> None:
    """Today and the season."""

    @router.get("/me/{token}")
    def own_today(token: str) -> StreamingResponse:
        """Today, by the runner's own link."""
        return _today(looking, looking.runner(token))

    @router.get("/me/{token}/season")
    def season(token: str, weeks: str = USUAL_SPAN) -> StreamingResponse:
        """The season, as far back as the switch says."""
        runner = looking.runner(token)
        span = next((each for each in SPANS if each == weeks), None)
        if span is None:
            raise HTTPException(NOT_FOUND)
        return looking.page(
            "look_season.html.jinja",
            runner=runner,
            here="season",
            season=lambda: season_of(looking, runner, span),
        )


def _pages_of_runs(router: APIRouter, looking: Looking) -> None:
    """The list of runs, and each of them."""
    site = looking.site

    @router.get("/me/{token}/runs")
    def runs(token: str, page: str = "1") -> StreamingResponse:
        """Every activity, by pages."""
        runner = looking.runner(token)
        number = int(page) if page.isdecimal() and len(page) <= PAGE_DIGITS else 0
        if not 1 <= number <= pages_of(site, runner)[1]:
            raise HTTPException(NOT_FOUND)
        return looking.page(
            "look_runs.html.jinja",
            runner=runner,
            here="runs",
            list=lambda: runs_of(site, runner, number),
        )

    @router.get("/me/{token}/runs/{activity}")
    def run(token: str, activity: str) -> StreamingResponse:
        """One activity."""
        runner = looking.runner(token)
        stored, page = _found(run_of(site, runner, activity))
        return looking.page(
            "look_run.html.jinja",
            runner=runner,
            here="runs",
            run=page,
            told=lambda: by_the_runner(looking, runner, stored),
            lines=lambda: lines_of(looking, runner, stored),
        )

    @router.get("/me/{token}/runs/{activity}/series.json")
    def series(token: str, activity: str) -> JSONResponse:
        """Its lines over time, for the page's script."""
        runner = looking.runner(token)
        stored, _ = _found(run_of(site, runner, activity))
        moments = moments_for(looking, runner, stored)
        if not isinstance(moments, Moments):
            raise HTTPException(NOT_FOUND)
        return JSONResponse(series_json(moments, runner))


def _coachs_pages(router: APIRouter, looking: Looking) -> None:
    """Everybody who lets a coach look, and each of them."""

    @router.get("/coach/{token}")
    def athletes(token: str) -> StreamingResponse:
        """Everybody who lets this coach look."""
        coach = looking.who(token, "coach")
        return looking.page(
            "coach.html.jinja",
            coach=coach,
            place=f"{looking.site.root}/coach/{token}",
            groups=lambda: groups_of(looking.site, coach),
        )

    @router.get("/coach/{token}/{athlete}")
    def granted_today(token: str, athlete: str) -> StreamingResponse:
        """Today of one of them."""
        return _today(looking, looking.granted(token, athlete))


def _today(looking: Looking, runner: Runner) -> StreamingResponse:
    return looking.page(
        "look_today.html.jinja",
        runner=runner,
        here="today",
        today=lambda: looking.remembered("today", runner, lambda: today_of(looking, runner)),
    )


def _found(found: tuple[StoredActivity, RunPage] | None) -> tuple[StoredActivity, RunPage]:
    """Raises HTTPException: 404 where nothing was found, also for another runner's."""
    if found is None:
        raise HTTPException(NOT_FOUND)
    return found

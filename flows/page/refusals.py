"""What the page says when it cannot do what was asked: calm, and with what to do instead."""

from http import HTTPStatus

from fastapi.responses import HTMLResponse

from flows.page.site import Site

LINKS_COME = "Open today's letter and follow its link, or make a new one with `calfwise link`."

SAYS = {
    HTTPStatus.BAD_REQUEST: (
        "This could not be read",
        "Go back, load the page again, and send the form once more.",
    ),
    HTTPStatus.FORBIDDEN: (
        "This did not come from our page",
        "Nothing was saved. Open the link of your letter, and send the form from there.",
    ),
    HTTPStatus.NOT_FOUND: ("There is nothing here", f"The link may be cut off. {LINKS_COME}"),
    HTTPStatus.METHOD_NOT_ALLOWED: ("This cannot be done here", LINKS_COME),
    HTTPStatus.REQUEST_TIMEOUT: (
        "That took too long",
        "Nothing was saved. Send the form once more.",
    ),
    HTTPStatus.CONFLICT: (
        "This morning has not come yet",
        "Where you are the day is still to come. Open the link again when it is there.",
    ),
    HTTPStatus.GONE: ("This link has expired", LINKS_COME),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (
        "That is too much",
        "Nothing was saved. Write a shorter note, and send the form once more.",
    ),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: (
        "This could not be read",
        "Nothing was saved. Only the form of the page can be sent here.",
    ),
    HTTPStatus.UNPROCESSABLE_ENTITY: (
        "This could not be understood",
        "Nothing was saved. Load the page again, and send its form.",
    ),
    HTTPStatus.TOO_MANY_REQUESTS: (
        "That was a lot at once",
        "Wait a minute, and load the page again.",
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: (
        "Something went wrong here",
        "Try again in a minute. If it stays so, `calfwise doctor` looks closer.",
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: (
        "Not just now",
        "Try again in a minute. If it stays so, `calfwise doctor` looks closer.",
    ),
}


class RefusedError(Exception):
    """A request that ends with one of these pages; says nothing of what was asked."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


def refusal(site: Site, status: int, *, wait_s: int | None = None) -> HTMLResponse:
    """The page for a status; one that has no words of its own says what its family says."""
    known = HTTPStatus(status) if status in SAYS else HTTPStatus.BAD_REQUEST
    if status not in SAYS and status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        known = HTTPStatus.INTERNAL_SERVER_ERROR
    title, says = SAYS[known]
    headers = {} if wait_s is None else {"Retry-After": str(wait_s)}
    return HTMLResponse(
        site.render("refusal.html.jinja", title=title, says=says), status, headers=headers
    )

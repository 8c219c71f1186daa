"""What was sent with a form: a few short fields, read without any parser of files."""

from http import HTTPStatus
from urllib.parse import parse_qs

from fastapi import Request

from flows.page.form import Sent
from flows.page.guard import FORM, media_type
from flows.page.refusals import RefusedError

FIELDS_MAX = 64


async def sent_form(request: Request) -> Sent:
    """The fields of a form; none where a mail provider's server sent parts instead.

    Raises:
        RefusedError: it is no form, or one of far too many fields.
    """
    body = await request.body()
    if media_type(request.headers.get("content-type", "")) != FORM:
        return Sent()
    try:
        fields = parse_qs(
            body.decode("ascii"),
            keep_blank_values=True,
            max_num_fields=FIELDS_MAX,
            errors="strict",
        )
    except ValueError:  # also what is neither ASCII nor, unquoted, UTF-8
        raise RefusedError(HTTPStatus.BAD_REQUEST) from None
    return Sent(fields)

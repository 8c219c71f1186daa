"""What stands before every page: hosts, origins, sizes, rates, headers, and what is logged."""

import logging

import pytest

from flows.page.guard import BODY_MAX_BYTES, POLICY
from flows.page.rates import Limiter, Rate, household
from tests.flows.installation import Installation
from tests.page.server import FORM, HOST, Lines, Server, in_pieces

PUBLIC = '[page]\npublic_url = "https://calves.example.org/runs"\n'


@pytest.fixture
def public(calfwise):
    """The same installation behind a proxy."""
    told = (calfwise.home / "calfwise.toml").read_text()
    Installation(calfwise.home, told + PUBLIC)
    with Server(calfwise.home) as made:
        yield made


ORIGINS = {
    "our own page": ({"Sec-Fetch-Site": "same-origin"}, 200),
    "a person": ({"Sec-Fetch-Site": "none"}, 200),
    "another site": ({"Sec-Fetch-Site": "cross-site"}, 403),
    "a neighbour": ({"Sec-Fetch-Site": "same-site"}, 403),
    "another site that names us": (
        {"Sec-Fetch-Site": "cross-site", "Origin": f"http://{HOST}"},
        403,
    ),
    "an older browser": ({"Sec-Fetch-Site": None, "Origin": f"http://{HOST}"}, 200),
    "an older browser elsewhere": ({"Sec-Fetch-Site": None, "Origin": "https://evil.example"}, 403),
    "another port": ({"Sec-Fetch-Site": None, "Origin": "http://127.0.0.1:1"}, 403),
    "hidden": ({"Sec-Fetch-Site": None, "Origin": "null"}, 403),
    "no browser": ({"Sec-Fetch-Site": None}, 200),
}


@pytest.mark.slow
@pytest.mark.parametrize(("headers", "status"), ORIGINS.values(), ids=ORIGINS)
def test_forms_come_from_our_own_pages(calfwise, server, small, headers, status):
    before = calfwise.tables()
    assert server.post(server.checkin(), small, headers=headers).status_code == status
    assert (calfwise.tables() == before) is (status == 403)


@pytest.mark.parametrize(
    ("origin", "status"),
    [("https://calves.example.org", 200), ("http://calves.example.org", 403), ("null", 403)],
)
def test_behind_a_proxy_the_public_origin_is_ours(public, small, origin, status):
    headers = {"Sec-Fetch-Site": None, "Origin": origin, "Host": "calves.example.org"}
    assert public.post(public.checkin(), small, headers=headers).status_code == status


@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost:8642", 200), ("[::1]:8642", 200), ("127.0.0.1", 200), ("evil.example", 400),
     ("127.0.0.1.evil.example", 400), ("", 400), ("[::1", 400)],
)  # fmt: skip
def test_only_our_own_names_are_answered(server, host, status):
    assert server.get("/", headers={"Host": host}).status_code == status


def test_the_public_address_may_have_a_path(public):
    for prefix in ("", "/runs"):
        page = public.get(f"{prefix}{public.checkin()}", headers={"Host": "calves.example.org"})
        assert page.status_code == 200
        assert 'href="/runs/static/' in page.text
    assert page.headers["strict-transport-security"] == "max-age=31536000"


@pytest.mark.slow
@pytest.mark.parametrize("size", [BODY_MAX_BYTES + 1, 1_000_000])
@pytest.mark.parametrize("path", ["checkin", "letters"])
def test_a_body_is_small(calfwise, server, size, path):
    before, body = calfwise.tables(), b"note=" + b"x" * (size - 5)
    pieces = in_pieces([body[:100], *[body[100:][i : i + 4000] for i in range(0, size, 4000)]])
    for content, headers in ((body, {}), (pieces, {}), (body, {"Content-Length": "10"})):
        page = server.post(getattr(server, path)(), content=content, headers=headers)
        assert page.status_code == 413
    assert calfwise.tables() == before


def test_a_body_in_pieces_is_read(server):
    pieces = in_pieces([b"left=", b"3&ri", b"ght=1"])
    assert server.post(server.checkin(), content=pieces).status_code == 200


@pytest.mark.parametrize(
    "kind", [None, "application/json", "text/plain", "multipart/form-data; boundary=x"]
)
def test_only_forms_are_taken(server, kind):
    page = server.post(server.checkin(), content=b"{}", headers={"Content-Type": kind})
    assert page.status_code == 415


@pytest.mark.parametrize("body", [b"left=%FF", b"left=\xff", b"&".join([b"a=1"] * 65)])
def test_a_spoilt_form_is_refused(server, body):
    assert server.post(server.checkin(), content=body).status_code == 400


def test_every_answer_has_the_headers(server):
    for path, status in (("/", 200), ("/healthz", 200), ("/nothing", 404), ("/c/x", 404)):
        page = server.get(path)
        assert page.status_code == status
        assert page.headers["content-security-policy"] == POLICY
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "same-origin"
        assert "server" not in page.headers
        assert "strict-transport-security" not in page.headers
        assert "<script>" not in page.text
        assert "style=" not in page.text


def test_nothing_is_told_of_how_it_is_made(server):
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert server.get(path).status_code == 404


@pytest.mark.parametrize(("method", "path"), [("DELETE", "/"), ("POST", "/healthz"), ("PUT", "/")])
def test_a_wrong_method(server, method, path):
    page = server.ask(method, path, headers={"Content-Type": FORM})
    assert (page.status_code, page.headers["allow"]) == (405, "GET")


def test_static_files_are_kept_and_nothing_else_is_found(server):
    address = server.site.static("page.css")
    page = server.get(address)
    assert page.headers["cache-control"].endswith("immutable")
    assert page.headers["content-type"].startswith("text/css")
    for wrong in ("/static/000000000000/page.css", "/static/x/../site.py", f"{address}.bak"):
        assert server.get(wrong).status_code == 404


def test_a_bucket_empties_and_fills():
    at = [0.0]
    limiter = Limiter(Rate(burst=3, per_s=0.5), lambda: at[0])
    assert [limiter.wait_s("a") for _ in range(5)] == [0, 0, 0, 2, 2]
    assert limiter.wait_s("b") == 0
    at[0] = 2.0
    assert [limiter.wait_s("a") for _ in range(2)] == [0, 2]
    at[0] = 1e6
    assert [limiter.wait_s("a") for _ in range(4)] == [0, 0, 0, 2]


def test_memory_of_addresses_is_bounded():
    limiter = Limiter(Rate(burst=1, per_s=1), lambda: 0.0, addresses_max=10)
    for number in range(1000):
        limiter.wait_s(f"10.0.{number // 250}.{number % 250}")
    assert len(limiter) == 10


def test_one_household_is_one_address():
    assert household("2001:db8::1") == household("2001:db8::ffff:1")
    assert household("2001:db8::1") != household("2001:db8:0:1::1")
    assert household("::ffff:10.0.0.1") == household("10.0.0.1")


@pytest.mark.slow
def test_too_many_forms_wait(server, small):
    path = server.checkin()
    pages = [server.post(path, {"left": "x"}) for _ in range(62)]
    assert [page.status_code for page in pages[:60]] == [422] * 60
    assert [page.status_code for page in pages[60:]] == [429] * 2
    assert int(pages[-1].headers["retry-after"]) >= 1
    assert server.get(path).status_code == 200
    assert server.post(path, small, client="10.1.1.1").status_code == 200


def test_no_log_holds_a_link_or_an_answer(server, monkeypatch):
    note, lines = "canary-of-the-note", Lines()
    loggers = (logging.getLogger(), logging.getLogger("calfwise.page"))
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    loggers[0].addHandler(lines)
    try:
        path = server.checkin(left=3)
        told = {"left": "9", "right": "8", "note": note}
        for each in (path, path.upper(), f"{path}/x", f"{path}?again", f"/x{path}"):
            server.get(each)
            server.post(each, told)
        server.post(path, told | {"left": note})
        with monkeypatch.context() as broken:
            broken.setattr("flows.answers.keep", fail_with(note))
            assert server.post(path, told).status_code == 500
    finally:
        loggers[0].removeHandler(lines)
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
    token = path.removeprefix("/c/")
    assert any("POST /c/… 200" in line for line in lines.lines)
    assert any("ValueError in fail" in line for line in lines.lines)
    for line in lines.lines:
        assert token.lower() not in line.lower()
        assert note not in line


def fail_with(value):
    def fail(*_):
        raise ValueError(value)

    return fail

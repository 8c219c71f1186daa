"""Stopping letters and starting them again."""

import pytest

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
FROM_ELSEWHERE = {"Sec-Fetch-Site": "cross-site", "Origin": "https://mail.example"}
NOBODY = {"Sec-Fetch-Site": None}


def is_stopped(server):
    with server.store.reading() as transaction:
        return transaction.letters_stopped_at("me") is not None


@pytest.mark.slow
@pytest.mark.parametrize("headers", [{}, NOBODY, FROM_ELSEWHERE])
def test_one_click_stops_them_wherever_it_comes_from(server, headers):
    page = server.post(server.letters(), ONE_CLICK, headers=headers)
    assert (page.status_code, is_stopped(server)) == (200, True)
    assert "set-cookie" not in page.headers
    assert "No more letters" in page.text


def test_parts_are_taken_as_well(server):
    body = (
        b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--'
    )
    headers = NOBODY | {"Content-Type": "multipart/form-data; boundary=x"}
    assert server.post(server.letters(), content=body, headers=headers).status_code == 200
    assert is_stopped(server)


def test_stopping_twice_keeps_the_first_instant(calfwise, server):
    server.post(server.letters(), ONE_CLICK)
    before = calfwise.tables()["athlete"]
    server.post(server.letters(), ONE_CLICK)
    assert calfwise.tables()["athlete"] == before


def test_the_page_says_how_it_stands_and_starts_them_again(server):
    path = server.letters()
    assert "Stop the letters" in server.get(path).text
    server.post(path, ONE_CLICK)
    assert "Send them again" in server.get(path).text
    page = server.post(path, {"letters": "start"})
    assert (page.status_code, is_stopped(server)) == (200, False)


@pytest.mark.parametrize("headers", [FROM_ELSEWHERE, {"Sec-Fetch-Site": "same-site"}])
def test_nobody_elses_page_starts_them(server, headers):
    server.post(server.letters(), ONE_CLICK)
    page = server.post(server.letters(), {"letters": "start"}, headers=headers)
    assert (page.status_code, is_stopped(server)) == (403, True)


def test_a_form_that_says_neither_changes_nothing(server):
    assert server.post(server.letters(), {"x": "y"}).status_code == 422
    assert not is_stopped(server)

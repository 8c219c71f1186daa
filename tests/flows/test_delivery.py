"""What an outcome makes of a letter, without any server."""

from datetime import timedelta

from flows.delivery import masked, wait

MINUTE = timedelta(minutes=1)


def test_waits_grow_and_differ():
    waits = [wait("<1@test>", attempts) for attempts in range(1, 9)]
    for each, most in zip(waits, (1, 2, 4, 8, 16, 30, 30, 30), strict=True):
        assert 0.75 * most * MINUTE <= each <= most * MINUTE
    assert waits == [wait("<1@test>", attempts) for attempts in range(1, 9)]
    assert wait("<1@test>", 3) != wait("<2@test>", 3)


def test_enough_of_an_address_to_know_it_by():
    assert [masked(each) for each in ("jane@example.org", "j@x", "@x")] == [
        "j***@example.org", "j***@x", "***@x",
    ]  # fmt: skip

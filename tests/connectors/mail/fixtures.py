"""Fixtures of every test that mails: certificates, and servers that are closed at its end."""

import pytest

from tests.connectors.mail.postbox import Postbox, write_certificates


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    return write_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def open_postbox():
    opened = []

    def open_one(*arguments, **options):
        opened.append(Postbox(*arguments, **options))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()

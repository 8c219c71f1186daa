"""Secrets and what would betray a runner: keys of links, the mail password, open addresses."""

import pytest

from flows import settings
from flows.settings import SettingsError, load

NO_ADDRESSES = (
    *("a,evil@b.example", "a<x>@b.example", "a;b@b.example", "a(b@b.example", "a..b@b.example"),
    *("\u00fc@b.example", "a@b..example", "@b.example", "a@", "a@b@c.example", ".a@b.example"),
)
"""What a mail server could take for somebody else's, or for none."""


def test_keys_of_links_are_made_once_for_their_owner_alone(tmp_path):
    home = load(tmp_path / "home")
    made = settings.page_keys(home)
    assert settings.page_keys(home) == made
    assert (home.folder / "page.keys").stat().st_mode & 0o077 == 0
    assert [each.name for each in home.folder.iterdir()] == ["page.keys"]


def test_the_first_line_is_the_newest_key(tmp_path):
    (tmp_path / "page.keys").write_text(f"{'n' * 40}\n{'o' * 40}\n")
    assert settings.page_keys(load(tmp_path)) == ("n" * 40, "o" * 40)


def test_keys_of_the_environment_go_before_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("CALFWISE_PAGE_KEYS", "e" * 40)
    assert settings.page_keys(load(tmp_path)) == ("e" * 40,)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kept", ["", "short\n", f"{'n' * 40}\nshort\n"])
def test_weak_keys_are_refused_and_not_repeated(tmp_path, kept):
    (tmp_path / "page.keys").write_text(kept)
    with pytest.raises(SettingsError, match="at least 32 characters") as told:
        settings.page_keys(load(tmp_path))
    assert "short" not in str(told.value)


def test_the_password_comes_from_the_environment_or_a_file(tmp_path, monkeypatch):
    (tmp_path / "secret").write_text("from a file\n")
    (tmp_path / "calfwise.toml").write_text(f'[mail]\npassword_file = "{tmp_path / "secret"}"\n')
    assert settings.mail_password(load(tmp_path)) == "from a file"
    monkeypatch.setenv("CALFWISE_MAIL_PASSWORD", "from outside")
    assert settings.mail_password(load(tmp_path)) == "from outside"


def test_without_a_password_there_is_none(tmp_path):
    assert settings.mail_password(load(tmp_path)) is None


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('[page]\npublic_url = "http://calves.example.org"', "must begin with https"),
        ('[page]\npublic_url = "calves.example.org"', "public_url"),
        ('[mail]\nsink = "smtp"\nhost = "mail.example.org"\nsecurity = "none"', "on this machine"),
        ('[mail]\nsink = "pigeon"', "sink"),
        ('[mail]\npassword = "hunter2"', "password"),
        ('[mail]\nsender = "a\\nb"', "sender"),
        ('[mail]\nsender = "calfwise"', "one address"),
        ('[mail]\nsender = "Club, Run <l@club.example>"', "one address"),
        ('[mail]\nsender = "a@b.example, c@d.example"', "one address"),
        ('[mail]\nsender = "a\\u2028b <a@b.example>"', "sender"),
        ('[mail]\ndomain = ".."', "domain"),
        ('[mail]\nreply_to = "a,evil@b.example"', "reply_to"),
        ('[page]\npublic_url = "https://p\u00e4ge.example"', "public_url"),
        ('[page]\npublic_url = "https://page.example/a,b"', "public_url"),
        *((f"[athletes.me]\nemail = '{each}'", "email") for each in NO_ADDRESSES),
        ('[athletes.me]\nsubject = "none"', "subject"),
    ],
)
def test_what_would_betray_a_runner_is_refused(tmp_path, written, told):
    (tmp_path / "calfwise.toml").write_text(written)
    with pytest.raises(SettingsError, match=told) as error:
        load(tmp_path)
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8642", "http://localhost", "https://a.example/b"]
)
def test_addresses_of_this_machine_need_no_encryption(tmp_path, url):
    (tmp_path / "calfwise.toml").write_text(f'[page]\npublic_url = "{url}"\n')
    assert load(tmp_path).file.page.public_url == url


@pytest.mark.parametrize(
    "sender", ["a@b.example", "Run Club <l@club.example>", '"Club, Run" <l@club.example>']
)
def test_a_sender_is_one_address_with_or_without_a_name(tmp_path, sender):
    (tmp_path / "calfwise.toml").write_text(f"[mail]\nsender = '{sender}'\n")
    assert load(tmp_path).file.mail.sender == sender

"""Settings: defaults that work, and errors that teach."""

from __future__ import annotations

from pathlib import Path

import pytest

from saishang.config import SETTINGS, load_config
from saishang.errors import ConfigurationError

MAIL = {
    "SAISHANG_SMTP_HOST": "mail.example.org", "SAISHANG_SMTP_FROM": "portal@example.org",
    "SAISHANG_URL": "https://portal.example.org/",
}  # fmt: skip


def test_a_server_for_mail() -> None:
    assert load_config({}).smtp is None
    found = load_config(MAIL)
    assert found.smtp is not None and found.url == "https://portal.example.org"
    assert (found.smtp.port, found.smtp.starttls, found.smtp.encrypted_at_once) == (587, True, False)
    at_once = load_config(MAIL | {"SAISHANG_SMTP_PORT": "465", "SAISHANG_SMTP_PASSWORD": "not to be seen"})
    assert at_once.smtp is not None and at_once.smtp.encrypted_at_once
    assert "not to be seen" not in repr(at_once)
    plain = load_config(MAIL | {"SAISHANG_SMTP_STARTTLS": "0"})
    assert plain.smtp is not None and not plain.smtp.starttls


def test_defaults_need_nothing() -> None:
    config = load_config({})
    assert config.var == Path("var").absolute()
    assert (config.lake, config.archive) == (config.var / "lake", config.var / "archive")
    assert config.database_url is None and config.engine == "duckdb" and not config.debug
    assert config.allowed_hosts == ("127.0.0.1", "localhost")


def test_every_setting_is_read_and_documented() -> None:
    names = {setting.name for setting in SETTINGS}
    assert len(names) == len(SETTINGS)
    assert all(setting.meaning.endswith((".", "server.", "TLS.")) for setting in SETTINGS)


def test_own_rules_lie_in_the_folder_of_all_state_unless_a_setting_names_another(tmp_path: Path) -> None:
    var, other = tmp_path / "var", tmp_path / "other"
    other.mkdir()
    assert load_config({"SAISHANG_VAR": str(var)}).rules_overlay is None
    (var / "rules").mkdir(parents=True)
    assert load_config({"SAISHANG_VAR": str(var)}).rules_overlay == var / "rules"
    assert load_config({"SAISHANG_VAR": str(var), "SAISHANG_RULES": ""}).rules_overlay == var / "rules"
    assert load_config({"SAISHANG_VAR": str(var), "SAISHANG_RULES": str(other)}).rules_overlay == other


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"SAISHANG_VARR": "x"}, "SAISHANG_VARR"),
        ({"SAISHANG_RULES": "/nowhere/at/all"}, "SAISHANG_RULES"),
        ({"SAISHANG_SECRET_KEY": "short"}, "at least 32 characters"),
        ({"DATABASE_URL": "mysql://a/b"}, "mysql"),
        ({"DATABASE_URL": "postgresql://host"}, "none"),
        ({"SAISHANG_ENGINE": "pandas"}, "pandas"),
        ({"SAISHANG_DEBUG": "maybe"}, "maybe"),
        ({"SAISHANG_URL": "portal.example.org"}, "portal.example.org"),
        ({"SAISHANG_URL": "https://portal.example.org/?x=1"}, "https://host"),
        ({"SAISHANG_SMTP_HOST": "mail", "SAISHANG_URL": "https://p.example.org"}, "SAISHANG_SMTP_FROM"),
        ({"SAISHANG_SMTP_HOST": "mail", "SAISHANG_SMTP_FROM": "a@b.example"}, "SAISHANG_URL"),
        (MAIL | {"SAISHANG_SMTP_FROM": "塞上 <a@b.example>"}, "one address"),
        (MAIL | {"SAISHANG_SMTP_FROM": "a@b.example\nBcc: c@d.example"}, "one address"),
        (MAIL | {"SAISHANG_SMTP_PORT": "0"}, "1 to 65535"),
        (MAIL | {"SAISHANG_SMTP_PORT": "65536"}, "1 to 65535"),
    ],
)
def test_a_wrong_setting_says_what_where_and_how(environment: dict[str, str], told: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_config(environment)
    assert told in str(caught.value) and caught.value.fix and caught.value.where


def test_the_secret_never_shows() -> None:
    assert "k" * 40 not in repr(load_config({"SAISHANG_SECRET_KEY": "k" * 40}))

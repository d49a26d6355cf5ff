"""Settings: defaults that work, and errors that teach."""

from __future__ import annotations

from pathlib import Path

import pytest

from saishang.config import SETTINGS, load_config
from saishang.errors import ConfigurationError


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
    ],
)
def test_a_wrong_setting_says_what_where_and_how(environment: dict[str, str], told: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_config(environment)
    assert told in str(caught.value) and caught.value.fix and caught.value.where


def test_the_secret_never_shows() -> None:
    assert "k" * 40 not in repr(load_config({"SAISHANG_SECRET_KEY": "k" * 40}))

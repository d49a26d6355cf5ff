"""Settings from the environment: one frozen object, read once, checked at start.

Every setting has a default that works on a laptop. Nothing else in the package reads the environment.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from saishang.errors import ConfigurationError

__all__ = ["OWN_RULES", "SETTINGS", "Config", "Oidc", "Setting", "Smtp", "load_config", "state_folder"]


@dataclass(frozen=True)
class Setting:
    """One documented setting: `saishang doctor` and the reference page print these rows."""

    name: str
    default: str
    meaning: str


SETTINGS: tuple[Setting, ...] = (
    Setting("SAISHANG_VAR", "./var", "Folder for all state: database cluster, lake, raw archive, runs, uploads."),
    Setting(
        "DATABASE_URL",
        "(embedded)",
        "postgresql://user:password@host:port/name?sslmode=require (14 or newer, UTF8); empty: embedded server.",
    ),
    Setting("SAISHANG_LAKE", "<var>/lake", "Folder of the Delta table and its staging area."),
    Setting("SAISHANG_ARCHIVE", "<var>/archive", "Folder of the raw, content-addressed archive."),
    Setting("SAISHANG_ENGINE", "duckdb", "duckdb, or spark://host:port, or spark://local."),
    Setting(
        "SAISHANG_RULES",
        "<var>/rules",
        "Folder with the site's own rules, laid over the shipped ones; when not set, <var>/rules where it is there.",
    ),
    Setting("SAISHANG_SECRET_KEY", "(made in <var>)", "Key for sessions and signatures; at least 32 characters."),
    Setting("SAISHANG_ALLOWED_HOSTS", "127.0.0.1,localhost", "Host names the portal answers to, comma separated."),
    Setting("SAISHANG_DEBUG", "0", "1 shows error pages with details; never on a public server."),
    Setting("SAISHANG_HTTPS", "0", "1 marks cookies secure and sends HSTS; set it behind TLS."),
    Setting(
        "SAISHANG_KEEP_DAYS",
        "365",
        "Days for which old versions of the observations stay readable; versions of evaluation runs always do.",
    ),
    Setting("SAISHANG_MAINTENANCE_HOUR", "3", "Hour of the night (0 to 23) at which the worker tidies up."),
    Setting("SAISHANG_SESSION_IDLE_MINUTES", "60", "Minutes without a page after which a sign-in ends (1 to 1440)."),
    Setting("SAISHANG_SESSION_HOURS", "8", "Hours after which every sign-in ends, used or not (1 to 720)."),
    Setting(
        "SAISHANG_TOTP_ROLES",
        "(none)",
        "Roles whose holders must set up one-time codes, comma separated: roles in organisations (office, "
        "administrator, …) or posts of the data workshop (viewer, editor, admin).",
    ),
    Setting(
        "SAISHANG_OIDC_ISSUER",
        "(off)",
        "Address of an OpenID Connect provider through which people may sign in; https, or http on this machine.",
    ),
    Setting("SAISHANG_OIDC_CLIENT_ID", "(none)", "Name of this portal at the provider."),
    Setting("SAISHANG_OIDC_CLIENT_SECRET", "(none)", "Secret of this portal at the provider; empty: PKCE alone."),
    Setting(
        "SAISHANG_OIDC_CLAIM",
        "preferred_username",
        "Claim that names the account here: preferred_username or another one that holds the name of the account, or "
        "email (which the provider must have verified).",
    ),
    Setting("SAISHANG_OIDC_SCOPES", "openid profile", "What is asked of the provider, blanks between."),
    Setting(
        "SAISHANG_URL",
        "http://127.0.0.1:8000",
        "Address under which people open the portal: links in e-mails begin with it; needed with SAISHANG_SMTP_HOST.",
    ),
    Setting(
        "SAISHANG_SMTP_HOST",
        "(none)",
        "Server that takes e-mails; without one the worker writes them to its console instead.",
    ),
    Setting("SAISHANG_SMTP_PORT", "587", "Its port (1 to 65535); on 465 the connection is encrypted from the start."),
    Setting("SAISHANG_SMTP_USER", "(none)", "Account at the server; empty: none is needed."),
    Setting("SAISHANG_SMTP_PASSWORD", "(none)", "Password of the account."),
    Setting("SAISHANG_SMTP_STARTTLS", "1", "1 encrypts with STARTTLS and refuses a server that cannot; 0 does not."),
    Setting("SAISHANG_SMTP_FROM", "(none)", "Address from which e-mails come; needed with SAISHANG_SMTP_HOST."),
)
_KNOWN = {s.name for s in SETTINGS}
#: Folder below the folder of all state where a site's own rules lie when no setting names another.
OWN_RULES = "rules"
#: Port on which the server expects encryption from the first byte.
_SMTPS = 465
_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+").fullmatch
_BREAK = re.compile(r"\s").search


@dataclass(frozen=True)
class Oidc:
    """An OpenID Connect provider through which people may sign in."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    claim: str
    scopes: str


@dataclass(frozen=True)
class Smtp:
    """A server that takes e-mails."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    starttls: bool
    sender: str

    @property
    def encrypted_at_once(self) -> bool:
        """Whether the connection is encrypted from its first byte."""
        return self.port == _SMTPS


@dataclass(frozen=True)
class Config:
    """Checked settings of one process."""

    var: Path
    database_url: str | None
    lake: Path
    archive: Path
    engine: str
    rules_overlay: Path | None
    secret_key: str | None = field(repr=False)
    allowed_hosts: tuple[str, ...]
    debug: bool
    https: bool
    keep_days: int = 365
    maintenance_hour: int = 3
    session_idle_minutes: int = 60
    session_hours: int = 8
    totp_roles: tuple[str, ...] = ()
    oidc: Oidc | None = None
    url: str = "http://127.0.0.1:8000"
    smtp: Smtp | None = None

    @property
    def cluster(self) -> Path:
        """Data folder of the embedded PostgreSQL server."""
        return self.var / "postgres"

    @property
    def runs(self) -> Path:
        """Folder of the tables behind evaluation runs."""
        return self.var / "runs"

    @property
    def media(self) -> Path:
        """Folder of uploads."""
        return self.var / "media"


def load_config(environ: Mapping[str, str] | None = None) -> Config:
    """Read and check the settings.

    Raises
    ------
    ConfigurationError
        When a setting has a value that cannot be used, or a `SAISHANG_*` name is not known (a misspelt
        setting that is silently ignored is the worst kind).
    """
    env = os.environ if environ is None else environ
    unknown = sorted(k for k in env if k.startswith("SAISHANG_") and k not in _KNOWN)
    if unknown:
        raise ConfigurationError(
            f"unknown setting {', '.join(unknown)}",
            fix=f"use one of {', '.join(sorted(_KNOWN))}, or unset it",
            where="environment",
        )
    var = Path(env.get("SAISHANG_VAR") or "var").expanduser().absolute()
    overlay_text = env.get("SAISHANG_RULES") or ""
    own = var / OWN_RULES
    overlay = Path(overlay_text).expanduser().absolute() if overlay_text else own if own.is_dir() else None
    if overlay is not None and not overlay.is_dir():
        raise ConfigurationError(
            f"expected a folder, got {overlay_text!r}",
            fix="create the folder or unset SAISHANG_RULES",
            where="SAISHANG_RULES",
        )
    secret = env.get("SAISHANG_SECRET_KEY") or None
    if secret is not None and len(secret) < 32:
        raise ConfigurationError(
            f"expected at least 32 characters, got {len(secret)}",
            fix="make one with: python -c 'import secrets; print(secrets.token_urlsafe(48))'",
            where="SAISHANG_SECRET_KEY",
        )
    return Config(
        var=var,
        database_url=_database_url(env.get("DATABASE_URL") or None),
        lake=Path(env.get("SAISHANG_LAKE") or var / "lake").expanduser().absolute(),
        archive=Path(env.get("SAISHANG_ARCHIVE") or var / "archive").expanduser().absolute(),
        engine=_engine(env.get("SAISHANG_ENGINE") or "duckdb"),
        rules_overlay=overlay,
        secret_key=secret,
        allowed_hosts=tuple(
            h.strip() for h in (env.get("SAISHANG_ALLOWED_HOSTS") or "127.0.0.1,localhost").split(",") if h.strip()
        ),
        debug=_flag(env, "SAISHANG_DEBUG"),
        https=_flag(env, "SAISHANG_HTTPS"),
        keep_days=_whole(env, "SAISHANG_KEEP_DAYS", 365, 7, 36_500),
        maintenance_hour=_whole(env, "SAISHANG_MAINTENANCE_HOUR", 3, 0, 23),
        session_idle_minutes=_whole(env, "SAISHANG_SESSION_IDLE_MINUTES", 60, 1, 1440),
        session_hours=_whole(env, "SAISHANG_SESSION_HOURS", 8, 1, 720),
        totp_roles=tuple(r.strip() for r in (env.get("SAISHANG_TOTP_ROLES") or "").split(",") if r.strip()),
        oidc=_oidc(env),
        url=_url(env),
        smtp=_smtp(env),
    )


def state_folder(config: Config) -> Path:
    """Make the folder of all state when it is not there, and prove that this account can write to it.

    Raises
    ------
    ConfigurationError
        When it cannot be made or written to; the message names the folder and the reason.
    """
    fix = "give this account the folder, or set SAISHANG_VAR to another one"
    try:
        config.var.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"expected a folder for all state at {config.var}, got: {error.strerror}", fix=fix, where="SAISHANG_VAR"
        ) from error
    if not os.access(config.var, os.W_OK | os.X_OK):
        raise ConfigurationError(
            f"expected a folder that this account can write to, got {config.var}", fix=fix, where="SAISHANG_VAR"
        )
    return config.var


def _database_url(url: str | None) -> str | None:
    if url is None:
        return None
    shape = "expected postgresql://user:password@host:port/name, got"
    fix = "name a PostgreSQL database, or unset it to use the embedded server"
    try:
        parts = urlsplit(url)
        number = parts.port
    except ValueError:
        # Python's own message would repeat part of a password that holds one of the signs below.
        raise ConfigurationError(
            f"{shape} a port that is no number from 1 to 65535, or brackets that do not close",
            fix="correct the port; in a password write / as %2F, # as %23, ? as %3F, @ as %40, : as %3A, [ as %5B",
            where="DATABASE_URL",
        ) from None
    name = parts.path.strip("/")
    if parts.scheme not in {"postgresql", "postgres"} or not name or number == 0:
        raise ConfigurationError(
            f"{shape} scheme {parts.scheme or 'none'!r} and database name {name or 'none'!r}",
            fix=fix,
            where="DATABASE_URL",
        )
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        conninfo_to_dict(url)
    except ProgrammingError as error:
        raise ConfigurationError(
            f"expected options that PostgreSQL knows, got: {' '.join(str(error).split())}",
            fix="correct or remove what stands behind the question mark, for example ?sslmode=require",
            where="DATABASE_URL",
        ) from None
    return url


def _oidc(env: Mapping[str, str]) -> Oidc | None:
    issuer = (env.get("SAISHANG_OIDC_ISSUER") or "").strip().rstrip("/")
    if not issuer:
        return None
    parts = urlsplit(issuer)
    here = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and here)):
        raise ConfigurationError(
            f"expected https://…, got {issuer!r}",
            fix="name the issuer as its discovery document does; plain http only on this machine",
            where="SAISHANG_OIDC_ISSUER",
        )
    client = (env.get("SAISHANG_OIDC_CLIENT_ID") or "").strip()
    if not client:
        raise ConfigurationError(
            "expected the name of this portal at the provider, got none",
            fix="register the portal there, or unset SAISHANG_OIDC_ISSUER",
            where="SAISHANG_OIDC_CLIENT_ID",
        )
    scopes = (env.get("SAISHANG_OIDC_SCOPES") or "openid profile").split()
    if "openid" not in scopes:
        raise ConfigurationError(
            f"expected openid among the scopes, got {' '.join(scopes)!r}", fix="add it", where="SAISHANG_OIDC_SCOPES"
        )
    claim = (env.get("SAISHANG_OIDC_CLAIM") or "preferred_username").strip()
    if claim == "email" and "email" not in scopes:
        scopes.append("email")
    return Oidc(issuer, client, env.get("SAISHANG_OIDC_CLIENT_SECRET") or "", claim, " ".join(scopes))


def _url(env: Mapping[str, str]) -> str:
    text = (env.get("SAISHANG_URL") or "http://127.0.0.1:8000").strip().rstrip("/")
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment or _BREAK(text):
        raise ConfigurationError(
            f"expected https://host or http://host, got {text!r}",
            fix="write the address under which people open the portal",
            where="SAISHANG_URL",
        )
    return text


def _smtp(env: Mapping[str, str]) -> Smtp | None:
    host = (env.get("SAISHANG_SMTP_HOST") or "").strip()
    if not host:
        return None
    for name in ("SAISHANG_SMTP_FROM", "SAISHANG_URL"):
        if not (env.get(name) or "").strip():
            raise ConfigurationError(
                "expected a value beside SAISHANG_SMTP_HOST, got none",
                fix="set it: e-mails name their sender and lead to the portal",
                where=name,
            )
    sender = str(env["SAISHANG_SMTP_FROM"]).strip()
    # The address stands in a header of every e-mail: nothing but one plain address fits there.
    if not _ADDRESS(sender):
        raise ConfigurationError(
            f"expected one address such as saishang@example.org, got {sender!r}",
            fix="write the address alone, without a name",
            where="SAISHANG_SMTP_FROM",
        )
    return Smtp(
        host, _whole(env, "SAISHANG_SMTP_PORT", 587, 1, 65_535), (env.get("SAISHANG_SMTP_USER") or "").strip(),
        env.get("SAISHANG_SMTP_PASSWORD") or "", _flag(env, "SAISHANG_SMTP_STARTTLS", "1"), sender,
    )  # fmt: skip


def _engine(text: str) -> str:
    if text == "duckdb" or text.startswith("spark://"):
        return text
    raise ConfigurationError(
        f"expected duckdb or spark://…, got {text!r}", fix="unset it for the embedded engine", where="SAISHANG_ENGINE"
    )


def _flag(env: Mapping[str, str], name: str, default: str = "0") -> bool:
    text = (env.get(name) or default).strip().lower()
    if text in {"1", "true", "yes", "on"}:
        return True
    if text in {"0", "false", "no", "off"}:
        return False
    raise ConfigurationError(f"expected 0 or 1, got {text!r}", fix="set it to 0 or 1", where=name)


def _whole(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = (env.get(name) or str(default)).strip()
    if text.isascii() and text.isdigit() and low <= int(text) <= high:
        return int(text)
    raise ConfigurationError(
        f"expected a whole number from {low} to {high}, got {text!r}", fix=f"leave it out for {default}", where=name
    )

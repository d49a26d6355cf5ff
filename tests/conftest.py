"""Fixtures for the whole suite."""

from __future__ import annotations

import atexit
import gc
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests.databases import migrated_once

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

    from saishang.config import Config

REPOSITORY = Path(__file__).resolve().parents[1]

# How fast examples are drawn says how busy the machine is, nothing about the code.
hypothesis_settings.register_profile("saishang", suppress_health_check=[HealthCheck.too_slow], deadline=None)
hypothesis_settings.load_profile("saishang")

# What is collected stays to the end: nothing of it is garbage, and each full collection of the interpreter would go
# through six hundred thousand objects (tests, rules, models, libraries).
gc.disable()


#: Long files that would be begun late, the longest first: what is begun last keeps one process waiting for the others.
LONGEST = (
    "web/test_access.py", "apps/jobs/test_worker.py", "registers_kinds/test_every_kind.py", "faults/test_kill.py",
    "faults/test_web_kill.py", "faults/test_backup.py", "apps/reports/test_pages.py", "web/test_registers_access.py",
    "contracts/test_access.py", "bench/test_air_network.py", "cli/test_main.py", "web/test_registers_readers.py",
    "backup/test_stores.py",
)  # fmt: skip


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put long files first; the others stay in their order, in which files without a database come last."""
    place = {REPOSITORY / "tests" / name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path, len(place)))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Collect garbage from here on, only in what the tests make, and not after each seven hundred objects of it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    gc.enable()
    atexit.register(gc.unfreeze)  # or libraries in C++ complain of what is never let go


#: Triggers that keep finished runs, figures and the log from being emptied: tests empty their tables between them.
NEVER_EMPTIED = {
    "core_actionlogentry": "core_log_never_emptied",
    "indicators_run": "run_never_emptied",
    "indicators_indicatorvalue": "value_never_emptied",
    "indicators_targetstate": "target_never_emptied",
    "indicators_reportedvalue": "report_never_emptied",
    "registers_version": "registers_version_never_emptied",
    "registers_proposal": "registers_proposal_never_emptied",
    "registers_description": "registers_description_never_emptied",
    "registers_bundle": "registers_bundle_never_emptied",
    "indicators_changerelease": "release_never_emptied",
    "indicators_targetversion": "target_version_never_emptied",
    "indicators_leadreview": "review_never_emptied",
    "reports_report": "annual_report_never_emptied",
    "execution_reportversion": "execution_reportversion_never_emptied",
    "execution_comment": "execution_comment_never_emptied",
    "execution_evidence": "execution_evidence_never_emptied",
    **{f"supervision_{name}": f"supervision_{name}_never_emptied" for name in (
        "case", "caseact", "finding", "findingact", "acceptance", "coordination", "coordinationact", "occurrence",
        "file", "bulletin",
    )},
}  # fmt: skip


def pytest_configure() -> None:
    """Let modules of tests name a register before there is a database: the rules' description is in force then."""
    from saishang.apps.registers import kinds
    from tests.clients import share_middleware

    share_middleware()

    asked = kinds._rows

    def rows() -> tuple[kinds.Held, ...]:
        try:
            return asked()
        except RuntimeError as refused:
            if "Database access not allowed" not in str(refused):
                raise
            return ()

    kinds._rows = rows


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> Iterator[ExitStack]:
    """What pytest-django asks for before it makes the database; see `tests/databases.py`."""
    with ExitStack() as making:
        making.enter_context(migrated_once())
        yield making


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_modify_db_settings: ExitStack, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """Let the test database be emptied; `tests/apps/core/test_never_emptied.py` tries the triggers themselves."""
    from django.db import connection
    from django.test import TransactionTestCase

    from tests.emptying import instead_of_flush

    TransactionTestCase._fixture_teardown = instead_of_flush  # type: ignore[method-assign]

    with django_db_blocker.unblock():
        django_db_modify_db_settings.close()
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table, trigger in NEVER_EMPTIED.items():
            cursor.execute(f"alter table {table} disable trigger {trigger}")


@pytest.fixture
def dsn(transactional_db: None) -> str:
    """Address of the test database, for code that talks to PostgreSQL without Django; tables are emptied after."""
    from django.db import connection
    from psycopg.conninfo import make_conninfo

    from tests.emptying import empty_database

    # A portal of the whole module may be there still, and a file that its ledger knows is not read again.
    empty_database("lake_")
    settings = connection.settings_dict
    return make_conninfo(
        dbname=str(settings["NAME"]), user=settings["USER"], password=settings["PASSWORD"], host=settings["HOST"],
        port=settings["PORT"] or None,
    )  # fmt: skip


@pytest.fixture
def config(tmp_path: Path, dsn: str) -> Config:
    """Settings that keep all state in a temporary folder and use the test database."""
    from psycopg.conninfo import conninfo_to_dict

    from saishang.config import load_config

    parts = conninfo_to_dict(dsn)
    host = str(parts["host"]).replace("/", "%2F")
    url = f"postgresql://{parts['user']}:{parts['password']}@{host}/{parts['dbname']}"
    return load_config({"SAISHANG_VAR": str(tmp_path / "var"), "DATABASE_URL": url})

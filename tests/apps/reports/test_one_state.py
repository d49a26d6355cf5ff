"""A report counts one state of the database, and the log sees what others appended meanwhile."""

from __future__ import annotations

import sys
import threading
from typing import Any

import pytest
from django.db import connection

from saishang.apps.core.actions import record, verify_chain
from saishang.apps.organisations.actions import Doing
from saishang.apps.organisations.models import Organisation
from saishang.apps.reports.actions import make_report
from saishang.apps.reports.models import Report
from tests.apps.reports import samples


@pytest.mark.django_db(transaction=True)
def test_what_others_write_meanwhile_is_not_counted_and_breaks_no_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    Organisation.objects.create(code="NX-STT", kind="agency", path="/NX-STT/")
    seen: list[int] = []

    def elsewhere() -> None:
        record("somebody", "tests.write", ("x", "1"), None, None)
        Organisation.objects.create(code="OTHER", kind="agency", path="/OTHER/")
        connection.close()

    def assemble(*_asked: Any) -> Any:
        seen.append(Organisation.objects.count())
        other = threading.Thread(target=elsewhere)
        other.start()
        other.join()
        seen.append(Organisation.objects.count())
        return samples.report()

    # The package's name for the function hides the module of the same name.
    monkeypatch.setattr(sys.modules[make_report.__module__], "assemble", assemble)
    assert make_report(Doing("tests", ""), "organisation", "NX-STT", 2026).number
    assert seen == [1, 1] and Organisation.objects.count() == 2
    assert Report.objects.count() == 1 and verify_chain() == []

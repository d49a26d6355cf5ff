"""The certificate of a number: what it says is what the run and the archive say."""

from __future__ import annotations

import csv
import html
import io
import re

import pytest
from django.test import Client

from tests.portal import Portal

pytestmark = pytest.mark.django_db


def test_a_number_is_certified_by_run_files_and_seal(portal: Portal, client: Client) -> None:
    from saishang.apps.indicators.models import IndicatorValue, Run

    run = Run.objects.get(pk=portal.run)
    value = IndicatorValue.objects.get(
        run=run, indicator="air.pm25.mean", region="640000", period="2015", basis="measured", kind="computed"
    )
    address = f"/targets/certificate/{portal.run}/air.pm25.mean/640000/?period=2015&basis=measured"
    page = html.unescape(client.get(address).content.decode())
    text = re.sub(r"<[^>]+>", " ", page)
    for said in (value.rounded, run.id, run.rules_digest, run.inputs_digest, run.result_digest, run.seals["rows"]):
        assert str(said) in text
    assert "库中保存的数值与评估写入时一致" in text
    assert f"saishang explain {run.id} air.pm25.mean 640000 --period 2015 --basis measured --kind computed" in text
    table = client.get(f"{address}&format=csv&table=certificate").content.decode("utf-8-sig")
    lines = {line["名称"]: line for line in csv.DictReader(io.StringIO(table))}
    line = lines["air_city_daily_ningxia_2013_12_2015_12.parquet"]
    assert re.fullmatch(r"\d+–\d+", line["行"]) and line["批次"].isdigit() and int(line["数值个数"]) > 1800
    assert re.search(r"[0-9a-f]{64}", client.get(f"{address}&format=csv&table=certificate").content.decode())
    chain = client.get(f"/targets/chain/{portal.run}/air.pm25.mean/640000/?period=2015&basis=measured").content.decode()
    assert "/targets/certificate/" in chain
    assert client.get(f"/targets/certificate/{portal.run}/no.such/640000/").status_code == 404


def test_a_changed_number_leads_to_the_certificate_of_its_own_kind() -> None:
    """A city's published figure and the one computed stand on the same period and basis."""
    from saishang.apps.indicators.changes import value_change
    from saishang.web.pages.runs_compare import values_table

    kinds = ("computed", "reported")
    changes = [
        value_change(("air.pm25.mean", "640100", "2015", "year", "measured", kind, "GB 3095-2012"), None, None)
        for kind in kinds
    ]  # fmt: skip
    table = values_table(changes, changes, "a", "b", "b", [])
    for kind, row in zip(kinds, table.rows, strict=True):
        for column, page in (("indicator", "chain"), ("certificate", "certificate")):
            cell = row[column]
            assert cell.href == f"/targets/{page}/b/air.pm25.mean/640100/?period=2015&basis=measured&kind={kind}"


def test_a_number_that_only_a_correction_would_bring_leads_nowhere() -> None:
    """No run holds it yet, so a link would end at "not found"; one that the run holds without a value has its chain."""
    from dataclasses import replace

    from saishang.apps.indicators.changes import value_change
    from saishang.web.pages.runs_compare import values_table

    new = value_change(("air.pm25.mean", "640100", "2015", "year", "measured", "computed", "GB 3095-2012"), None, None)
    void = replace(new, before_reason="days_short")
    rows = values_table([new, void], [new, void], "a", "after", "a", [], why=lambda _change: "1").rows
    assert rows[0]["indicator"].href is None
    assert rows[0]["certificate"] is None
    assert rows[1]["indicator"].href.startswith("/targets/chain/a/")
    assert rows[1]["certificate"].href.startswith("/targets/certificate/a/")

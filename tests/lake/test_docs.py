"""The how-to of one's own data does what it says."""

from __future__ import annotations

import re
from pathlib import Path

from saishang.lake import Lake
from saishang.lake.sources import KEYS
from tests.lake.samples import values

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "bring-your-own-data.md"


def test_the_first_mapping_works(lake: Lake, tmp_path: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    (table,) = re.findall(r"```\n(时间,.*?)```", text, re.S)
    (mapping,) = re.findall(r"```yaml\n(.*?)```", text, re.S)
    (tmp_path / "county.csv").write_text(table, encoding="gb18030")
    (tmp_path / "county.yaml").write_text(mapping, encoding="utf-8")
    batch = lake.ingest(tmp_path / "county.csv", mapping=tmp_path / "county.yaml")
    assert batch.rejected == 0
    # 01:00 ends its hour.
    assert values(lake) == {
        ("640181-01", "PM2.5", "2024-01-01 00:00"): 35.0,
        ("640181-01", "CO", "2024-01-01 00:00"): 0.8,
    }


def test_every_key_is_explained() -> None:
    section = PAGE.read_text(encoding="utf-8").split("## What the keys mean")[1].split("\n## ")[0]
    named = set(re.findall(r"`(\w+)`", "\n".join(line.split("|")[1] for line in section.splitlines() if "|" in line)))
    assert set(KEYS) <= named, f"not explained: {set(KEYS) - named}"


def test_every_command_of_the_page_exists() -> None:
    from typer.testing import CliRunner

    from saishang.cli.main import app

    overview = CliRunner().invoke(app, ["ingest", "--help"]).output
    for command in set(re.findall(r"saishang ingest ([a-z]+)\b(?!\.)", PAGE.read_text(encoding="utf-8"))):
        assert command in overview or command in {"county", "china"}, command

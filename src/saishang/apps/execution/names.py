"""Words for periods and reports outside pages: notices in both languages, titles of official texts in Chinese."""

from __future__ import annotations

from saishang.apps.execution.models import ProgressReport

__all__ = ["period_words", "report_title"]


def period_words(name: str) -> tuple[str, str]:
    """A period in words: 2026-M10, 2026-Q3, 2026."""
    year, _dash, part = name.partition("-")
    if part.startswith("M"):
        return f"{year}年{int(part[1:])}月", f"{year}-{part[1:]}"
    if part.startswith("Q"):
        return f"{year}年第{part[1:]}季度", f"{part} {year}"
    return f"{year}年度", year


def report_title(row: ProgressReport) -> str:
    """A report by its item and period; what supervision keeps of it is an official text, and Chinese."""
    return f"{row.item.title} · {period_words(row.period)[0]}"

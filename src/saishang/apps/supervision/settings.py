"""What `rules/supervision.yaml` says: days to answer, what is proposed, words of a demand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from saishang.rules import Rules
from saishang.science.clocks import DueDay, working_days

__all__ = ["Settings", "settings_of"]


@dataclass(frozen=True)
class Settings:
    """Settings of the site, with its calendar of working days."""

    rules: Rules
    told: Any

    def answer_day(self, level: str, after: date) -> DueDay:
        """By when a case of a level is to be answered that was issued on a day."""
        return working_days(self.rules).after(after, self.told["levels"][level]["working_days"])

    def publicity_end(self, first: date) -> DueDay:
        """Last day of publicity that begins on a day: the rule's number of working days after it."""
        return working_days(self.rules).after(first, self.told["findings"]["publicity_working_days"])

    def reply_day(self, after: date) -> DueDay:
        """By when parties reply to a matter that was raised on a day."""
        return working_days(self.rules).after(after, self.told["coordination"]["working_days"])

    def days_over(self, what: str) -> int:
        """Days after a due day from which on something is proposed."""
        return int(self.told["propose"][what]["days"])

    def demand(self, what: str, title: str, days: int) -> tuple[str, str]:
        """What a proposed case asks for, in Chinese and English."""
        words = self.told["demands"][what]
        return words["zh"].format(title=title, days=days), words["en"].format(title=title, days=days)


def settings_of(rules: Rules) -> Settings:
    """The settings in the rules."""
    return Settings(rules, rules.document("supervision")["supervision"])

"""What can be wrong with a rules file, said so that the person who wrote the file can mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from saishang.errors import SaishangError

__all__ = ["Problem", "RuleError", "RuleLookupError"]


@dataclass(frozen=True, order=True)
class Problem:
    """One fault in one place of a rules file.

    Attributes
    ----------
    file:
        Path as the reader knows it: `rules/…` for shipped files, the full path for a site's own.
    line:
        1-based line; 0 when the whole file is meant.
    cell:
        Column of a table or dotted path in a document; empty when the whole line is meant.
    code:
        Stable short name of the kind of fault: `unknown-key`, `missing-value`, `wrong-type`, `bad-value`,
        `unknown-reference`, `duplicate-key`, `overlapping-dates`, `unreadable-file`, `undeclared-file`.
    expected, got, fix:
        What should stand there, what stands there, what to do.
    """

    file: str
    line: int
    cell: str
    code: str
    expected: str
    got: str
    fix: str

    @property
    def where(self) -> str:
        """File, line and cell in the form editors jump to."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place} [{self.cell}]" if self.cell else place

    def __str__(self) -> str:
        return f"{self.where}: expected {self.expected}, got {self.got}. How to mend: {self.fix}"

    def to_dict(self) -> dict[str, object]:
        """Plain mapping for JSON."""
        return asdict(self)


class RuleError(SaishangError):
    """The rules cannot be used; every fault found is listed, not only the first."""

    code = "rules"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        count = len(self.problems)
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(
            f"{count} problem{'' if count == 1 else 's'} in the rules\n{lines}",
            where=self.problems[0].where if count == 1 else None,
        )

    def __str__(self) -> str:
        return self.message


class RuleLookupError(SaishangError, LookupError):
    """Code asked the rules for something that they do not hold."""

    code = "rule-lookup"

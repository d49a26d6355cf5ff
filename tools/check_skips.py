"""Fail when a test was skipped that `tests/allowed_skips.txt` does not allow.

Usage: check_skips.py REPORT.xml ALLOWED.txt. A line of ALLOWED is `beginning of the test's name | why`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree


def main(report: Path, allowed: Path) -> int:
    """Print every skip that is not allowed; 1 when there is one, or when no test ran."""
    lines = [line.strip() for line in allowed.read_text(encoding="utf-8").splitlines()]
    beginnings = tuple(line.split("|")[0].strip() for line in lines if line and not line.startswith("#"))
    tree = ElementTree.parse(report)  # our own report
    cases = list(tree.iter("testcase"))
    bad = [
        f"{case.get('classname')}::{case.get('name')}"
        for case in cases
        if case.find("skipped") is not None
        and not f"{case.get('classname')}::{case.get('name')}".startswith(beginnings or ("\0",))
    ]
    for name in bad:
        print(f"skipped without leave: {name}  (mend the test, or declare the skip with its reason in {allowed})")
    skipped = sum(case.find("skipped") is not None for case in cases)
    print(f"{len(cases)} tests, {skipped} skipped, {len(bad)} of them without leave")
    return 1 if bad or not cases else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))

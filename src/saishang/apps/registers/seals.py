"""What the log keeps of the versions of a migration: not each of them, but the digest of every thousand.

An entry of the log per version would keep every writer of the log waiting for minutes while millions are chained one by
one. A digest proves the same: versions are append-only, and `broken` reckons it again.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import connection

from saishang.apps.core.queries import changes_of
from saishang.apps.registers.models import Description, Version

__all__ = ["SEALED", "Sealed", "broken", "seal_of"]

#: Type of the object in the log: `kind/number of the description`.
SEALED = "registers.Migration"
#: What a version says, in the order of writing; texts of JSON as the database has them.
_SEAL = """
select count(*), coalesce(encode(sha256(convert_to(string_agg(jsonb_build_array(
    entry_id, number, key, title, region, state, since, effective, withdrawn, "values", place, epoch, action, reason,
    actor_id, actor_name, extract(epoch from recorded_at)
  )::text, E'\\n' order by id), 'UTF8')), 'hex'), '')
from registers_version where description_id = %s and action = 'migrate' and id between %s and %s
"""


def seal_of(description: int, first: int, last: int) -> tuple[int, str]:
    """Versions that a migration wrote under a description, by their numbers in the database: how many, SHA-256."""
    with connection.cursor() as cursor:
        cursor.execute(_SEAL, [description, first, last])
        count, digest = cursor.fetchone()
    return int(count), str(digest)


class Sealed:
    """Which versions lie under a seal of the log."""

    def __init__(self) -> None:
        self._spans: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for _name, told in _seals():
            self._spans[told["description"]].append((told["first"], told["last"]))
        for spans in self._spans.values():
            spans.sort()

    def has(self, version: Version) -> bool:
        """Whether the log vouches for it by the digest of its batch."""
        if version.action != "migrate" or version.description_id not in self._spans:
            return False
        spans = self._spans[version.description_id]
        place = bisect_right(spans, (version.pk, 1 << 62)) - 1
        return place >= 0 and spans[place][1] >= version.pk


def broken() -> Iterator[tuple[str, str]]:
    """Batches of migrated versions that are not what the log sealed: name, what."""
    known = {(row.kind, row.number): row.pk for row in Description.objects.all()}
    for name, told in _seals():
        kind, _slash, number = name.rpartition("/")
        if known.get((kind, int(number))) != told["description"]:
            yield f"migration {name}", "its description is not there"
        elif seal_of(told["description"], told["first"], told["last"]) != (told["versions"], told["sha256"]):
            yield f"migration {name}, versions {told['first']} to {told['last']}", "they are not what the log sealed"


def _seals() -> Iterator[tuple[str, Mapping[str, Any]]]:
    for entry in changes_of(SEALED).iterator(chunk_size=1000):
        if entry.after is not None:
            yield entry.object_id, entry.after

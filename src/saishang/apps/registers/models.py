"""Entries of registers as rows of versions; the entry itself holds a copy of its last version for lists and filters."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from saishang.apps.registers.states import PROPOSAL_STATES

__all__ = [
    "Book", "Bundle", "CellMovement", "Content", "Description", "Entry", "Movement", "OwnDefault", "Proposal",
    "SavedView", "TermMovement", "Version",
]  # fmt: skip


class Description(models.Model):
    """A description of a kind that was in force; the last one of a kind is. Rows are only ever added (by trigger).

    The text is canonical JSON (`saishang.science.register.stored`), so that its digest can be made again.
    """

    kind = models.CharField(max_length=60)
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    document = models.TextField()
    #: Digest of the rules that held it.
    rules = models.CharField(max_length=64)
    #: Period of meaning, the day from which it holds (None: from the beginning), new field → [former one, factor].
    epoch = models.PositiveIntegerField(default=1)
    begins = models.DateField(null=True)
    factors = models.JSONField(default=dict)
    #: Whether entries were there already when it was first seen: that they were written under it is taken for granted.
    assumed = models.BooleanField(default=False)
    reason = models.TextField(blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=150)
    adopted_at = models.DateTimeField()

    class Meta:
        ordering = ["kind", "number"]
        constraints = [models.UniqueConstraint(fields=["kind", "number"], name="registers_description_once")]

    def __str__(self) -> str:
        return f"{self.kind} description {self.number}"


class Content(models.Model):
    """What a version says: the state, the fields, the place."""

    #: Under which it was written; None: before descriptions were kept, read by the first one of the kind.
    description = models.ForeignKey(
        Description, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )  # fmt: skip
    #: Period of meaning of that description.
    epoch = models.PositiveSmallIntegerField(default=1)
    key = models.CharField(max_length=200)
    title = models.CharField(max_length=400)
    region = models.CharField(max_length=12, blank=True)
    state = models.CharField(max_length=40, blank=True)
    #: Day on which the state began.
    since = models.DateField()
    #: Day from which this content holds.
    effective = models.DateField()
    withdrawn = models.BooleanField(default=False)
    #: Field → value; numbers as decimal text (`saishang.science.register.values`).
    values = models.JSONField()
    #: GeoJSON geometry, WGS-84 degrees.
    place = models.JSONField(null=True)

    class Meta:
        abstract = True


class Entry(Content):
    """One entry of a register as it stands now. Changed by actions only, together with its new version."""

    kind = models.CharField(max_length=60)
    number = models.PositiveIntegerField()
    recorded_at = models.DateTimeField()
    west = models.FloatField(null=True)
    south = models.FloatField(null=True)
    east = models.FloatField(null=True)
    north = models.FloatField(null=True)
    #: Where the middle of its box lies in the grid of map tiles (`science.register.cells`); None without a place.
    cell = models.BigIntegerField(null=True)
    #: Everything that a search looks through, lower case; private fields stay out of it.
    words = models.TextField()
    #: Earliest end of the terms that run; None when none does. Follows from the rest, for lists and warnings.
    due = models.DateField(null=True)
    #: Whether it stands here for demonstration only.
    invented = models.BooleanField(default=False)
    #: Fields that the daily round has taken out of the search; what is shown is asked of `retention` at every reading.
    hidden = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="registers_key_once")]
        indexes = [
            # The order of lists: a page reads about as many rows as it shows.
            models.Index(fields=["kind", "state", "key"], name="registers_by_state"),
            # With the state: a list of some regions is merged from one run per region and state.
            models.Index(fields=["kind", "region", "state", "key"], name="registers_by_region"),
            models.Index(fields=["kind", "title"], name="registers_by_title"),
            models.Index(fields=["kind", "since", "key"], name="registers_by_since"),
            models.Index(fields=["kind", "west", "east"], name="registers_by_box"),
            models.Index(
                fields=["kind", "due", "key"], condition=Q(withdrawn=False, due__isnull=False), name="registers_by_due"
            ),
            # What changed since a moment, in the order of writing, for programmes that keep a copy.
            models.Index(fields=["kind", "recorded_at", "id"], name="registers_by_writing"),
            # What a tile of the map counts is answered by this index alone.
            models.Index(
                fields=["kind", "cell"],
                include=["state", "invented"],
                name="registers_by_cell",
                condition=Q(withdrawn=False, cell__isnull=False),
            ),
            models.Index(fields=["kind"], condition=Q(invented=True), name="registers_invented"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Version(Content):
    """One version of an entry. Rows are only ever added: a database trigger refuses updates and deletions."""

    #: Its own index would be a third one that begins with the entry.
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    #: add | change | move:<action> | withdraw | restore | undo | migrate
    action = models.CharField(max_length=60)
    reason = models.TextField(blank=True)
    #: [{kind, name, sha256, size}] of the files that a move was made with.
    evidence = models.JSONField(default=list)
    #: Import that wrote it; empty for what was typed.
    batch = models.CharField(max_length=40, blank=True)
    #: Nobody asks for all that somebody wrote, only for his versions of an entry.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    actor_name = models.CharField(max_length=150)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["entry", "number"]
        constraints = [models.UniqueConstraint(fields=["entry", "number"], name="registers_version_once")]
        indexes = [
            models.Index(fields=["entry", "effective"]),
            models.Index(fields=["batch"], name="registers_version_of_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} v{self.number} {self.action}"


class Bundle(models.Model):
    """Proposals that came together, in a table or from picked entries of a list, to be reviewed together.

    Rows are only ever added (a trigger).
    """

    kind = models.CharField(max_length=60)
    #: Empty where no table was sent.
    file = models.CharField(max_length=200)
    #: The file lies in the raw archive; empty without one.
    sha256 = models.CharField(max_length=64)
    #: Rows of the file and cells that were refused; or entries that were picked, and those that were refused.
    rows = models.PositiveIntegerField()
    refused = models.PositiveIntegerField()
    reason = models.TextField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=150)
    proposed_at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} {self.file}"


class Proposal(models.Model):
    """What somebody wants to be entered, and what was decided about it.

    What was proposed never changes and rows are never removed (a database trigger refuses it); another word on the same
    thing is another proposal.
    """

    kind = models.CharField(max_length=60)
    #: The entry that is to change; None for a new one.
    entry = models.ForeignKey(Entry, null=True, on_delete=models.PROTECT, related_name="proposals")
    #: Version that the proposer saw.
    number = models.PositiveIntegerField(null=True)
    #: add | change | move:<action> | withdraw
    action = models.CharField(max_length=60)
    #: Field → text as it was typed; empty for a move and a withdrawal.
    given = models.JSONField(default=dict)
    place = models.JSONField(null=True)
    #: Day from which it is to hold; None: the day of the decision (withdrawals).
    effective = models.DateField(null=True)
    reason = models.TextField(blank=True)
    #: [{document, name, sha256, size}] of the files for a move; they lie in the raw archive.
    evidence = models.JSONField(default=list)
    #: What the entry would be called, and where it would lie.
    key = models.CharField(max_length=200)
    title = models.CharField(max_length=400)
    region = models.CharField(max_length=12, blank=True)
    #: For which it was proposed.
    organisation = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="+")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=150)
    proposed_at = models.DateTimeField()
    state = models.CharField(max_length=20, choices=[(name, name) for name in PROPOSAL_STATES], default="open")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_name = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True)
    remark = models.TextField(blank=True)
    #: The table that it came in, and its line there.
    bundle = models.ForeignKey(Bundle, null=True, on_delete=models.PROTECT, related_name="proposals")
    line = models.PositiveIntegerField(null=True)
    #: Entry and version that an accepted proposal became.
    made = models.ForeignKey(Entry, null=True, on_delete=models.PROTECT, related_name="+")
    made_number = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=PROPOSAL_STATES), name="registers_proposal_state"),
            models.CheckConstraint(
                condition=Q(state="open", decided_at__isnull=True) | (~Q(state="open") & Q(decided_at__isnull=False)),
                name="registers_proposal_decided",
            ),
            models.CheckConstraint(
                condition=Q(state="accepted", made__isnull=False, made_number__isnull=False)
                | (~Q(state="accepted") & Q(made__isnull=True, made_number__isnull=True)),
                name="registers_proposal_made",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "state", "-id"], name="registers_proposals_of"),
            models.Index(fields=["actor", "state"], name="registers_proposals_by"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} {self.action} {self.key}"


class Movement(models.Model):
    """What changes of entries added to a figure, or took from it, from a day on; sums of them are the figure.

    Written with every version, in its transaction, and never read by itself: rows may be added up at any time. Each
    stands three times, for its year, its month and its day: a day years after the first is the sum of some years,
    months and days, not of thousands of days.
    """

    kind = models.CharField(max_length=60)
    #: y | m | d: what `day` is the first day of.
    span = models.CharField(max_length=1)
    #: Figure of the kind; empty: how many entries are in a state; +, -: how many came and how many went.
    figure = models.CharField(max_length=60, blank=True)
    day = models.DateField()
    region = models.CharField(max_length=12, blank=True)
    state = models.CharField(max_length=40, blank=True)
    invented = models.BooleanField()
    counted = models.BigIntegerField()
    total = models.DecimalField(max_digits=60, decimal_places=12)
    base = models.BigIntegerField()
    base_total = models.DecimalField(max_digits=60, decimal_places=12)
    missing = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["kind", "span", "day"], name="registers_movement_of")]

    def __str__(self) -> str:
        return f"{self.kind} {self.figure} {self.day} {self.counted:+d}"


class CellMovement(models.Model):
    """What changes of entries added to a cell of the map's grid, or took from it, as the register stands now."""

    kind = models.CharField(max_length=60)
    #: Level of the grid; the world has 2ˡ × 2ˡ cells.
    level = models.PositiveSmallIntegerField()
    cell = models.BigIntegerField()
    state = models.CharField(max_length=40, blank=True)
    invented = models.BooleanField()
    counted = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(
                fields=["kind", "level", "cell"], include=["state", "invented", "counted"], name="registers_cells_of"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.level}/{self.cell} {self.counted:+d}"


class TermMovement(models.Model):
    """What changes of entries added to the terms that end in a span of days, or took from them, as the register stands
    now."""

    kind = models.CharField(max_length=60)
    #: y | m | d: what `day` is the first day of.
    span = models.CharField(max_length=1)
    term = models.CharField(max_length=60)
    #: On which the term ends.
    day = models.DateField()
    region = models.CharField(max_length=12, blank=True)
    invented = models.BooleanField()
    counted = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["kind", "span", "day"], name="registers_terms_of")]

    def __str__(self) -> str:
        return f"{self.kind} {self.term} {self.day} {self.counted:+d}"


class Book(models.Model):
    """By which description of a kind its movements are written; another one, and they have to be made anew."""

    kind = models.CharField(max_length=60, primary_key=True)
    digest = models.CharField(max_length=64)
    made = models.DateTimeField()
    #: False while it is being made from the versions: changes are written down, but nobody reads it.
    ready = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.digest[:12]}"


class SavedView(models.Model):
    """Filters, columns and order of a list under a name; its owner's, and others' as far as it is shared."""

    kind = models.CharField(max_length=60)
    name = models.CharField(max_length=80)
    #: What the address of the list says, in a settled order.
    query = models.CharField(max_length=2000)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    #: Empty: nobody else; `organisation`: people of `organisation`; `everybody`: whoever sees the register.
    shared = models.CharField(max_length=20, blank=True)
    organisation = models.ForeignKey(
        "organisations.Organisation", null=True, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "owner", "name"], name="registers_view_once"),
            models.CheckConstraint(
                condition=Q(shared__in=["", "everybody"], organisation__isnull=True)
                | Q(shared="organisation", organisation__isnull=False),
                name="registers_view_shared",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class OwnDefault(models.Model):
    """The view with which a register opens for a person."""

    kind = models.CharField(max_length=60)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "person"], name="registers_default_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.person_id}"

"""People who sign in, the organisations they work in, and in which role; nothing is deleted, everything has its days.

What a role may do is a row of a table (`ROLES` for posts of the data workshop, `roles.ROLES_IN_ORGANISATIONS` for roles
in an organisation), not a line in a view. docs/decisions/2026-11-30-organisations.md
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q

if TYPE_CHECKING:
    from datetime import date

__all__ = [
    "ROLES", "Membership", "Organisation", "OrganisationName", "OutsideIdentity", "RecoveryCode", "SecondFactor",
    "SignIn", "User", "open_on",
]  # fmt: skip

#: Role → what it may do. Administrators may do everything a role can.
ROLES: dict[str, frozenset[str]] = {
    # No post in the data workshop: what such a person may do stands in the memberships alone.
    "member": frozenset(),
    "viewer": frozenset({"view_internal", "view_jobs"}),
    "editor": frozenset(
        {
            "view_internal",
            "view_jobs",
            "start_jobs",
            "run_evaluation",
            "upload_data",
            "report_value",
            "import_plan",
            "decide_dust",
            "edit_registers",
            "release_changes",
            "review_leads",
        }
    ),
    "admin": frozenset(
        {
            "view_internal",
            "upload_data",
            "report_value",
            "import_plan",
            "decide_dust",
            "run_evaluation",
            "view_jobs",
            "start_jobs",
            "cancel_any_job",
            "view_log",
            "manage_users",
            "edit_registers",
            "release_changes",
            "set_targets",
            "review_leads",
            "manage_members",
            "manage_organisations",
            "make_report",
        }
    ),
}


class User(AbstractUser):
    """A person of an office. `agency` is a code of the agencies table (rules), empty for the system's keeper."""

    display_name = models.CharField(max_length=80, blank=True)
    agency = models.CharField(max_length=40, blank=True)
    role = models.CharField(max_length=20, choices=[(name, name) for name in ROLES], default="member")
    #: The password was made by somebody else: the first thing to do after signing in is to choose one's own.
    must_change_password = models.BooleanField(default=False)

    def may(self, permission: str) -> bool:
        """Whether this person holds `permission` for everything: by the account's role, or by a membership."""
        from saishang.apps.organisations.access import holds_everywhere

        if not self.is_active:
            return False
        if self.is_superuser or permission in ROLES.get(self.role, frozenset()):
            return True
        return self.pk is not None and holds_everywhere(self, permission)

    def __str__(self) -> str:
        return self.display_name or self.username


class Organisation(models.Model):
    """An agency, a regional government or an office below one (机构), with its place in the tree and its days.

    `path` is `/code/code/…/` from the root to itself; everything below shares it as a prefix.
    """

    KINDS = [
        ("leading_group", "领导小组"),
        ("agency", "部门"),
        ("government", "地方党委政府"),
        ("office", "内设机构"),
    ]

    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=20, choices=KINDS)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    path = models.CharField(max_length=400, unique=True)
    #: Region that it governs, or in which it works.
    region = models.CharField(max_length=40, blank=True)
    #: Rank of its name among its siblings, as official lists order them.
    position = models.PositiveIntegerField(default=0)
    opened = models.DateField(null=True)
    closed = models.DateField(null=True)
    #: What the rules said of it when they were last taken over; empty for what people made.
    seeded = models.JSONField(null=True)
    successor = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="predecessors")

    class Meta:
        ordering = ["path"]
        indexes = [models.Index(fields=["path"], opclasses=["varchar_pattern_ops"], name="organisation_path_prefix")]
        constraints = [
            models.CheckConstraint(
                name="organisation_days_in_order",
                condition=Q(opened__isnull=True) | Q(closed__isnull=True) | Q(closed__gte=F("opened")),
            ),
            models.CheckConstraint(
                name="organisation_successor_means_closed",
                condition=Q(successor__isnull=True) | Q(closed__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def open_on(self, day: date) -> bool:
        """Whether it exists on a day; the day on which it closes is its last."""
        return open_on(self.opened, self.closed, day)


def open_on(opened: date | None, closed: date | None, day: date) -> bool:
    """Whether what was opened and closed on these days exists on a day; the day on which it closes is its last."""
    return (opened is None or opened <= day) and (closed is None or day <= closed)


class OrganisationName(models.Model):
    """A name that an organisation bears from a day on, until the next one; `first` empty: from the beginning."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="names")
    first = models.DateField(null=True)
    zh = models.CharField(max_length=200)
    en = models.CharField(max_length=200, blank=True)
    short = models.CharField(max_length=100, blank=True)
    aliases = models.JSONField(default=list)

    class Meta:
        ordering = ["organisation", F("first").asc(nulls_first=True)]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "first"], name="organisation_name_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return self.zh


class Membership(models.Model):
    """A person's role in an organisation, from a day to a day (inclusive); open while `last` is empty."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    #: A key of `roles.ROLES_IN_ORGANISATIONS`; the table, not the database, says which there are.
    role = models.CharField(max_length=20)
    first = models.DateField()
    last = models.DateField(null=True)
    granted_by = models.CharField(max_length=150)
    reason = models.CharField(max_length=300)

    class Meta:
        ordering = ["user", "organisation", "role", "first"]
        indexes = [models.Index(fields=["organisation", "role"])]
        constraints = [
            models.CheckConstraint(
                name="membership_days_in_order", condition=Q(last__isnull=True) | Q(last__gte=F("first"))
            ),
            models.UniqueConstraint(
                fields=["user", "organisation", "role"], condition=Q(last__isnull=True), name="membership_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role} {self.organisation}"


class SignIn(models.Model):
    """One sign-in of a person on one device, from when to when; it holds while `ended` is empty."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="sign_ins")
    started = models.DateTimeField()
    seen = models.DateTimeField()
    address = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=200, blank=True)
    #: How the person was recognised: password, code (password and second factor), outside (OpenID Connect).
    way = models.CharField(max_length=20, default="password")
    ended = models.DateTimeField(null=True)
    #: signed_out, idle, too_long, ended, password, deactivated, reset.
    end_reason = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["-started"]
        indexes = [models.Index(fields=["user", "ended"])]

    def __str__(self) -> str:
        return f"{self.user} {self.started:%Y-%m-%d %H:%M}"


class SecondFactor(models.Model):
    """A person's one-time codes (RFC 6238); the secret is kept encrypted and never shown again once confirmed."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="second_factor")
    secret = models.TextField()
    begun = models.DateTimeField()
    confirmed = models.DateTimeField(null=True)
    #: Time step of the last code that was taken: a code holds once.
    last_step = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.user} {'confirmed' if self.confirmed else 'begun'}"


class RecoveryCode(models.Model):
    """A code for the day on which the telephone is lost; only its hash is kept, and it opens once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    hash = models.CharField(max_length=128)
    used = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user} {'used' if self.used else 'open'}"


class OutsideIdentity(models.Model):
    """Who a person is at an OpenID Connect provider; tied at the first sign-in: names move on, subjects do not."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="outside_identities")
    issuer = models.CharField(max_length=300)
    subject = models.CharField(max_length=300)
    tied = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="outside_identity_once"),
            models.UniqueConstraint(fields=["issuer", "user"], name="outside_identity_one_each"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.issuer} {self.subject}"

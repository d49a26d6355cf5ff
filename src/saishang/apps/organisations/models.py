"""People who sign in. What a role may do is a row of `ROLES`, not a line in a view."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models

__all__ = ["ROLES", "User"]

#: Role → what it may do. Administrators may do everything a role can.
ROLES: dict[str, frozenset[str]] = {
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
        }
    ),
}


class User(AbstractUser):
    """A person of an office. `agency` is a code of the agencies table (rules), empty for the system's keeper."""

    display_name = models.CharField(max_length=80, blank=True)
    agency = models.CharField(max_length=40, blank=True)
    role = models.CharField(max_length=20, choices=[(name, name) for name in ROLES], default="viewer")

    def may(self, permission: str) -> bool:
        """Whether this person's role holds `permission`."""
        return self.is_active and (self.is_superuser or permission in ROLES.get(self.role, frozenset()))

    def __str__(self) -> str:
        return self.display_name or self.username

"""Slow down password guessing: after a few failures a name and an address must wait."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from saishang.apps.core.models import SignInAttempt

__all__ = ["LIMIT_PER_ADDRESS", "LIMIT_PER_NAME", "WINDOW", "is_locked", "note_failure", "note_success"]

WINDOW = timedelta(minutes=15)
LIMIT_PER_NAME = 5
#: Offices share one address, so it may fail more often than one name.
LIMIT_PER_ADDRESS = 50


def is_locked(username: str, address: str | None) -> bool:
    """Whether this name or this address has failed too often within the window."""
    recent = SignInAttempt.objects.filter(at__gte=timezone.now() - WINDOW)
    if recent.filter(username=username[:150]).count() >= LIMIT_PER_NAME:
        return True
    return address is not None and recent.filter(address=address).count() >= LIMIT_PER_ADDRESS


def note_failure(username: str, address: str | None) -> None:
    """Remember a failed sign-in and forget those that are out of the window."""
    now = timezone.now()
    SignInAttempt.objects.filter(at__lt=now - WINDOW).delete()
    SignInAttempt.objects.create(at=now, username=username[:150], address=address)


def note_success(username: str) -> None:
    """A right password clears the name's count."""
    SignInAttempt.objects.filter(username=username[:150]).delete()

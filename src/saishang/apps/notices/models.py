"""What people are told (通知): notices, the e-mails that carry word of them, and who wants which by e-mail.

A notice is no record of what happened (that is the action log): it is a person's own, who may mark it as read.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

__all__ = ["MAILING", "MAIL_STATES", "Mail", "Notice", "Preference"]

#: How a person wants word of a notice by e-mail: not at all, at once, or with the others of a day.
MAILING = ("off", "once", "daily")
#: `spared`: everything it spoke of had been read before it went out.
MAIL_STATES = ("queued", "sent", "given_up", "spared")


class Mail(models.Model):
    """An e-mail that is to go out. Address and words are made when it is sent; the Message-ID stays the same."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="mails")
    created = models.DateTimeField()
    state = models.CharField(max_length=10, choices=[(name, name) for name in MAIL_STATES], default="queued")
    #: Attempts begun; one that a dead worker began counts.
    attempts = models.PositiveSmallIntegerField(default=0)
    #: Not before this moment; while a worker is at it, the moment at which it is taken for dead.
    next_try = models.DateTimeField()
    sent = models.DateTimeField(null=True)
    #: What went wrong last.
    reason = models.CharField(max_length=500, blank=True)
    message_id = models.CharField(max_length=200, unique=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["next_try"], condition=Q(state="queued"), name="notices_mail_waiting"),
            models.Index(fields=["state", "-id"]),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=MAIL_STATES), name="notices_mail_state"),
            models.CheckConstraint(
                condition=Q(state="sent", sent__isnull=False) | (~Q(state="sent") & Q(sent__isnull=True)),
                name="notices_mail_sent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"


class Notice(models.Model):
    """One thing that one person is told; its words are made from kind and parameters when they are read."""

    #: Without an index of its own: three below begin with it.
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notices", db_index=False
    )
    kind = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=80)
    subject_id = models.CharField(max_length=200)
    #: Address within the portal.
    url = models.CharField(max_length=500)
    params = models.JSONField(default=dict)
    #: The same key reaches a person once.
    key = models.CharField(max_length=200)
    created = models.DateTimeField()
    read = models.DateTimeField(null=True)
    #: What the person wanted of its family when it was made.
    mailing = models.CharField(max_length=10, choices=[(name, name) for name in MAILING], default="off")
    mail = models.ForeignKey(Mail, null=True, on_delete=models.PROTECT, related_name="notices")

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["person", "-id"]),
            models.Index(fields=["person"], condition=Q(read__isnull=True), name="notices_notice_unread"),
            models.Index(
                fields=["person"], condition=Q(mailing="daily", mail__isnull=True, read__isnull=True),
                name="notices_notice_for_digest",
            ),
            models.Index(fields=["subject_type", "subject_id"]),
        ]  # fmt: skip
        constraints = [
            models.UniqueConstraint(fields=["person", "key"], name="notices_notice_once"),
            models.CheckConstraint(condition=Q(mailing__in=MAILING), name="notices_notice_mailing"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.kind} {self.person_id}"


class Preference(models.Model):
    """What a person wants by e-mail of one family of notices, where it is not the family's default."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_preferences")
    family = models.CharField(max_length=40)
    mail = models.CharField(max_length=10, choices=[(name, name) for name in MAILING])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "family"], name="notices_preference_once"),
            models.CheckConstraint(condition=Q(mail__in=MAILING), name="notices_preference_mail"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.family} {self.mail}"

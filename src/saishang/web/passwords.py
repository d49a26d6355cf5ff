"""Rules for passwords that Django has no words or no rule for: their length in Chinese, and the name of the account."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

__all__ = ["LongEnough", "NotTheName"]

#: A name shorter than this is in many passwords by chance.
_SHORT = 4


class LongEnough(MinimumLengthValidator):
    """At least so many signs; Django's own message about it has no Chinese."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError for a password that is too short."""
        if len(password) < self.min_length:
            raise ValidationError(self._words(), code="password_too_short")

    def get_help_text(self) -> str:
        """Say the rule before anything was typed."""
        return self._words()

    def _words(self) -> str:
        return _("密码至少 %(least)s 个字符。") % {"least": self.min_length}


class NotTheName:
    """Not the name of the account inside: `li.si.li.si` is not like `li.si` by Django's measure, but easily guessed."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError for a password that holds the name, forwards or backwards."""
        name = user.get_username().lower() if user is not None else ""
        said = password.lower()
        if len(name) >= _SHORT and (name in said or name[::-1] in said):
            raise ValidationError(_("密码里不能含有用户名。"), code="password_holds_name")

    def get_help_text(self) -> str:
        """Say the rule before anything was typed."""
        return _("密码里不能含有用户名。")

"""A refusal on a form: every fault beside its field, in the reader's language."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _

from saishang.errors import Refused, SaishangError
from saishang.web import texts, wording

__all__ = ["fault_words", "put_faults"]


def put_faults(form: forms.BaseForm, error: SaishangError) -> None:
    """Every fault of a refusal beside its field, else above the form."""
    faults = error.faults if isinstance(error, Refused) else ()
    for fault in faults:
        form.add_error(fault.field if fault.field in form.fields else None, fault_words(fault.message, fault.fix))
    if not faults:
        form.add_error(None, fault_words(*(text for text in (error.message, error.fix) if text)))


def fault_words(*told: str) -> str:
    """What is wrong and how to mend it, as whole sentences."""
    return texts.sentences(_whole(wording.say(one)) for one in told if one)


def _whole(words: str) -> str:
    """A message of the code as a whole sentence; Chinese has no capitals."""
    return f"{words[:1].upper()}{words[1:]}{_('。')}"

"""Forms of registers, made from their kinds. Values are read by the kind, so that a cell and a form field agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from saishang.apps.registers.kinds import kinds
from saishang.errors import SaishangError
from saishang.science.register.kind import Field, Kind
from saishang.science.register.places import Place, read_place_text
from saishang.science.register.values import FieldFault
from saishang.web import texts, wording
from saishang.web.pages import site
from saishang.web.pages.registers_common import region_tree

__all__ = [
    "EntryForm", "MoveForm", "ReasonForm", "RegisterTableForm", "control", "control_name", "fault_words", "show_error",
    "show_faults",
]  # fmt: skip

PLACE = "place"
#: Controls of the form itself; a kind may have fields of these names, too.
_OWN = (PLACE, "effective", "reason", "number")
_CONTROL = {"class": "form-control"}


def control_name(field: str) -> str:
    """Name of a field of a kind in the form: its own, unless the form has a control of that name itself."""
    return f"field_{field}" if field in _OWN else field


def control(field: Field) -> forms.Field:
    """The control of one field, empty."""
    label = texts.both(field.zh, field.en) + (f" [{texts.unit_name(field.unit)}]" if field.unit else "")
    hint = texts.both(field.help_zh, field.help_en) or texts.both(field.form_zh, field.form_en)
    if field.of:
        other = kinds(site.rules())[field.of]
        hint = hint or _("填“%(register)s”名录中条目的编号") % {"register": texts.both(other.zh, other.en)}
    said: dict[str, Any] = {"label": label, "required": False, "help_text": hint}
    empty = [("", "—")]
    if field.type == "choice":
        choices = [(choice.id, texts.both(choice.zh, choice.en)) for choice in field.choices]
        return forms.ChoiceField(choices=empty + choices, widget=forms.Select(attrs={"class": "form-select"}), **said)
    if field.type == "truth":
        choices = [("true", _("是")), ("false", _("否"))]
        return forms.ChoiceField(choices=empty + choices, widget=forms.Select(attrs={"class": "form-select"}), **said)
    if field.type == "region":
        tree: list[Any] = [*empty, *region_tree()]
        return forms.ChoiceField(choices=tree, widget=forms.Select(attrs={"class": "form-select"}), **said)
    if field.type == "long_text":
        return forms.CharField(widget=forms.Textarea(attrs=_CONTROL | {"rows": 3}), **said)
    attributes = dict(_CONTROL)
    if field.type in ("number", "integer"):
        attributes["inputmode"] = "decimal"
    if field.compute is not None:
        # Shown beside what it follows from; whatever is typed there would be passed over.
        attributes |= {"readonly": "readonly", "aria-readonly": "true"}
        said["help_text"] = _("自动计算")
    if field.type == "date":
        return forms.CharField(widget=forms.TextInput(attrs=attributes | {"type": "date"}), **said)
    return forms.CharField(widget=forms.TextInput(attrs=attributes), **said)


class EntryForm(forms.Form):
    """One entry: the fields of its kind, its place, from when it holds, and why."""

    def __init__(self, kind: Kind, data: Any = None, initial: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial=dict(initial or {}))
        self.kind = kind
        for field in kind.fields.values():
            self.fields[control_name(field.id)] = control(field)
            if field.required is True:
                # Marked for the reader; whether it is there is the kind's business, not Django's.
                self.fields[control_name(field.id)].widget.attrs["aria-required"] = "true"
        if kind.place != "none":
            hint = (
                _("经度, 纬度（WGS-84），如 106.23, 38.49；也可在图上点选") if kind.place == "point"
                else _("GeoJSON（WGS-84）；也可在图上逐点绘制")
            )  # fmt: skip
            rows = 1 if kind.place == "point" else 3
            self.fields[PLACE] = forms.CharField(
                label=_("图上位置"), required=False, help_text=hint,
                widget=forms.Textarea(attrs=_CONTROL | {"rows": rows, "spellcheck": "false"}),
            )  # fmt: skip
        self.fields["effective"] = forms.DateField(
            label=_("生效日期"), required=False, help_text=_("留空为今天"),
            widget=forms.TextInput(attrs=_CONTROL | {"type": "date"}),
        )  # fmt: skip
        self.fields["reason"] = forms.CharField(
            label=_("事由"), required=False, max_length=1000, widget=forms.TextInput(attrs=_CONTROL)
        )
        self.fields["number"] = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def given(self) -> dict[str, str]:
        """Field → text as typed."""
        return {name: str(self.data.get(control_name(name), "")) for name in self.kind.fields}

    def controls(self) -> list[forms.BoundField]:
        """What the kind asks for, without the controls of the form itself."""
        return [self[control_name(name)] for name in self.kind.fields]

    def place(self) -> Place | None:
        """The place as typed; None when it is empty, with the error on the form when it is none."""
        text = str(self.data.get(PLACE, "")).strip()
        if not text or self.kind.place == "none":
            return None
        try:
            return read_place_text(text, self.kind.place)
        except SaishangError as error:
            self.add_error(PLACE, " ".join(wording.error_words(error)))
            return None


class MoveForm(forms.Form):
    """What a move is made with besides its files."""

    action = forms.CharField(max_length=60, widget=forms.HiddenInput())
    number = forms.IntegerField(widget=forms.HiddenInput())
    effective = forms.DateField(required=False)
    reason = forms.CharField(required=False, max_length=1000)


class ReasonForm(forms.Form):
    """A change that needs nothing but its reason."""

    number = forms.IntegerField(required=False, widget=forms.HiddenInput())
    reason = forms.CharField(max_length=1000)


class RegisterTableForm(forms.Form):
    """A table of entries."""

    file = forms.FileField(
        label=gettext_lazy("文件"), widget=forms.ClearableFileInput(attrs=_CONTROL),
        help_text=gettext_lazy("本名录导出的填报表（Excel 或 CSV），最大 50 MiB，二十万行。"),
    )  # fmt: skip
    effective = forms.DateField(
        label=gettext_lazy("生效日期"), required=False, help_text=gettext_lazy("留空为今天"),
        widget=forms.TextInput(attrs=_CONTROL | {"type": "date"}),
    )  # fmt: skip
    reason = forms.CharField(
        label=gettext_lazy("事由"), required=False, max_length=1000, widget=forms.TextInput(attrs=_CONTROL),
        help_text=gettext_lazy("写入时必填，如来文名称、文号"),
    )  # fmt: skip
    dry_run = forms.BooleanField(label=gettext_lazy("只试算，不写入"), required=False, initial=True)


def fault_words(kind: Kind, field: str, message: str) -> str:
    """Why a value was not taken; the form of a field is said in the words that its kind has for it."""
    known = kind.fields.get(field)
    if known is not None and known.form_zh and not texts.english():
        message = message.replace(known.form_en, known.form_zh)
    return wording.say(message)


def show_faults(form: EntryForm, faults: Iterable[FieldFault]) -> None:
    """Put every fault beside its field."""
    for fault in faults:
        words = f"{fault_words(form.kind, fault.field, fault.message)}{_('。')}{wording.say(fault.fix)}"
        name = control_name(fault.field)
        form.add_error(name if name in form.fields else None, words)


def show_error(form: forms.Form, error: SaishangError) -> None:
    """Put an error beside the field that it names, or above the form."""
    place = error.where if error.where in form.fields else None
    form.add_error(place, " ".join(wording.error_words(error)))

"""What browsers send, checked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.utils.translation import gettext_lazy as _

from .exports import DIALECTS
from .exports.profiles import BUILT_IN


class SignInForm(AuthenticationForm):
    """E-mail and password; one message for both, so that nobody can find out which addresses have an account."""

    username = forms.EmailField(label=_("E-mail"), max_length=254)
    error_messages = {
        "invalid_login": _("This e-mail and password do not fit together. Check both, and whether Caps Lock is on."),
        "inactive": _("This account is switched off. Ask your administrator to switch it on again."),
    }

    def __init__(self, request: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        common = {"class": "input", "required": True}
        self.fields["username"].widget.attrs |= common | {"autocomplete": "username", "autofocus": True}
        self.fields["password"].widget.attrs |= common | {"autocomplete": "current-password"}


class OwnPasswordForm(PasswordChangeForm):
    """Everybody changes their own; for a forgotten one an admin of their workspace makes a link."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs |= {"class": "input", "required": True}


REJECT_REASONS = (
    _("Duplicate"),
    _("Not an invoice"),
    _("Not addressed to us"),
    _("Wrong amounts; the vendor sends a new one"),
    _("Goods or services not received"),
)


class RejectForm(forms.Form):
    """One of the common reasons (``why``), words of one's own (``reason``), or both."""

    why = forms.CharField(required=False, max_length=200)
    reason = forms.CharField(label=_("Reason"), required=False, max_length=500)

    def clean(self) -> dict[str, Any]:
        given = [self.cleaned_data.get(name, "").strip() for name in ("why", "reason")]
        self.cleaned_data["reason"] = ". ".join(part for part in given if part)
        if not self.cleaned_data["reason"] and "reason" not in self.errors:
            self.add_error("reason", _("Say in a few words why this document is rejected."))
        return self.cleaned_data


class ExportForm(forms.Form):
    format = forms.ChoiceField(
        choices=[(name, label) for name, (label, _kind, _levels) in BUILT_IN.items()], required=False
    )
    dialect = forms.ChoiceField(choices=[(name, name) for name in DIALECTS], required=False)
    bom = forms.BooleanField(required=False)
    mark = forms.BooleanField(required=False)

    def clean_format(self) -> str:
        return self.cleaned_data["format"] or next(iter(BUILT_IN))

    def clean_dialect(self) -> str:
        return self.cleaned_data["dialect"] or next(iter(DIALECTS))

    def clean(self) -> dict[str, Any]:
        """What is unknown falls back to the default: an old bookmark still gives a file."""
        defaults = {"format": next(iter(BUILT_IN)), "dialect": next(iter(DIALECTS))}
        self.cleaned_data = defaults | self.cleaned_data
        return self.cleaned_data

"""What the settings pages send, checked for its form; whether it makes sense is for the services to say."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import SetPasswordForm
from django.utils.translation import gettext_lazy as _

from . import services
from .models import Role, User


class SettingsForm(forms.Form):
    """Inputs in the product's look, each tied to its help and its errors for screen readers."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            attrs = field.widget.attrs
            attrs["class"] = "input"
            about = [f"help-{name}"] if field.help_text else []
            about += [f"error-{name}"] if self.is_bound and name in self.errors else []
            if about:
                attrs["aria-describedby"] = " ".join(about)
            if self.is_bound and name in self.errors:
                attrs["aria-invalid"] = "true"

    def refuse(self, message: str, field: str | None = None) -> None:
        """What a service said, beside the field that it is about."""
        self.add_error(field, message)
        if field:
            self.fields[field].widget.attrs |= {"aria-invalid": "true", "aria-describedby": f"error-{field}"}


class LinesField(forms.CharField):
    """A list of texts, typed one a line."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in (super().to_python(value) or "").splitlines() if line.strip()]


class CompanyForm(SettingsForm):
    name = forms.CharField(label=_("Name of the workspace"), max_length=120)
    own_names = LinesField(
        label=_("Names of your company"),
        required=False,
        help_text=_("As vendors write them, one a line: “Acme GmbH”, “Acme”. They are never taken for the vendor."),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )
    own_tax_ids = LinesField(
        label=_("Your VAT IDs and tax numbers"),
        required=False,
        help_text=_("One a line. They are never taken for the vendor's. The check digits of VAT IDs are checked."),
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )

    def clean_own_tax_ids(self) -> list[str]:
        numbers: list[str] = self.cleaned_data["own_tax_ids"]
        for number in numbers:
            try:
                services.tax_id_check(number)
            except services.InvalidValue as error:
                raise forms.ValidationError(error.message) from None
        return numbers


class InviteForm(SettingsForm):
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.REVIEWER)


class ApprovalForm(SettingsForm):
    second_approval_from = forms.DecimalField(
        label=_("Second approval from"),
        required=False,
        max_digits=14,
        decimal_places=2,
        min_value=0,
        localize=True,
        help_text=_(
            "Invoices of this gross total or more need the approval of two different people. Empty: one is enough."
        ),
    )


class LimitsForm(SettingsForm):
    max_upload_mb = forms.IntegerField(label=_("Largest file, in MB"), required=False, min_value=1)
    max_pages = forms.IntegerField(label=_("Most pages of a document"), required=False, min_value=1)
    deleted_kept_days = forms.IntegerField(
        label=_("Days until deleted documents are removed for good"), required=False, min_value=0
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, most in (
            ("max_upload_mb", settings.MAX_UPLOAD_MB),
            ("max_pages", settings.MAX_PAGES),
            ("deleted_kept_days", settings.DELETED_KEPT_DAYS),
        ):
            field = self.fields[name]
            field.help_text = _("At most %(most)d, which is also what holds when this is empty.") % {"most": most}
            field.widget.attrs |= {"max": most, "placeholder": most}
            field.widget.attrs.setdefault("aria-describedby", f"help-{name}")


class WorkspaceForm(SettingsForm):
    name = forms.CharField(label=_("Name of the workspace"), max_length=120)


class ProfileForm(SettingsForm):
    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("As my browser asks")), *settings.LANGUAGES]
    )


class WelcomeForm(SetPasswordForm):  # type: ignore[type-arg]  # generic for type checkers only
    """A password chosen behind a link; the service writes it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs |= {"class": "input", "required": True}

    def save(self, commit: bool = True) -> User:
        user: User = self.user
        services.password_set(user=user, password=self.cleaned_data["new_password1"])
        return user

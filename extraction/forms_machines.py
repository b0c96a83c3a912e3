"""What the settings pages of API tokens and webhooks send, checked for its form."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .forms_settings import SettingsForm
from .models import Event, Scope, Webhook

LASTING = [("30", _("30 days")), ("90", _("90 days")), ("365", _("a year")), ("", _("no end"))]
TOLD = [(event.value, event.label) for event in Event if event != Event.TEST]


class Ticks(forms.CheckboxSelectMultiple):
    """A box for each choice, drawn by the page."""

    use_fieldset = True


class TokenForm(SettingsForm):
    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("What will use it: “ERP”, “Scanner app”. It is shown as the sender."),
    )
    scopes = forms.MultipleChoiceField(label=_("It may"), choices=Scope.choices, widget=Ticks)
    days = forms.ChoiceField(label=_("It works for"), choices=LASTING, initial="365", required=False)

    @property
    def expires_at(self) -> datetime | None:
        days = self.cleaned_data["days"]
        return timezone.now() + timedelta(days=int(days)) if days else None


class WebhookForm(SettingsForm):
    url = forms.CharField(
        label=_("Address"),
        max_length=1000,
        widget=forms.URLInput(attrs={"placeholder": "https://erp.example.com/invoicelens"}),
        help_text=_("Messages are sent there by POST."),
    )
    events = forms.MultipleChoiceField(
        label=_("Tell it when"), choices=TOLD, widget=Ticks, required=False, help_text=_("None ticked: of all of them.")
    )
    is_active = forms.BooleanField(label=_("Send messages"), required=False, initial=True)

    def __init__(self, *args: Any, webhook: Webhook | None = None, **kwargs: Any) -> None:
        known = {"url": webhook.url, "events": webhook.events, "is_active": webhook.is_active} if webhook else None
        super().__init__(*args, initial=known, **kwargs)
        self.fields["is_active"].widget.attrs["class"] = ""
        if webhook is None:
            del self.fields["is_active"]

"""Everything that must be done before the first request; safe to repeat at every start."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from extraction import services
from extraction.models import User


class Command(BaseCommand):
    help = "Migrates the database, collects static files, makes the first administrator, completes the search index."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        self._first_admin()
        if count := services.search_catch_up():
            self.stdout.write(f"Search: {count} documents indexed.")

    def _first_admin(self) -> None:
        if not settings.ADMIN_EMAIL and User.objects.filter(is_active=True, is_superuser=True).exists():
            return
        email = settings.ADMIN_EMAIL or "admin@localhost"
        known = User.objects.filter(email=email.lower()).exists()
        user, password = services.admin_ensure(email=email, password=settings.ADMIN_PASSWORD)
        if known:
            return
        self.stdout.write(f"\nAdministrator: {user.email}")
        if password:
            self.stdout.write(f"Password:      {password}   (shown only now; change it after signing in)\n")
        self.stdout.flush()

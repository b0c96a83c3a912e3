"""Make an administrator, or give one a new password."""

from __future__ import annotations

from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from extraction import services


class Command(BaseCommand):
    help = "Makes an administrator with a workspace. For one who exists, sets a new password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--password", default="", help="asked for when it is not given")

    def handle(self, *args: Any, email: str, password: str, **options: Any) -> None:
        try:
            validate_email(email)
            chosen = password or getpass("Password: ")
            validate_password(chosen)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        user, _ = services.admin_ensure(email=email, password=chosen)
        services.password_set(user=user, password=chosen)
        self.stdout.write(f"{user.email} can sign in as an administrator.")

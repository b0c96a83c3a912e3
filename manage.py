#!/usr/bin/env python
"""Django's command line; settings may stand in a file .env beside this one."""

import os
import sys
from pathlib import Path


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ocrsite.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from ocrsite.env import load_env_file

    try:
        load_env_file(Path(__file__).resolve().with_name(".env"))
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"Invoicelens cannot start: {error}")


if __name__ == "__main__":
    main()

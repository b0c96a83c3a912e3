"""Files that mean harm or went badly wrong, each small and made on the spot, with what reading it may end in.

>>> for hostile in HOSTILE_FILES.values():
...     (folder / hostile.file_name).write_bytes(hostile.data())
"""

from __future__ import annotations

from .containers import CONTAINERS
from .file import READ as READ
from .file import HostileFile as HostileFile
from .images import IMAGES
from .mail import MAILS
from .pdfs import PDFS
from .texts import TEXTS

HOSTILE_FILES: dict[str, HostileFile] = {**PDFS, **IMAGES, **TEXTS, **CONTAINERS, **MAILS}

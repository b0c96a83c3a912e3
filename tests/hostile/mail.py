from .file import HostileFile

MAILS: dict[str, HostileFile] = {}

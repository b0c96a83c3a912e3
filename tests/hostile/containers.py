from .file import HostileFile

CONTAINERS: dict[str, HostileFile] = {}

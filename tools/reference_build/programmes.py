from .manifest import Record


def build(record: Record) -> None:
    pass

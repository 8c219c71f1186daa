"""What the rest of the house may ask of the store, in the words of the model.

A `Store` is opened once. `reading()` and `writing()` give a transaction; everything else is a
method of that, written where its subject is: athletes, sources, files, corrections, shoes,
activities, counting, answers, days, deriving, letters, outbox, grants. A writing transaction is
all or nothing, and the only one at its time.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.orm import Session

from pipeline.store.answers import Answers
from pipeline.store.counting import Counting
from pipeline.store.days import Days
from pipeline.store.deriving import Deriving
from pipeline.store.engine import READING, database_errors, open_engine
from pipeline.store.grants import Grants
from pipeline.store.outbox import Claim, Outbox, Settled
from pipeline.store.rows import Correction, RawFile, SeenFile, StoredActivity, StoredLetter, Told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

__all__ = [
    "Claim",
    "Correction",
    "RawFile",
    "SeenFile",
    "Settled",
    "Store",
    "StoredActivity",
    "StoredLetter",
    "Told",
    "Transaction",
]


class Transaction(Counting, Answers, Days, Deriving, Outbox, Grants):
    """Everything that can be asked and told within one transaction."""


class Store:
    """The database of one installation."""

    def __init__(self, url: str) -> None:
        """Open it, on the newest schema; raises StoreError where that cannot be."""
        self.engine: Engine = open_engine(url)

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """A transaction that sees one state of the store and changes nothing."""
        engine = self.engine.execution_options(**{READING: True})
        with database_errors(self.engine), Session(engine) as session:
            yield Transaction(session)

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """A transaction that is kept whole when the block ends, and not at all if it raises."""
        with database_errors(self.engine), Session(self.engine) as session, session.begin():
            yield Transaction(session)

    def damage(self) -> str | None:
        """What is wrong inside the database; None when it is sound."""
        if self.engine.dialect.name != "sqlite":
            return None
        with self.reading() as transaction:
            told = transaction.session.execute(text("PRAGMA quick_check(1)")).scalar()
        return None if told == "ok" else str(told)

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()

"""What a piece of work costs: the processor's seconds, whatever else the machine does.

- `cost()`: `with cost() as spent: …`, then `spent.seconds`.
"""

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(slots=True)
class Spent:
    """Seconds of this process's processor time; 0.0 until the block has ended."""

    seconds: float = 0.0


@contextmanager
def cost() -> Iterator[Spent]:
    """Measure a block.

    What earlier tests have left in memory is set aside first: a long run keeps a million
    objects, and going through them would count as work of the block. The block's own are
    still gone through.
    """
    spent = Spent()
    gc.freeze()
    try:
        begun = time.process_time()
        yield spent
        spent.seconds = time.process_time() - begun
    finally:
        gc.unfreeze()

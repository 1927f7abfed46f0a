"""What can go wrong, as exceptions.

The messages are those of the command line: what was expected, what was found, and what to do.
"""

from __future__ import annotations

__all__ = [
    "BadReading",
    "FathomError",
    "InvalidInput",
    "ModelNotFound",
    "UnsupportedModel",
    "WrongType",
]


class FathomError(Exception):
    """Anything that Fathom raises, but for files that can't be written (``OSError``) and Ctrl-C (``KeyboardInterrupt``)."""


class InvalidInput(FathomError, ValueError):
    """The request can't be meant: a position outside the run, an empty prompt, a layer that the model does not have."""


class WrongType(InvalidInput, TypeError):
    """The request is of the wrong kind: text where token ids belong, say."""


class ModelNotFound(FathomError, LookupError):
    """No model of this name: it is unknown, not on this machine, or can't be fetched."""


class UnsupportedModel(FathomError):
    """The model is sound, but Fathom does not run its architecture, an option of it, or how its weights are stored."""


class BadReading(FathomError):
    """The file is no reading, or contradicts itself."""

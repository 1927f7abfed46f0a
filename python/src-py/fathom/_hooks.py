"""Functions that hear the states of a run, and may change them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ._errors import InvalidInput, WrongType

if TYPE_CHECKING:
    from typing import TypeAlias

#: Takes a state, a read-only f32 array ``[T, d]``, and returns the one that the run goes on with, or ``None``.
Hook: TypeAlias = "Callable[[Any], Any]"

#: The same as the native half calls it: bytes of f32 and their shape in, bytes out.
Native: TypeAlias = "Callable[[bytes, tuple[int, ...]], bytes | None]"


def hooked(hooks: Mapping[str, Hook]) -> list[tuple[str, Native]]:
    """The hooks as the native half calls them.

    Raises:
        WrongType: they are no mapping of names to functions.
    """
    if not isinstance(hooks, Mapping):
        raise WrongType(f"hooks is a dict of functions by site, as {{\"14.resid_post\": f}}, found {type(hooks).__name__}")
    for name, hook in hooks.items():
        if not isinstance(name, str) or not callable(hook):
            raise WrongType(f"hooks: {name!r} should be a site's name with a function, found {type(hook).__name__}")
    return [(name, _native(name, hook)) for name, hook in hooks.items()]


def _native(name: str, hook: Hook) -> Native:
    import numpy

    def call(values: bytes, shape: tuple[int, ...]) -> bytes | None:
        returned = hook(numpy.frombuffer(values, dtype=numpy.float32).reshape(shape))
        if returned is None:
            return None
        array = numpy.ascontiguousarray(returned, dtype=numpy.float32)
        if array.shape != shape:
            raise InvalidInput(f"the hook at {name} should return an array of shape {shape}, found {array.shape}")
        return array.tobytes()

    return call

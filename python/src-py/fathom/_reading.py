"""A reading: what a lens saw. It draws itself, and is data."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import _display
from ._errors import InvalidInput
from ._fathom import NativeReading

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas  # type: ignore[import-untyped, unused-ignore]
    import polars
    import pyarrow  # type: ignore[import-untyped, unused-ignore]

    from ._fathom import NativeTable

__all__ = ["Reading", "load_reading"]

#: What stands in memory for no token and no rank.
_NONE = 0xFFFF_FFFF

#: The table that a view's data are, where nothing else is said.
_TABLES = {"predictions": "candidates", "rankings": "targets", "watch": "watched"}


def load_reading(path: str | os.PathLike[str]) -> Reading:
    """A reading that was saved as ``.pack`` or ``.json``, by this package or by the command line (``-o``).

    Raises:
        BadReading: the file is no reading, or contradicts itself.
        OSError: the file can't be read.
    """
    return Reading(NativeReading.load(path))


class Reading:
    """What a lens saw at some layers and positions of a run, and how it is drawn.

    It displays itself in notebooks (interactively, and as a figure where scripts are not run) and prints as text.
    Every number is there: as numpy arrays (:meth:`to_numpy`, without a copy), and as tables through the Arrow PyCapsule
    interface, which polars, pandas, pyarrow, DuckDB and others take as it is: ``polars.DataFrame(reading)``.

    Tables: ``"cells"``, a row a layer and position, with candidates and watched tokens as lists; ``"targets"``, the same
    without the lists; ``"candidates"`` and ``"watched"``, a row each. By default the one that the view shows.
    Probabilities are over the whole vocabulary, ranks start at 1, entropy, KL and surprisal are in bits; ``layer`` is -1
    for the embedding, ``position`` is where the state sits (position p predicts token p + 1).

    >>> reading = lm("The keys to the cabinet").reading()
    >>> reading == load_reading(reading.save(tmp / "keys.pack"))
    True
    """

    def __init__(
        self,
        native: NativeReading,
        *,
        view: str | None = None,
        position: int | None = None,
        top_k: int = 10,
        with_prompt: bool = False,
        metric: str = "rank",
        theme: str = "light",
        again: Callable[[list[str | int]], Reading] | None = None,
    ) -> None:
        self._native = native
        # The same cells of the same run with other tokens watched; nothing of what was loaded or unpickled.
        self._again = again
        #: ``"predictions"``, ``"rankings"``, ``"watch"`` or ``"read"`` (everything); of another grid than a lens reading
        #: ``"divergence"`` or ``"heatmap"``.
        self.view = native.view if view is None else view
        self._position = position
        self._top_k = top_k
        self._with_prompt = with_prompt
        self._metric = metric
        self._theme = theme
        self._head: dict[str, Any] | None = None
        # Refused here rather than when it is shown.
        self._native.check_look(self._look)

    @property
    def _look(self) -> tuple[str, int | None, int, bool, str, str]:
        return self.view, self._position, self._top_k, self._with_prompt, self._metric, self._theme

    def drawn(
        self,
        view: str | None = None,
        *,
        position: int | None = None,
        top_k: int | None = None,
        with_prompt: bool | None = None,
        metric: str | None = None,
        theme: str | None = None,
    ) -> Reading:
        """The same reading, drawn otherwise: another view (``position``: of the state), metric or theme.

        >>> reading = lm("The keys to the cabinet").reading()
        >>> dark = reading.drawn(metric="entropy", theme="dark")
        """
        return Reading(
            self._native,
            view=self.view if view is None else view,
            position=self._position if position is None else position,
            top_k=self._top_k if top_k is None else top_k,
            with_prompt=self._with_prompt if with_prompt is None else with_prompt,
            metric=self._metric if metric is None else metric,
            theme=self._theme if theme is None else theme,
            again=self._again,
        )

    def widget(
        self,
        compare: Reading | None = None,
        *,
        theme: str = "auto",
        height: int | None = None,
        view: str | None = None,
    ) -> Any:
        """The explorer as a live notebook widget (anywidget). Unlike the display that every reading has, it can be asked
        for words that were not watched: the kernel answers with their true ranks. Needs ``anywidget``.

        Args:
            compare: a second reading, to see side by side.
            theme: ``"auto"`` follows the notebook; ``"light"`` or ``"dark"``.
            height: pixels; by default as the layers need.
            view: ``"heatmap"``, ``"watch"``, ``"compare"`` or ``"table"``.
        """
        from . import _widget

        shown = view or ("compare" if compare is not None else "watch" if self.view == "watch" else "heatmap")
        first: dict[str, Any] = {"view": shown, "metric": self._metric, "theme": theme, "ask": self._again is not None}
        first["watch"] = [watched["ids"][0] for watched in self.head.get("watched", [])][:8]
        if self._position is not None:
            first["position"] = self._position
        if height is not None:
            first["height"] = height
        return _widget.widget(self, compare, first)

    # ---- What it is

    @property
    def head(self) -> dict[str, Any]:
        """The reading's JSON form without its cells: model, lens, precision, sampling, tokens, rows, positions, watched."""
        if self._head is None:
            self._head = json.loads(self._native.head_json())
        return self._head

    @property
    def rows(self) -> list[tuple[str, int]]:
        """The rows, by site and layer (-1: the embedding)."""
        return self._native.rows()

    @property
    def positions(self) -> list[int]:
        """The positions of the states that were read."""
        return self._native.positions()

    @property
    def n_input_tokens(self) -> int:
        """Number of tokens before the first output token."""
        return self._native.prompt_len

    def best(self, row: int = -1, column: int = 0) -> str:
        """The text of the best candidate of a cell: by default of the last layer, at the first position read."""
        top = self._column("top_id")
        if top.size == 0:
            raise InvalidInput("this reading keeps no candidates: read it with top_k=1 or more")
        best = int(top[row, column, 0])
        if best == _NONE:
            raise InvalidInput(f"this cell has no numbers: {self.note}")
        return self._native.text(best)

    @property
    def note(self) -> str | None:
        """Why cells have no numbers: where in the run something was first not finite (NaN or infinite). None where all is."""
        place = self.head.get("not_finite")
        return None if place is None else str(place["note"])

    # ---- Data

    def to_numpy(self) -> dict[str, npt.NDArray[Any]]:
        """The columns as arrays: ``[rows, positions]``, and ``[rows, positions, k]`` of candidates (``top_…``) and watched
        tokens (``watch_…``). Read-only views of the reading's own memory, which they keep alive.

        A number that is not finite is NaN, and so is what rests on it (a cell of a state that is not finite has no
        numbers); :attr:`note` says where that began. Ranks and ids, ``uint32`` otherwise, are then a copy as ``float64``
        with NaN, as pandas makes of integers with gaps. In Arrow tables, and so in polars and pyarrow, all of them are
        null."""
        return {name: self._whole(name) for name in self._native.column_names()}

    def _column(self, name: str) -> npt.NDArray[Any]:
        """A column as it lies in memory: ranks and ids that are none are :data:`_NONE`."""
        import numpy as np

        return np.asarray(self._native.column(name))

    def _whole(self, name: str) -> npt.NDArray[Any]:
        """A column with NaN for what is none."""
        import numpy as np

        column = self._column(name)
        if column.dtype.kind != "u" or self.note is None or not (column == _NONE).any():
            return column
        return np.where(column == _NONE, np.nan, column.astype(np.float64))

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._table(None).__arrow_c_stream__(requested_schema)

    def to_arrow(self, table: str | None = None) -> pyarrow.Table:
        """A pyarrow table (see the class) that shares its memory. Needs ``pyarrow``."""
        return _needed("pyarrow", "arrow").table(self._table(table))

    def to_polars(self, table: str | None = None) -> polars.DataFrame:
        """A polars frame. Needs ``polars``."""
        return _needed("polars", "polars").DataFrame(self._table(table))

    def to_pandas(self, table: str | None = None) -> pandas.DataFrame:
        """A pandas frame. Needs ``pandas`` and ``pyarrow``."""
        _needed("pandas", "pandas")
        frame: pandas.DataFrame = _needed("pyarrow", "pandas").table(self._table(table)).to_pandas()
        return frame

    def to_json(self) -> str:
        """The JSON form, ``fathom.reading/1`` (``fathom.grid/1`` of another grid), as the command line's ``--json``."""
        return self._native.json()

    def to_bytes(self) -> bytes:
        """The compact binary form (``.pack``), read back bit for bit."""
        return self._native.pack()

    def save(self, path: str | os.PathLike[str], *, scale: float = 2.0) -> str:
        """Writes a file, its form chosen by its name: the figure as ``.svg`` or ``.png`` (``scale``: pixels for each of
        its units), the explorer as ``.html``, all numbers as ``.json``, ``.csv``, ``.parquet`` or ``.pack``. What was
        there before stays until the new file is whole. Returns the path."""
        name = os.fspath(path)
        self._native.save(name, self._look, scale)
        return name

    def _table(self, name: str | None) -> NativeTable:
        return self._native.table(_TABLES.get(self.view, "cells") if name is None else name)

    # ---- Figures

    def to_svg(self) -> str:
        """The figure, for papers."""
        return self._native.draw_svg(self._look)

    def to_png(self, *, scale: float = 2.0) -> bytes:
        """The figure as a picture."""
        png, _ = self._native.draw_png(self._look, scale)
        return png

    def to_html(self) -> str:
        """The explorer in one page that holds all it needs."""
        return self._native.html()

    def to_text(self, width: int | None = None) -> str:
        """The figure in plain text, at most ``width`` columns wide (by default as wide as the terminal)."""
        return self._native.draw_text(self._look, _width() if width is None else width, False)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return _display.bundle(self)

    def __repr__(self) -> str:
        return self.to_text().rstrip("\n")

    # ---- The object

    def __eq__(self, other: object) -> bool:
        """Whether all numbers, tokens and words are the same, however they are drawn."""
        return self._native == other._native if isinstance(other, Reading) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> Any:
        return _restored, (self.to_bytes(), self._look)


def _restored(pack: bytes, look: tuple[str, int | None, int, bool, str, str]) -> Reading:
    view, position, top_k, with_prompt, metric, theme = look
    return Reading(
        NativeReading.from_bytes(pack),
        view=view,
        position=position,
        top_k=top_k,
        with_prompt=with_prompt,
        metric=metric,
        theme=theme,
    )


def _width() -> int:
    return min(max(shutil.get_terminal_size((100, 24)).columns, 40), 160)


def _needed(module: str, extra: str) -> Any:
    import importlib

    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ImportError(f"{module} is needed for this: pip install 'fathom-lens[{extra}]'") from error

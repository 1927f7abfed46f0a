"""Fathom: see how a language model finds the words to say.

A transformer's hidden state after every layer is projected through the model's own head onto the vocabulary: what it
would have said there. The calls are those of Ecco, of the article *Finding the Words to Say*:

>>> import fathom
>>> lm = fathom.from_pretrained()                      # or "distilgpt2", "org/name", a folder, a .gguf file
>>> output = lm.generate(" 1, 1, 1,", generate=1)
>>> view = output.layer_predictions(position=output.n_input_tokens, layer=lm.n_layers - 1)
>>> view.best()
' '

What a call returns draws itself in notebooks and terminals, and is data: ``to_polars()``, ``to_pandas()``,
``to_arrow()``, ``to_numpy()``, ``save("figure.svg")``.
"""

from __future__ import annotations

from ._display import display_as
from ._errors import BadReading, FathomError, InvalidInput, ModelNotFound, UnsupportedModel, WrongType
from ._fathom import DEFAULT_MODEL, __version__
from ._model import Model, from_pretrained
from ._output import HiddenStates, Output
from ._reading import Reading, load_reading
from ._stream import Step, Stream
from ._tokenizer import Token, Tokenizer
from ._torch import from_torch

__all__ = [
    "DEFAULT_MODEL",
    "BadReading",
    "FathomError",
    "HiddenStates",
    "InvalidInput",
    "Model",
    "ModelNotFound",
    "Output",
    "Reading",
    "Step",
    "Stream",
    "Token",
    "Tokenizer",
    "UnsupportedModel",
    "WrongType",
    "__version__",
    "display_as",
    "from_pretrained",
    "from_torch",
    "load_reading",
]

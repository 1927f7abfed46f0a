"""The same experiment with Fathom, every view drawn: `python with_fathom.py`."""

import fathom

lm = fathom.from_pretrained(offline=True)
output = lm.generate("The keys to the cabinet", generate=8)
output.layer_predictions(position=output.n_input_tokens).to_svg()
output.rankings().to_svg()
output.rankings_watch(watch=[" is", " are"], position=output.n_input_tokens).to_svg()

"""The article's experiment in Ecco's stack: `python with_ecco.py FOLDER`, a folder that transformers has saved."""

import sys

import ecco

# Ecco knows a model that is not in its list by these names.
config = {"embedding": "model.embed_tokens.weight", "type": "causal", "activations": ["down_proj"], "token_prefix": "Ġ", "partial_token_prefix": ""}
lm = ecco.from_pretrained(sys.argv[1], model_config=config, verbose=False)
output = lm.generate("The keys to the cabinet", generate=8, output_hidden_states=True)
output.layer_predictions(position=output.n_input_tokens)
output.rankings()
watch = [lm.tokenizer(word)["input_ids"][0] for word in (" is", " are")]
output.rankings_watch(watch=watch, position=output.n_input_tokens)

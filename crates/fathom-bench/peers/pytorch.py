"""The lens, the forward pass and generation as PyTorch does them; `cargo xtask bench --peers` asks, line by line.

A request is one line of JSON on standard input, the answer one line on standard output. See peers/mod.rs.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import transformers
from torch.nn.functional import linear, softmax

import torch

TOP = 10
# Rows of a chunk: 50 MB of logits. The fastest of 64, 128, 256, 512 and 1024 on the machine it was written on.
CHUNK = 256


def expert(norm, weight, states, targets):
    """The lens as someone writes it who knows PyTorch: chunks of rows, one product each, no loop over cells, no sort.

    states [L, T, d]; returns ranks [L, T]. Less than a reading: no entropy, no KL.
    """
    rows = states.reshape(-1, states.shape[-1])
    targets = targets.repeat(states.shape[0])
    ranks = []
    for chunk, target in zip(rows.split(CHUNK), targets.split(CHUNK)):
        logits = linear(norm(chunk).to(weight.dtype), weight)
        log_sum = logits.float().logsumexp(-1)
        best = logits.topk(TOP)
        own = logits.gather(-1, target[:, None])
        ranks.append((logits > own).sum(-1) + 1)
        del log_sum, best
    return torch.cat(ranks).reshape(states.shape[:2])


def one_by_one(norm, weight, states, targets, positions):
    """The lens as Ecco's loops do it: each cell alone, the whole vocabulary sorted. Returns ranks [L, positions]."""
    ranks = []
    for layer in states:
        for position in positions:
            logits = linear(norm(layer[position]), weight)
            probabilities = softmax(logits, dim=-1)
            order = torch.argsort(logits)
            best = [(int(i), float(probabilities[i])) for i in order[-TOP:].flip(0)]
            place = torch.nonzero(order == targets[position]).flatten()
            ranks.append(order.shape[0] - int(place))
            del best
    return torch.tensor(ranks).reshape(len(states), len(positions))


class Worker:
    def __init__(self, path):
        load = transformers.AutoModelForCausalLM.from_pretrained
        self.model = load(str(path.parent), gguf_file=path.name, dtype=torch.float32).eval()
        self.weight = {"f32": self.model.lm_head.weight, "bf16": self.model.lm_head.weight.bfloat16()}

    def states(self, path, layers, ids, targets):
        """Takes the states that Fathom recorded, so that both read the same ones."""
        width = self.model.config.hidden_size
        states = np.fromfile(path, dtype=np.float32).reshape(layers, len(ids), width)
        self.hidden, self.ids, self.targets = torch.from_numpy(states), torch.tensor([ids]), torch.tensor(targets)
        return {}

    def lens(self, precision):
        norm, weight = self.model.model.norm, self.weight[precision]
        return timed(lambda: expert(norm, weight, self.hidden, self.targets).flatten().tolist(), "ranks")

    def loops(self, positions):
        norm, weight = self.model.model.norm, self.weight["f32"]
        return timed(lambda: one_by_one(norm, weight, self.hidden, self.targets, positions).flatten().tolist(), "ranks")

    def forward(self):
        # The lens wants hidden states and no logits, so the head is left out, as in Fathom's forward pass.
        run = lambda: len(self.model.model(self.ids, output_hidden_states=True, use_cache=False).hidden_states)
        return timed(run, "states")

    def generate(self, tokens):
        run = lambda: self.model.generate(
            self.ids, attention_mask=torch.ones_like(self.ids), max_new_tokens=tokens, min_new_tokens=tokens,
            do_sample=False, pad_token_id=0,
        )[0, self.ids.shape[1]:].tolist()
        return timed(run, "tokens")


def timed(run, name):
    start = time.perf_counter()
    result = run()
    return {"seconds": time.perf_counter() - start, name: result}


def main():
    answers = sys.stdout
    sys.stdout = sys.stderr  # what libraries print is no answer
    worker = Worker(Path(sys.argv[1]))
    ready = {"versions": {"torch": torch.__version__, "transformers": transformers.__version__}}
    print(json.dumps(ready), file=answers, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        torch.set_num_threads(request.pop("threads"))
        with torch.inference_mode():
            answer = getattr(worker, request.pop("do"))(**request)
        print(json.dumps(answer), file=answers, flush=True)


main()

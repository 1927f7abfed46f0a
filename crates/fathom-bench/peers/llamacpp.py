"""Prompts and generation as llama.cpp does them; `cargo xtask bench --peers` asks, line by line, as in pytorch.py."""

import json
import sys
import time

import llama_cpp

CONTEXT = 2048

# llama.cpp of 0.3.36 crashes (SIGSEGV) where it repacks Q4_1 for AMX: without its extra buffers it computes as on processors
# that have none, with AVX-512. For Q4_1 it has no other repacked form.
_defaults = llama_cpp.llama_cpp.llama_model_default_params


def _plain_buffers():
    params = _defaults()
    params.use_extra_bufts = False
    return params


llama_cpp.llama_cpp.llama_model_default_params = _plain_buffers


class Worker:
    def __init__(self, path):
        self.path, self.models = path, {}

    def model(self, threads):
        if threads not in self.models:
            self.models[threads] = llama_cpp.Llama(
                self.path, n_ctx=CONTEXT, n_batch=CONTEXT, n_threads=threads, n_threads_batch=threads, verbose=False
            )
        return self.models[threads]

    def forward(self, threads, ids):
        model = self.model(threads)
        model.reset()
        start = time.perf_counter()
        model.eval(ids)
        return {"seconds": time.perf_counter() - start}

    def generate(self, threads, ids, tokens):
        """Greedy; the prompt counts too, as it does for the others."""
        model = self.model(threads)
        model.reset()
        start = time.perf_counter()
        model.eval(ids)
        made = []
        for _ in range(tokens):
            made.append(model.sample(temp=0.0))
            model.eval(made[-1:])
        return {"seconds": time.perf_counter() - start, "tokens": made}


def main():
    answers = sys.stdout
    sys.stdout = sys.stderr  # what libraries print is no answer
    worker = Worker(sys.argv[1])
    print(json.dumps({"versions": {"llama-cpp-python": llama_cpp.__version__}}), file=answers, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        answer = getattr(worker, request.pop("do"))(**request)
        print(json.dumps(answer), file=answers, flush=True)


main()

"""Records what the reference computes, for the tests of this package.

    python record.py CHECKOUT

CHECKOUT is OpenGVLab/InternVL at 2410d1db; the rotary classes are executed out of its modeling files. transformers
4.55.4 and torch (CPU) do the rest. Writes rope.json, warp.json and beams.json beside this file. Seed 20.
"""
import ast
import json
import math
import sys
from pathlib import Path
from types import SimpleNamespace

import torch
from torch import nn
from transformers import LogitsProcessorList, PretrainedConfig, PreTrainedModel
from transformers.generation import GenerationMixin
from transformers.generation import logits_process as processors
from transformers.modeling_outputs import CausalLMOutput
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

HERE = Path(__file__).parent
torch.set_num_threads(1)


def classes(path, suffix):
    """The classes of a modeling file whose names end so, without importing what the file imports."""
    names = {"torch": torch, "nn": nn, "math": math}
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ClassDef) and node.name.endswith(suffix):
            exec(compile(ast.Module([node], []), str(path), "exec"), names)
    return names


def rounded(tensor):
    """Float32 numbers, short and exact."""
    return [float(f"{value:.9g}") for value in tensor.double().flatten().tolist()]


def rope(checkout):
    models = checkout / "internvl_chat/internvl/model"
    internlm2 = classes(models / "internlm2/modeling_internlm2.py", "RotaryEmbedding")
    phi3 = classes(models / "phi3/modeling_phi3.py", "RotaryEmbedding")
    records = []

    def add(name, spec, head, tokens, positions, cos, sin, inverse):
        half = head // 2
        records.append({
            "name": name, "rope": spec, "headSize": head, "tokens": tokens, "positions": positions,
            "inverseFrequencies": rounded(inverse),
            "cos": [rounded(cos[position][:half]) for position in positions],
            "sin": [rounded(sin[position][:half]) for position in positions],
        })

    for name, spec, head, tokens in [
        ("internlm2", {"type": "default", "theta": 1000000}, 128, 4096),
        ("small head", {"type": "default", "theta": 10000}, 12, 300),
        ("linear", {"type": "linear", "theta": 10000, "factor": 3.0}, 64, 4096),
        ("dynamic within", {"type": "dynamic", "theta": 1000000, "factor": 2.0, "maxPositions": 32768}, 128, 32768),
        ("dynamic 40000", {"type": "dynamic", "theta": 1000000, "factor": 2.0, "maxPositions": 32768}, 128, 40000),
        ("dynamic 65536", {"type": "dynamic", "theta": 1000000, "factor": 2.0, "maxPositions": 32768}, 128, 65536),
        ("dynamic factor 3", {"type": "dynamic", "theta": 1000000, "factor": 3.0, "maxPositions": 32768}, 128, 40000),
    ]:
        cls = {"default": "InternLM2RotaryEmbedding", "linear": "InternLM2LinearScalingRotaryEmbedding",
               "dynamic": "InternLM2DynamicNTKScalingRotaryEmbedding"}[spec["type"]]
        more = {"scaling_factor": spec["factor"]} if "factor" in spec else {}
        made = internlm2[cls](head, spec.get("maxPositions", tokens), spec["theta"], **more)
        cos, sin = made(torch.zeros(1), seq_len=tokens)
        add(name, spec, head, tokens, [0, 1, tokens // 3, tokens - 1], cos, sin, made.inv_freq)

    half = 48
    short = [1 + 0.03 * index for index in range(half)]
    long = [1 + 0.9 * index for index in range(half)]
    for kind, cls in [("su", "Phi3SuScaledRotaryEmbedding"), ("yarn", "Phi3YarnScaledRotaryEmbedding")]:
        for tokens in (4096, 4097):
            config = SimpleNamespace(
                max_position_embeddings=131072, original_max_position_embeddings=4096, rope_theta=10000.0,
                rope_scaling={"short_factor": short, "long_factor": long})
            made = phi3[cls](96, config)
            cos, sin = made(torch.zeros(1), torch.arange(tokens)[None])
            spec = {"type": "longrope", "theta": 10000, "shortFactor": short, "longFactor": long,
                    "originalMaxPositions": 4096, "maxPositions": 131072, "kind": kind}
            add(f"{kind} {tokens}", spec, 96, tokens, [0, 1, tokens // 3, tokens - 1], cos[0], sin[0], made.inv_freq)

    config = SimpleNamespace(
        rope_theta=500000.0, head_dim=128, hidden_size=4096, num_attention_heads=32, max_position_embeddings=131072,
        rope_scaling={"factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                      "original_max_position_embeddings": 8192})
    inverse, _ = ROPE_INIT_FUNCTIONS["llama3"](config, "cpu")
    angles = torch.arange(20000).float()[:, None] * inverse[None]
    spec = {"type": "llama3", "theta": 500000, "factor": 8, "lowFreqFactor": 1, "highFreqFactor": 4,
            "originalMaxPositions": 8192}
    add("llama3", spec, 128, 20000, [0, 1, 6666, 19999], angles.cos(), angles.sin(), inverse)
    return records


def warp():
    records = []
    vocabulary = 60
    for index, options in enumerate([
        {"temperature": 0.7},
        {"temperature": 0.7, "topK": 8},
        {"temperature": 1.3, "topP": 0.8},
        {"temperature": 1.0, "topP": 0.05},
        {"temperature": 1.0, "minP": 0.1},
        {"temperature": 1.7, "topK": 30, "topP": 0.9, "minP": 0.03},
        {"temperature": 0.9, "topP": 0.95, "minP": 0.2},
        {"repetitionPenalty": 1.2},
        {"repetitionPenalty": 0.8},
        {"repetitionPenalty": 1.1, "temperature": 0.7, "topK": 20, "topP": 0.95},
    ]):
        generator = torch.Generator().manual_seed(20 + index)
        logits = torch.randn(1, vocabulary, generator=generator) * 3
        history = torch.randint(0, vocabulary, (1, 25), generator=generator)
        chain = LogitsProcessorList()
        if "repetitionPenalty" in options:
            chain.append(processors.RepetitionPenaltyLogitsProcessor(options["repetitionPenalty"]))
        if options.get("temperature", 1.0) != 1.0:
            chain.append(processors.TemperatureLogitsWarper(options["temperature"]))
        if "topK" in options:
            chain.append(processors.TopKLogitsWarper(options["topK"]))
        if "topP" in options:
            chain.append(processors.TopPLogitsWarper(options["topP"]))
        if "minP" in options:
            chain.append(processors.MinPLogitsWarper(options["minP"]))
        scores = chain(history, logits.clone())
        kept = torch.isfinite(scores[0]).nonzero().flatten().tolist()
        records.append({"options": options, "logits": rounded(logits), "history": history[0].tolist(),
                        "kept": kept, "scores": rounded(scores[0][kept])})
    return records


class TableConfig(PretrainedConfig):
    model_type = "table"

    def __init__(self, vocab_size=12, **more):
        super().__init__(**more)
        self.vocab_size = vocab_size


class Table(PreTrainedModel, GenerationMixin):
    """Logits that depend on the last two tokens alone."""

    config_class = TableConfig

    def __init__(self, config, table):
        super().__init__(config)
        self.table = nn.Parameter(table)

    def prepare_inputs_for_generation(self, input_ids, **_):
        return {"input_ids": input_ids}

    def forward(self, input_ids, **_):
        before = torch.cat([torch.zeros_like(input_ids[:, :1]), input_ids[:, :-1]], dim=1)
        return CausalLMOutput(logits=self.table[before, input_ids])


def beams():
    vocabulary, stop = 12, [3, 7]
    generator = torch.Generator().manual_seed(20)
    table = torch.randn(vocabulary, vocabulary, vocabulary, generator=generator) * 1.5
    table[:, :, stop] += 0.4
    model = Table(TableConfig(vocab_size=vocabulary, is_decoder=True), table).eval()
    runs = []
    for prompt in ([1, 5], [2, 9, 4]):
        for beams in (1, 2, 4):
            for length_penalty in (1.0, 0.0, 2.0, -1.0):
                for early in (False, True, "never"):
                    for more in ({}, {"repetition_penalty": 1.3}, {"min_new_tokens": 4}):
                        if beams == 1 and (early is not False or length_penalty != 1.0):
                            continue
                        out = model.generate(
                            torch.tensor([prompt]), max_new_tokens=9, do_sample=False, num_beams=beams,
                            num_return_sequences=beams, length_penalty=length_penalty, early_stopping=early,
                            eos_token_id=stop, pad_token_id=0, output_scores=True, use_cache=False,
                            return_dict_in_generate=True, **more)
                        sequences = []
                        for row in out.sequences[:, len(prompt):].tolist():
                            ends = [place for place, id in enumerate(row) if id in stop]
                            sequences.append(row[: ends[0] + 1] if ends else row)
                        scores = rounded(out.sequences_scores) if beams > 1 else None
                        runs.append({
                            "prompt": prompt, "beams": beams, "lengthPenalty": length_penalty, "earlyStopping": early,
                            "repetitionPenalty": more.get("repetition_penalty", 1.0),
                            "minNewTokens": more.get("min_new_tokens", 0), "ids": sequences, "scores": scores})
    return {"vocabulary": vocabulary, "stopIds": stop, "maxNewTokens": 9, "table": rounded(table), "runs": runs}


def write(name, record):
    (HERE / name).write_text(json.dumps(record, separators=(",", ":")) + "\n")


write("rope.json", rope(Path(sys.argv[1])))
write("warp.json", warp())
write("beams.json", beams())

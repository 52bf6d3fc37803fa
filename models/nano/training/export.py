"""A training state -> a checkpoint as Hugging Face publishes one, weights in float16.

    python export.py OUT/answers.pt CHECKPOINT
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import save_file


def main() -> None:
    p = argparse.ArgumentParser()
    p.add_argument("state", type=Path)
    p.add_argument("checkpoint", type=Path)
    a = p.parse_args()
    weights = torch.load(a.state, weights_only=False)["net"]
    largest = max(float(weight.abs().max()) for weight in weights.values())
    if not largest < 65504:
        raise SystemExit(f"a weight of {largest} does not fit float16")
    save_file({name: weight.half().contiguous() for name, weight in weights.items()}, a.checkpoint / "model.safetensors", metadata={"format": "pt"})
    config = json.loads((a.checkpoint / "config.json").read_text())
    rows = weights["language_model.model.tok_embeddings.weight"].shape[0]
    if config["llm_config"]["vocab_size"] != rows:
        raise SystemExit(f"config.json says {config['llm_config']['vocab_size']} rows, the state has {rows}")


if __name__ == "__main__":
    main()

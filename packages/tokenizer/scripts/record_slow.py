"""Records what the slow Hugging Face classes do with the tokenizer files of checkpoints, one JSON file a checkpoint.

    python record_slow.py OUT CHECKPOINT... [--internlm2 FOLDER_OF tokenization_internlm2.py] [--seed 1] [--count 150]

Made with transformers 4.37.2 and sentencepiece 0.2.3. `tokenization_internlm2.py` is OpenGVLab/InternVL's (2410d1d,
internvl_chat/internvl/model/internlm2); it is imported, never copied.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from pathlib import Path

import transformers
from random_text import random_text


def load(folder: Path, internlm2: Path | None):
    name = json.loads((folder / "tokenizer_config.json").read_text())["tokenizer_class"]
    if name == "InternLM2Tokenizer":
        sys.path.insert(0, str(internlm2))
        from tokenization_internlm2 import InternLM2Tokenizer

        return InternLM2Tokenizer.from_pretrained(folder)
    return getattr(transformers, name).from_pretrained(folder)


def record(folder: Path, tokenizer, seed: int, count: int) -> dict:
    source = random.Random(f"{seed} {folder.name}")
    added = tokenizer.added_tokens_encoder
    size = max(len(tokenizer), *added.values()) + 1
    texts = [random_text(source, list(added)) for _ in range(count)]
    encoded = [[text, tokenizer(text)["input_ids"]] for text in dict.fromkeys(texts)]
    pairs = [[first, second, tokenizer(first, second)["input_ids"]] for first, second in zip(texts[:8], texts[8:16])]
    decoded = []
    for _ in range(count):
        kinds = [range(size), list(added.values()), range(min(size, 300))]
        ids = [source.choice(source.choice(kinds)) for _ in range(source.choice([0, 1, 2, 3, 5, 8, 12]))]
        try:
            decoded.append([ids, tokenizer.decode(ids), tokenizer.decode(ids, skip_special_tokens=True)])
        except (TypeError, KeyError):  # Qwen2Tokenizer cannot decode ids it does not have
            continue
    return {"made": f"record_slow.py, seed {seed}, transformers {transformers.__version__}", "encoded": encoded, "pairs": pairs, "decoded": decoded}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--internlm2", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=150)
    options = parser.parse_args()
    for folder in options.folders:
        made = record(folder, load(folder, options.internlm2), options.seed, options.count)
        lines = ",\n".join(f"{json.dumps(key)}: " + ("[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in value) + "\n]"
                                                     if isinstance(value, list) else json.dumps(value)) for key, value in made.items())
        (options.out / f"{folder.name}.json").write_text("{\n" + lines + "\n}\n")
        print(folder, len(made["encoded"]), len(made["decoded"]))


if __name__ == "__main__":
    main()

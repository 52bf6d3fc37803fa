"""Trains the SentencePiece BPE vocabulary of the nano model and encodes conversations with it, as InternLM2's tokenizer would.

`python vocabulary.py OUT` writes tokenizer.model, added_tokens.json, special_tokens_map.json and tokenizer_config.json to OUT.
"""

from __future__ import annotations

import json
import random
import re
import sys
from pathlib import Path

ADDED = ["<|im_end|>", "<|im_start|>", "<img>", "</img>", "<IMG_CONTEXT>", "<quad>", "</quad>", "<ref>", "</ref>", "<box>", "</box>"]
BOS, EOS, IGNORE = 1, 2, -100
SIZE = 1600 + len(ADDED)


def train(out: Path, samples: int = 12000, pieces: int = 1600) -> None:
    import sentencepiece as spm

    from scenes import sample

    rng = random.Random(20240404)
    lines: list[str] = []
    for _ in range(samples):
        for question, answer in sample(rng, turns=9).turns:
            for text in (question, answer):
                lines += [part for part in re.split(r"<[^>]*>|\n", text) if part]
        lines += ["system", "user", "assistant"]
    out.mkdir(parents=True, exist_ok=True)
    spm.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_prefix=str(out / "tokenizer"), model_type="bpe", vocab_size=pieces, character_coverage=1.0,
        byte_fallback=True, split_digits=True, add_dummy_prefix=False, remove_extra_whitespaces=False, normalization_rule_name="identity",
        allow_whitespace_only_pieces=True, minloglevel=2, unk_id=0, bos_id=1, eos_id=2, pad_id=-1, user_defined_symbols=["\n"])
    (out / "tokenizer.vocab").unlink()
    first = spm.SentencePieceProcessor(model_file=str(out / "tokenizer.model")).get_piece_size()
    (out / "added_tokens.json").write_text(json.dumps({token: first + i for i, token in enumerate(ADDED)}, indent=2) + "\n")
    special = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "</s>", "unk_token": "<unk>", "additional_special_tokens": ADDED}
    (out / "special_tokens_map.json").write_text(json.dumps(special, indent=2) + "\n")
    config = {"tokenizer_class": "InternLM2Tokenizer", "add_bos_token": True, "add_eos_token": False, "model_max_length": 4096, **special}
    (out / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n")


class Vocabulary:
    def __init__(self, folder: Path):
        import sentencepiece as spm

        self.pieces = spm.SentencePieceProcessor(model_file=str(folder / "tokenizer.model"))
        self.added: dict[str, int] = json.loads((folder / "added_tokens.json").read_text())
        self.size = self.pieces.get_piece_size() + len(self.added)
        self._split = re.compile("(" + "|".join(re.escape(t) for t in self.added) + ")")

    def encode(self, text: str) -> list[int]:
        ids: list[int] = []
        for part in self._split.split(text):
            if part in self.added:
                ids.append(self.added[part])
            elif part:
                ids += self.pieces.encode(part)
        return ids


if __name__ == "__main__":
    train(Path(sys.argv[1]))

"""Copies small parts of the shared test data into fixtures/tokenizers. Needs nothing but Python.

    python make_fixtures.py SHARED FIXTURES [--gguf SmolLM2-135M-Instruct.Q4_1.gguf]

Two real vocabularies (compressed) with samples of their vectors, and, from a real GGUF file, the metadata with the first 4,000 tokens.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import struct
from pathlib import Path

KEPT_TOKENS = 4000


def lines(header: dict, key: str, rows: list) -> str:
    return json.dumps(header, ensure_ascii=False)[:-1] + f', "{key}": [\n' + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]}\n"


def real(shared: Path, out: Path) -> None:
    vectors = shared / "tokenizers" / "vectors"
    source = random.Random(1)
    for name, file, sets in (("internlm2", "tokenizer.model", ["sentencepiece-internlm2", "sentencepiece-internlm2-decode", "sentencepiece-internlm2-prompts"]),
                             ("qwen2", "merges.txt", ["hf-rust-qwen2.5-internvl", "hf-rust-qwen2.5-internvl-decode", "public-internvl-qwen2.5"])):
        folder = out / name
        folder.mkdir(parents=True, exist_ok=True)
        with gzip.GzipFile(folder / f"{file}.gz", "wb", compresslevel=9, mtime=0) as packed:
            packed.write((shared / "tokenizers" / name / file).read_bytes())
        for stem in sets:
            made = json.loads((vectors / f"{stem}.json").read_text())
            rows = made.pop("vectors")
            (folder / f"{stem}.json").write_text(lines(made, "vectors", source.sample(rows, min(60, len(rows)))))


def cut_gguf(path: Path, out: Path) -> None:
    data, at = path.read_bytes()[:8_000_000], 24
    sizes = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}

    def take(length: int) -> bytes:
        nonlocal at
        at += length
        return data[at - length:at]

    def text() -> bytes:
        head = take(8)
        return head + take(struct.unpack("<Q", head)[0])

    def plain(kind: int) -> bytes:
        return text() if kind == 8 else take(sizes[kind])

    entries, kept = struct.unpack("<Q", data[16:24])[0], []
    tokens: set[bytes] = set()
    for _ in range(entries):
        key, kind = text(), take(4)
        if kind != b"\x09\0\0\0":
            kept.append(key + kind + plain(struct.unpack("<I", kind)[0]))
            continue
        of, count = take(4), struct.unpack("<Q", take(8))[0]
        items = [plain(struct.unpack("<I", of)[0]) for _ in range(count)]
        name = key[8:].decode()
        if name == "tokenizer.ggml.merges":
            items = [item for item in items if struct.pack("<Q", len(item) - 9) + item[8:].replace(b" ", b"", 1) in tokens]
        elif name.startswith("tokenizer.ggml."):
            items = items[:KEPT_TOKENS]
            tokens |= set(items) if name.endswith(".tokens") else set()
        kept.append(key + kind + of + struct.pack("<Q", len(items)) + b"".join(items))
    out.write_bytes(data[:8] + struct.pack("<QQ", 0, len(kept)) + b"".join(kept))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("shared", type=Path)
    parser.add_argument("fixtures", type=Path)
    parser.add_argument("--gguf", type=Path)
    options = parser.parse_args()
    real(options.shared, options.fixtures)
    if options.gguf:
        cut_gguf(options.gguf, options.fixtures / "smollm2-cut.gguf")


if __name__ == "__main__":
    main()

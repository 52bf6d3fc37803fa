"""Records what Google's SentencePiece itself does with a model, into a JSON file: text → ids and ids → text.

    python record_sentencepiece.py tokenizer.model OUT.json [--seed 1] [--count 300] [--ties]

`--ties` first writes the model anew with the scores of every second normal piece set to 0, so that equal scores, which SentencePiece
breaks from the left, are common (as in InternVL-C). Made with sentencepiece 0.2.3; a NUL is left out of the texts because that version reads
it otherwise than 0.1.97, which made the reference vectors.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

import sentencepiece
from random_text import random_text
from sentencepiece import sentencepiece_model_pb2 as proto


def with_ties(path: Path) -> None:
    model = proto.ModelProto()
    model.ParseFromString(path.read_bytes())
    for index, piece in enumerate(model.pieces):
        if piece.type == 1 and index % 2 == 0:
            piece.score = 0
    path.write_bytes(model.SerializeToString(deterministic=True))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--ties", action="store_true")
    options = parser.parse_args()
    if options.ties:
        with_ties(options.model)
    processor = sentencepiece.SentencePieceProcessor(model_file=str(options.model))
    source = random.Random(options.seed)
    size = processor.get_piece_size()
    texts = {random_text(source, []) for _ in range(options.count)}
    texts |= {"".join(processor.id_to_piece(source.randrange(259, size)) for _ in range(source.randrange(1, 9))) for _ in range(options.count)}
    encoded = [[text, processor.encode(text)] for text in sorted(texts)]
    decoded = []
    for _ in range(options.count):
        ids = [source.choice([source.randrange(3, 259), source.randrange(3, size)]) for _ in range(source.randrange(0, 12))]
        decoded.append([ids, processor.decode(ids)])
    made = f"record_sentencepiece.py, seed {options.seed}, sentencepiece {sentencepiece.__version__}"
    rows = {key: "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in value) + "\n]" for key, value in
            {"encoded": encoded, "decoded": decoded}.items()}
    options.out.write_text(f'{{\n"made": {json.dumps(made)},\n"encoded": {rows["encoded"]},\n"decoded": {rows["decoded"]}\n}}\n')
    print(options.out, len(encoded), len(decoded))


if __name__ == "__main__":
    main()

"""What OpenGVLab's own chat() answers to the questions about the samples: ids, text and the smallest gap between the best two logits.

    python record.py CHECKPOINT --reference CHECKOUT      # a checkout of OpenGVLab/InternVL; needs what fixtures/checkpoints/make/README.md lists

Rewrites CHECKPOINT/samples/samples.json. Float32 arithmetic on the stored weights, greedy, at most `max_dynamic_patch` tiles.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "fixtures/checkpoints/make"))

import opengvlab

LONGEST = 160  # new tokens


def main() -> None:
    p = argparse.ArgumentParser()
    p.add_argument("checkpoint", type=Path)
    p.add_argument("--reference", type=Path, required=True)
    a = p.parse_args()
    reference = opengvlab.Reference(a.reference, "internvl_chat", None)
    folder = a.checkpoint / "samples"
    path = folder / "samples.json"
    samples = json.loads(path.read_text())
    for sample in samples:
        for turn in sample["turns"]:
            run = {"name": sample["file"], "images": [{"file": sample["file"]}], "questions": [f"<image>\n{turn['question']}"], "max_new_tokens": LONGEST}
            answer, _ = opengvlab.chat(reference, {}, a.checkpoint, folder, run)
            turn.update(tiles=answer["images"][0]["tiles"], ids=answer["ids"], text=answer["text"], smallest_gap=answer["smallest_gap"], response=answer["response"])
    path.write_text(json.dumps(samples, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()

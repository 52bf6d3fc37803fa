"""Draws the scenes the model is judged by: new seeds, and in two of three something that training never draws (set_aside.py).

    python held_out.py OUT --scenes 60 --pages 20     # 60 of each kind, and 20 pages for each font size of the resolution study
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

from scenes import KINDS, Sample, sample

SEED = 20261125
STUDY_FONTS = (8, 10, 12, 16, 20, 24, 32)
STUDY_SIDE = 480  # pixels: the smallest page that gives 36 tiles of 112 px at a limit of 36


def task(kind: str, question: str) -> str:
    if kind == "sign":
        return "sign"
    if kind == "chart":
        return "chart"
    if kind != "shapes":
        if question.startswith(("Read", "读", "List", "列")):
            return "transcription"
        return "summary" if question.startswith(("Summarize", "总结")) else "field"
    for name, starts in {"caption": ("Describe", "描述"), "count": ("How many", "图中有几"), "box": ("Please provide", "请给出"), "colour": ("What color",), "place": ("Where",), "yes or no": ("Is there",)}.items():
        if question.startswith(starts):
            return name
    return "colour" if question.endswith("是什么颜色？") else "place" if question.endswith("在哪里？") else "yes or no"


def main() -> None:
    p = argparse.ArgumentParser()
    p.add_argument("out", type=Path)
    p.add_argument("--scenes", type=int, default=60)
    p.add_argument("--pages", type=int, default=20)
    a = p.parse_args()
    a.out.mkdir(parents=True, exist_ok=True)
    rows = []

    def add(drawn: Sample, kind: str, name: str) -> None:
        drawn.image.save(a.out / name, optimize=True)
        row = {"file": name, "kind": kind}
        if drawn.font:
            row["font"] = drawn.font
        if drawn.unseen:
            row["unseen"] = drawn.unseen
        rows.append(row | {"questions": [{"task": task(drawn.kind, question), "question": question, "expected": expected} for question, expected in drawn.turns]})

    rng = random.Random(SEED)
    for kind in KINDS:
        for index in range(a.scenes):
            add(sample(rng, kind, turns=99, held_out=index % 3 > 0), kind, f"{kind}-{index}.png")
    for font in STUDY_FONTS:
        for index in range(a.pages):
            drawn = sample(rng, "page", turns=99, side=STUDY_SIDE, size=font)
            drawn.turns = [turn for turn in drawn.turns if "code" in turn[0] or "编号" in turn[0]]  # what cannot be guessed
            add(drawn, "study", f"page-{font}px-{index}.png")
    (a.out / "scenes.json").write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()

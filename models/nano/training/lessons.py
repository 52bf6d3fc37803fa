"""Reading lessons for the language model: one small image, one or two tiles, a few words to spell or to look up.

A page is ten tiles and two hundred tokens of answers; what a visual token says about the characters on it, and in which order they follow, is learned
twenty times as fast from these.
"""

from __future__ import annotations

import random

from PIL import Image

from scenes import EN, ZH, Pen, Sample, _font, _random_code, kept
from words import GOODS, SERIES, STORES

LESSONS = {"line": 2, "note": 1}  # kinds, and their tile limits
_LISTS = (kept(GOODS), SERIES, STORES)  # one for each image: what is set aside never comes together here either


def lesson(rng: random.Random, kind: str) -> Sample:
    """`line`: one to three lines to read; `note`: one to four rows of a word and a number."""
    image, pairs, pen = {"line": _line, "note": _note}[kind](rng)
    return Sample(image, pairs, kind, pen.seen, pen.font, None)


def _paper(rng: random.Random, width: int, height: int):
    light, dark = tuple(rng.randint(205, 255) for _ in range(3)), tuple(rng.randint(0, 80) for _ in range(3))
    if rng.random() < 0.3:
        light, dark = dark, light
    image = Image.new("RGB", (width, height), light)
    return image, Pen(image), dark


def _text(rng: random.Random, words: list[tuple[str, str]], language: int) -> str:
    choice = rng.random()
    if choice < 0.3:
        return _random_code(rng)
    if choice < 0.45:
        return "".join(rng.choice("0123456789") for _ in range(rng.randint(1, 6)))
    if choice < 0.55:
        return f"{'$' if language == EN else '¥'}{rng.randint(100, 9999) / 100:.2f}"
    if choice < 0.6:
        return f"20{rng.randint(10, 29)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
    word = rng.choice(words)[language]
    return rng.choice((str, str.upper, str.capitalize))(word) if language == EN else word


def _line(rng: random.Random):
    language, words = rng.randrange(2), rng.choices(_LISTS, weights=(3, 1, 2))[0]
    width, height = rng.choice(((112, 112), (224, 112)))
    lines, size = [], rng.randint(12, 40)
    for _ in range(rng.randint(1, 3)):
        text = _text(rng, words, language)
        font = _font(rng, ZH if any(ord(c) > 0x2E80 for c in text) else EN, size)
        if font.getlength(text) < width - 6:
            lines.append((text, font))
    room = height // max(1, int(size * 1.35))
    lines = lines[: max(1, room)] or [("7", _font(rng, EN, size))]
    image, pen, ink = _paper(rng, width, height)
    y = rng.uniform(2, max(2, height - len(lines) * size * 1.35))
    for text, font in lines:
        pen.text((rng.uniform(2, max(2, width - 4 - font.getlength(text))), y), text, font, ink)
        y += size * 1.35
    texts = [text for text, _ in lines]
    pairs = [(rng.choice(("Read the text in the image.", "读出图中的文字。")), "\n".join(texts))]
    if len(texts) > 1:
        pairs.append((rng.choice(("What is on the first line?", "第一行写的是什么？")), texts[0]))
        pairs.append((rng.choice(("What is on the last line?", "最后一行写的是什么？")), texts[-1]))
    return image, pairs, pen


def _note(rng: random.Random):
    language, asked = rng.randrange(2), rng.randrange(2)
    side = rng.randint(112, 170)
    size = rng.randint(13, 20)
    rows = rng.sample(kept(GOODS), min(rng.randint(1, 4), int(side / size / 1.4)))
    numbers = ["".join(rng.choice("0123456789") for _ in range(rng.choice((2, 4)))) for _ in rows]
    font = _font(rng, language, size)
    image, pen, ink = _paper(rng, side, side)
    step = side / len(rows)
    for index, (pair, number) in enumerate(zip(rows, numbers)):
        y = index * step + rng.uniform(0, max(0, step - size * 1.4))
        pen.text((rng.uniform(3, 10), y), pair[language], font, ink)
        pen.text((side - font.getlength(number) - rng.uniform(3, 12), y), number, font, ink)
    pick = rng.randrange(len(rows))
    name = rows[pick][language]
    if asked == EN:
        pairs = [(f"What is the code of {name}?", numbers[pick]), (f"Which item has the code {numbers[pick]}?", name), ("How many rows are there?", str(len(rows)))]
    else:
        pairs = [(f"{name}的编号是多少？", numbers[pick]), (f"编号{numbers[pick]}是哪一项？", name), ("一共有几行？", str(len(rows)))]
    pairs.append((("Read the text in the image.", "读出图中的文字。")[asked], "\n".join(f"{pair[language]} {number}" for pair, number in zip(rows, numbers))))
    return image, pairs, pen

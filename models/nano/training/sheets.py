"""Practice sheets for the vision encoder: large sheets full of characters or shapes, cut at random places and scales into tiles.

A tile of a scene is mostly paper; a sheet has something to read everywhere, and one drawn sheet gives many different tiles.
"""

from __future__ import annotations

import random
import string

import numpy as np
from PIL import Image

from labels import HANZI
from reading import point_labels
from scenes import EN, ZH, Pen, _font
from set_aside import apart, kept
from words import COLORS, GOODS, SERIES, SHAPES, SIGNS, STORES

_LATIN = string.ascii_uppercase + string.ascii_lowercase + string.digits * 4 + "$¥.:-"
_COLORED = [(color, shape[EN]) for color in COLORS for shape in SHAPES if not apart(color[EN], shape[EN])]
_FIRST = string.ascii_uppercase + string.digits
_WORDS = [[word for pairs in (kept(GOODS), STORES, kept(SIGNS), SERIES) for pair in pairs for word in [pair[language]]] for language in (EN, ZH)]
SIDE = 512


def sheet(rng: random.Random, side: int, cell: int, crops: int, shapes: float, ease: float) -> tuple[np.ndarray, np.ndarray]:
    """One sheet -> (tiles uint8 [crops, side, side, 3], labels int16 [crops, cells, POINTS]); `ease` 1 gives one large font, 0 all there is."""
    if rng.random() < shapes:
        base = rng.randint(205, 255)
        image = Image.new("RGB", (SIDE, SIDE), tuple(min(255, base + rng.randint(-12, 12)) for _ in range(3)))
        pen = Pen(image)
        _shapes(rng, pen)
        cut_tiles, labels = _cut(rng, image, pen, side, cell, crops, (0.4, 3.0))
        return cut_tiles, labels
    image = Image.new("L", (SIDE, SIDE), 255)
    pen = Pen(image)
    _lines(rng, pen, ease)
    gray, labels = _cut(rng, image, pen, side, cell, crops, (1 - 0.3 * (1 - ease), 1 + 0.4 * (1 - ease)))
    out = np.empty((*gray.shape, 3), np.uint8)
    for index, tile in enumerate(gray):  # ink and paper of any colour for nothing
        light, dark = np.array([rng.randint(205, 255) for _ in range(3)]), np.array([rng.randint(0, 80) for _ in range(3)])
        if rng.random() < 0.25:
            light, dark = dark, light
        out[index] = (dark + (light - dark) * (tile[..., None] / 255.0)).astype(np.uint8)
    return out, labels


def _cut(rng: random.Random, image: Image.Image, pen: Pen, side: int, cell: int, crops: int, scale: tuple[float, float]):
    seen = np.asarray(pen.seen)
    drawn, labels = [], []
    for _ in range(crops):
        size = side * rng.uniform(*scale)
        width, height = min(SIDE, size * rng.uniform(0.85, 1.18)), min(SIDE, size)
        left, top = rng.uniform(0, SIDE - width), rng.uniform(0, SIDE - height)
        drawn.append(np.asarray(image.resize((side, side), Image.BICUBIC, box=(left, top, left + width, top + height))))
        labels.append(point_labels(seen, left, top, width, height, side, cell))
    return np.stack(drawn), np.stack(labels)


def _lines(rng: random.Random, pen: Pen, ease: float) -> None:
    y = rng.uniform(-10, 5)
    while y < SIDE:
        size = round(rng.uniform(20, 28)) if rng.random() < ease else round(rng.choice((rng.uniform(11, 18), rng.uniform(12, 26), rng.uniform(20, 50))))
        # The alphabet grows: capitals and digits, then small letters, then more and more hanzi.
        language = ZH if rng.random() < min(0.5, 2 * (0.85 - ease)) else EN
        font = _font(rng, language, size, ease)
        letters = _FIRST if ease > 0.93 else _LATIN
        if language == ZH:
            letters = HANZI[: max(20, int(len(HANZI) * min(1.0, (0.85 - ease) * 3)))]
        x = rng.uniform(-0.8, 1.0) * size
        while x < SIDE:
            if rng.random() < 0.4 * (1 - ease):
                word = rng.choice(_WORDS[language])
            else:
                word = "".join(rng.choice(letters) for _ in range(rng.randint(1, 7) if language == EN else rng.randint(1, 4)))
            pen.text((x, y), word, font, 0)
            x += font.getlength(word) + rng.uniform(0.2, 1.8) * size
        y += size * rng.uniform(1.15, 1.7)


def _shapes(rng: random.Random, pen: Pen) -> None:
    placed: list[tuple[float, float, float]] = []
    for _ in range(60):
        r = rng.choice((rng.uniform(14, 40), rng.uniform(30, 90)))
        x, y = rng.uniform(0, SIDE), rng.uniform(0, SIDE)
        if any(abs(x - a) < r + b + 4 and abs(y - c) < r + b + 4 for a, c, b in placed):
            continue
        placed.append((x, y, r))
        color, shape = rng.choice(_COLORED)
        pen.shape(shape, color, x, y, r)

"""What there is to see in a scene, numbered: 0 paper, then characters, then coloured shapes."""

from __future__ import annotations

import string

from words import COLORS, GOODS, PLACES, SERIES, SHAPES, SIGNS, STORES

BLANK = 0
_TEXTS = [text for pairs in (GOODS, PLACES, SERIES, SIGNS, STORES, [("No.", "单号"), ("Date", "日期"), ("Total", "合计")]) for pair in pairs for text in pair]
CHARACTERS = sorted(set("".join(_TEXTS)) | set(string.ascii_letters + string.digits + "$¥.:-") - {" "})
HANZI = [character for character in CHARACTERS if ord(character) > 0x2E80]
LABELS = {label: index + 1 for index, label in enumerate([*CHARACTERS, *(f"{color[0]} {shape[0]}" for color in COLORS for shape in SHAPES)])}
CLASSES = len(LABELS) + 1

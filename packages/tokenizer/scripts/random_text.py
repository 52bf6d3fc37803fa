"""Seeded texts that make tokenizers disagree: control tokens, byte soup, combining marks, odd white space, words."""

from __future__ import annotations

import random
import unicodedata

SPACES = [" ", "  ", "\n", "\t", "\r\n", "\x85", "\ufeff", "\u3000", "\xa0", "\x1c", "\x1f", "\u2028", "\u200b"]
WORDS = ["the ", "question", "InternVL", " user", "system", "assistant", "123", "3.14", "ing", "'s", "'S", "'LL", "'re", "'\u017f", "\u017f", "\u2581",
         "\u2581\u2581", "\u2014\u2014", "\u2026\u2026", "\uff21", "[UNUSED_TOKEN_3]", "[UNUSED_TOKEN_145]", "🤗", "👩‍👩‍👧", "🚀", "𝒜", "\U00020000"]
RANGES = [(0x20, 0x7F)] * 5 + [(0x4E00, 0x9FA0)] * 3 + [(0x80, 0x250), (0x391, 0x3FF), (0x904, 0x939), (0x1100, 0x1113), (0x1161, 0x1176), (0xAC00, 0xD7A4),
                                                        (0x300, 0x345)]


def random_text(source: random.Random, tokens: list[str]) -> str:
    """At most twenty pieces; about every sixth is one of `tokens`. Only characters that Unicode 14 assigns."""
    pieces = []
    for _ in range(source.choice([0, 1, 1, 2, 3, 5, 8, 13, 20])):
        kind = source.random()
        if tokens and kind < 0.16:
            pieces.append(source.choice(tokens))
        elif kind < 0.3:
            pieces.append(source.choice(SPACES))
        elif kind < 0.42:
            pieces.append(source.choice(WORDS))
        else:
            pieces.append(chr(source.randrange(*source.choice(RANGES))))
    text = "".join(pieces)
    return text if all(unicodedata.category(character) != "Cn" for character in text) else ""

"""What training never draws, so that held-out scenes show whether the model reads or remembers.

Pairs (a colour and a shape, a store and what it sells, …): one in eight, by a checksum of their names. Words: an eighth of the goods
and of the signs, in the order of their checksums, each only if all of its hanzi occur in words that stay: the characters are known,
their composition is not. Lists too short to spare a word (stores, series, colours, shapes) lose pairs only.
"""

from __future__ import annotations

import zlib

from words import GOODS, PLACES, SERIES, SIGNS, STORES


def _checksum(*names: str) -> int:
    return zlib.crc32("|".join(names).encode())


def apart(*names: str) -> bool:
    """Whether these names never come together in training."""
    return _checksum(*names) % 8 == 0


def _words() -> frozenset[str]:
    stay = [*GOODS, *SIGNS, *STORES, *SERIES, *PLACES]
    aside: list[str] = []
    for pairs in (GOODS, SIGNS):
        room = round(len(pairs) / 8)
        for pair in sorted(pairs, key=lambda each: _checksum(each[0])):
            others = [each for each in stay if each != pair]
            if room > 0 and set(pair[1]) <= set("".join(each[1] for each in others)):
                stay, room = others, room - 1
                aside.append(pair[0])
    return frozenset(aside)


WORDS = _words()
"""English names of the goods and signs set aside."""


def kept(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The words of a list that training may draw."""
    return [pair for pair in pairs if pair[0] not in WORDS]

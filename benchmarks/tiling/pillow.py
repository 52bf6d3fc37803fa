"""Rival of run.ts: one line on standard input is one run; answers with milliseconds and the hash of all tiles.

    pillow.py RAW WIDTH HEIGHT COLUMNS ROWS SIDE
"""

import hashlib
import json
import sys
import time

import PIL
from PIL import Image

path, width, height, columns, rows, side = sys.argv[1], *map(int, sys.argv[2:])
image = Image.frombytes("RGB", (width, height), open(path, "rb").read())
print(json.dumps({"version": PIL.__version__}), flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    canvas = image.resize((columns * side, rows * side), Image.Resampling.BICUBIC)
    tiles = [canvas.crop((x * side, y * side, (x + 1) * side, (y + 1) * side)) for y in range(rows) for x in range(columns)]
    tiles.append(image.resize((side, side), Image.Resampling.BICUBIC))
    spent = 1000 * (time.perf_counter() - start)
    digest = hashlib.sha256(b"".join(tile.tobytes() for tile in tiles)).hexdigest()
    print(json.dumps({"ms": spent, "sha256": digest}), flush=True)

"""Synthetic bilingual images with questions and answers: shapes, signs, charts, receipts and pages.

A sample is one RGB image and a short conversation about it. Receipts and pages are drawn in small print, so that they
can be read from high-resolution tiles and not from the thumbnail alone; pages are square, so that the tile limits
1, 4, 9 and 16 give grids of exactly that many tiles. Training draws nothing of what set_aside.py sets aside; a held-out
scene always has some of it.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from PIL import Image, ImageDraw, ImageFont

from labels import LABELS
from set_aside import WORDS, apart, kept
from words import COLORS, GOODS, PLACES, SERIES, SHAPES, SIGNS, SIZES, STORES

EN, ZH = 0, 1
Chosen = TypeVar("Chosen")
KINDS = ("shapes", "sign", "chart", "receipt", "page")

_FONT_ROOTS = ("/usr/share/fonts/truetype", "/usr/share/fonts/opentype")
_LATIN = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSerif.ttf", "DejaVuSansMono.ttf", "LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf",
          "LiberationSerif-Regular.ttf", "LiberationMono-Regular.ttf", "FreeSans.ttf", "FreeSerif.ttf")
_CJK = ("wqy-zenhei.ttc", "wqy-microhei.ttc", "NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc", "NotoSerifCJK-Regular.ttc")


@dataclass
class Sample:
    image: Image.Image
    turns: list[tuple[str, str]]
    kind: str
    seen: Image.Image  # what is drawn at each pixel, see `Pen`
    font: int | None  # pixels of the smallest font, where there is text
    unseen: str | None  # of a held-out scene: "word" or "pair"


class Pen:
    """Draws, and writes into `seen`, an integer image of the same size, what is drawn where.

    A pixel of `seen` is 0 for paper, else `height << 16 | label << 1 | half`: `height` in pixels of a line of text (0 for shapes, which
    are read at any size), `label` of labels.py, and `half` 1 in the right half of a character, so that "ll" and "l" differ.
    """

    def __init__(self, image: Image.Image):
        self.seen = Image.new("I", image.size, 0)
        self._draw, self._mark = ImageDraw.Draw(image), ImageDraw.Draw(self.seen)
        self.line, self.rectangle = self._draw.line, self._draw.rectangle
        self.font: int | None = None

    def text(self, at: tuple[float, float], text: str, font: ImageFont.FreeTypeFont, fill) -> None:
        self._draw.text(at, text, font=font, fill=fill)
        self.font = min(font.size, self.font or font.size)
        _, top, _, bottom = font.getbbox(text)
        left, height = at[0], min(255, round(bottom - top)) << 16
        for character in text:
            right = left + _advance(font, character)
            label = LABELS.get(character)
            if label is not None:
                middle = (left + right) / 2
                self._mark.rectangle((left, at[1] + top, middle, at[1] + bottom), fill=height | label << 1)
                self._mark.rectangle((middle, at[1] + top, right, at[1] + bottom), fill=height | label << 1 | 1)
            left = right

    def shape(self, shape: str, color: tuple[str, str, tuple[int, int, int]], cx: float, cy: float, r: float) -> None:
        for draw, fill in ((self._draw, color[2]), (self._mark, LABELS[f"{color[EN]} {shape}"] << 1)):
            if shape == "circle":
                draw.ellipse((cx - r, cy - r, cx + r, cy + r), fill=fill)
            else:
                draw.polygon(_polygon(shape, cx, cy, r), fill=fill)

    def bar(self, box: tuple[float, float, float, float], color: tuple[str, str, tuple[int, int, int]]) -> None:
        self._draw.rectangle(box, fill=color[2])
        self._mark.rectangle(box, fill=LABELS[f"{color[EN]} square"] << 1)


@lru_cache(maxsize=1 << 16)
def _advance(font: ImageFont.FreeTypeFont, character: str) -> float:
    return font.getlength(character)


@lru_cache(maxsize=1)
def _font_files() -> dict[str, str]:
    return {path.name: str(path) for root in _FONT_ROOTS for path in Path(root).rglob("*") if path.suffix in (".ttf", ".ttc", ".otf")}


@lru_cache(maxsize=512)
def _load_font(name: str, size: int) -> ImageFont.FreeTypeFont:
    # Simplified Chinese is face 2 of the Noto CJK collections.
    return ImageFont.truetype(_font_files()[name], size, index=2 if name.startswith("Noto") else 0, layout_engine=ImageFont.Layout.BASIC)


def _font(rng: random.Random, language: int, size: int, ease: float = 0) -> ImageFont.FreeTypeFont:
    """`ease` 1 always gives the first font."""
    names = [name for name in (_LATIN if language == EN else _CJK) if name in _font_files()]
    return _load_font(names[0] if rng.random() < ease else rng.choice(names), size)


def sample(rng: random.Random, kind: str | None = None, turns: int = 5, held_out: bool = False, **page: int) -> Sample:
    """Draws one sample; `turns` bounds the number of question-answer pairs; `page` sets `side` and `size` of a page in pixels.

    A held-out sample shows a word (one in three, where the kind has words to spare) or a pair that training never draws.
    """
    kind = kind or rng.choices(KINDS, weights=(3, 3, 2, 3, 3))[0]
    unseen = None
    if held_out:
        unseen = "word" if kind != "shapes" and rng.random() < 1 / 3 else "pair"
    draw = {"shapes": _shapes, "sign": _sign, "chart": _chart, "receipt": _receipt, "page": _page}[kind]
    image, pairs, pen = draw(rng, unseen, **page)
    rng.shuffle(pairs)
    return Sample(image, pairs[:turns], kind, pen.seen, pen.font, unseen)


def _compose(unseen: str | None, choose: Callable[[], Chosen], names: Callable[[Chosen], tuple[Iterable[str], Iterable[tuple[str, str]]]]) -> Chosen:
    """Chooses until the words and pairs of the scene are as asked: none set aside, a word, or a pair but no word."""
    while True:
        chosen = choose()
        words, pairs = names(chosen)
        word, pair = any(each in WORDS for each in words), any(apart(*each) for each in pairs)
        if (unseen is None and not word and not pair) or (unseen == "word" and word) or (unseen == "pair" and pair and not word):
            return chosen


# --- shapes -------------------------------------------------------------------------------------------------------

def _polygon(shape: str, cx: float, cy: float, r: float) -> list[tuple[float, float]]:
    if shape == "square":
        return [(cx - r, cy - r), (cx + r, cy - r), (cx + r, cy + r), (cx - r, cy + r)]
    if shape == "triangle":
        return [(cx, cy - r), (cx + r, cy + r), (cx - r, cy + r)]
    if shape == "diamond":
        return [(cx, cy - r), (cx + r * 0.75, cy), (cx, cy + r), (cx - r * 0.75, cy)]
    if shape == "star":
        return [(cx + (r if k % 2 == 0 else r * 0.42) * math.sin(k * math.pi / 5), cy - (r if k % 2 == 0 else r * 0.42) * math.cos(k * math.pi / 5)) for k in range(10)]
    w = r * 0.36  # cross
    return [(cx - w, cy - r), (cx + w, cy - r), (cx + w, cy - w), (cx + r, cy - w), (cx + r, cy + w), (cx + w, cy + w),
            (cx + w, cy + r), (cx - w, cy + r), (cx - w, cy + w), (cx - r, cy + w), (cx - r, cy - w), (cx - w, cy - w)]


def _join(parts: list[str], language: int) -> str:
    if len(parts) == 1:
        return parts[0]
    if language == ZH:
        return "、".join(parts[:-1]) + "和" + parts[-1]
    return ", ".join(parts[:-1]) + " and " + parts[-1]


def _shapes(rng: random.Random, unseen: str | None = None):
    width, height = rng.choice([(224, 224), (320, 320), (448, 448), (448, 336), (336, 448), (448, 224), (224, 448), (672, 448)])
    base = rng.randint(225, 255)
    background = tuple(min(255, base + rng.randint(-12, 12)) for _ in range(3))
    image = Image.new("RGB", (width, height), background)
    draw = Pen(image)
    count = rng.randint(1, 4)
    cells = rng.sample(range(9), count)
    kinds = _compose(unseen, lambda: [(rng.choice(SHAPES), rng.choice(COLORS)) for _ in cells],
                     lambda chosen: ((), ((color[EN], shape[EN]) for shape, color in chosen)))
    objects = []
    for cell, (shape, color) in zip(sorted(cells), kinds):
        size = rng.randrange(2)
        row, column = divmod(cell, 3)
        r = min(width, height) / 6 * (rng.uniform(0.42, 0.55) if size == 0 else rng.uniform(0.82, 0.95))
        cx = width * (column + 0.5) / 3 + rng.uniform(-0.03, 0.03) * width
        cy = height * (row + 0.5) / 3 + rng.uniform(-0.03, 0.03) * height
        cx, cy = min(max(cx, r + 1), width - r - 1), min(max(cy, r + 1), height - r - 1)
        draw.shape(shape[EN], color, cx, cy, r)
        box = [round((cx - r) / width * 50) * 20, round((cy - r) / height * 50) * 20, round((cx + r) / width * 50) * 20, round((cy + r) / height * 50) * 20]
        objects.append((shape, color, size, cell, box))

    def name(o, language):
        if language == EN:
            return f"{SIZES[o[2]][EN]} {o[1][EN]} {o[0][EN]}"
        return f"{SIZES[o[2]][ZH]}的{o[1][ZH]}{o[0][ZH]}"

    pairs = []
    language = rng.randrange(2)
    if language == EN:
        pairs.append(("Describe the image.", "The image shows " + _join([f"a {name(o, EN)} at the {PLACES[o[3]][EN]}" for o in objects], EN) + "."))
    else:
        pairs.append(("描述这张图片。", "图中有" + _join([f"{PLACES[o[3]][ZH]}一个{name(o, ZH)}" for o in objects], ZH) + "。"))
    pairs.append(("How many shapes are there?", str(count)) if rng.random() < 0.5 else ("图中有几个图形？", str(count)))
    shapes_seen = [o[0][EN] for o in objects]
    for o in rng.sample(objects, min(2, count)):
        if shapes_seen.count(o[0][EN]) == 1:
            if rng.random() < 0.5:
                pairs.append((f"What color is the {o[0][EN]}?", o[1][EN].capitalize()))
            else:
                pairs.append((f"{o[0][ZH]}是什么颜色？", o[1][ZH]))
            if rng.random() < 0.5:
                pairs.append((f"Where is the {o[0][EN]}?", PLACES[o[3]][EN].capitalize()))
            else:
                pairs.append((f"{o[0][ZH]}在哪里？", PLACES[o[3]][ZH]))
            x1, y1, x2, y2 = o[4]
            if rng.random() < 0.5:
                ref = f"the {o[1][EN]} {o[0][EN]}"
                ask = f"Please provide the bounding box coordinate of the region this sentence describes: <ref>{ref}</ref>"
            else:
                ref = f"{o[1][ZH]}{o[0][ZH]}"
                ask = f"请给出这句话所描述区域的边界框坐标：<ref>{ref}</ref>"
            pairs.append((ask, f"<ref>{ref}</ref><box>[[{x1}, {y1}, {x2}, {y2}]]</box>"))
    shape = rng.choice(SHAPES)
    present = shape[EN] in shapes_seen
    if rng.random() < 0.5:
        pairs.append((f"Is there a {shape[EN]} in the image?", "Yes" if present else "No"))
    else:
        pairs.append((f"图中有{shape[ZH]}吗？", "有" if present else "没有"))
    return image, pairs, draw


# --- signs --------------------------------------------------------------------------------------------------------

def _random_code(rng: random.Random) -> str:
    return "".join(rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(rng.randint(1, 3))) + "".join(rng.choice("0123456789") for _ in range(rng.randint(1, 4)))


def _sign(rng: random.Random, unseen: str | None = None):
    language = rng.randrange(2)

    def choose():
        text = rng.choice(SIGNS)
        form = rng.choice((str.upper, str.capitalize)) if language == EN and rng.random() < 0.7 else str.lower
        return text, form, rng.choice(STORES) if rng.random() < 0.4 else None, _random_code(rng) if rng.random() < 0.5 else None

    def names(chosen):
        text, form, store, code = chosen
        beside = [form.__name__ if language == EN else "", store and store[EN], code and code[0]]
        return (text[EN],), ((text[EN], each) for each in beside if each)

    text, form, store, code = _compose(unseen, choose, names)
    lines = [form(text[EN]) if language == EN else text[ZH]]
    if store:
        lines.append(store[language])
    if code:
        lines.append(code)
    rng.shuffle(lines)
    size = rng.randint(24, 52)
    fonts = [_font(rng, ZH if any(ord(c) > 0x2E80 for c in line) else EN, size) for line in lines]
    boxes = [font.getbbox(line) for font, line in zip(fonts, lines)]
    pad = rng.randint(10, 40)
    width = max(b[2] for b in boxes) + 2 * pad
    height = int(sum(size * 1.45 for _ in lines)) + 2 * pad
    dark = rng.random() < 0.4
    ink_light, ink_dark = tuple(rng.randint(215, 255) for _ in range(3)), tuple(rng.randint(0, 70) for _ in range(3))
    image = Image.new("RGB", (width, height), ink_dark if dark else ink_light)
    draw = Pen(image)
    if rng.random() < 0.5:
        draw.rectangle((4, 4, width - 5, height - 5), outline=ink_light if dark else ink_dark, width=3)
    centered = rng.random() < 0.5
    for index, (line, font, box) in enumerate(zip(lines, fonts, boxes)):
        x = (width - box[2]) / 2 if centered else pad
        draw.text((x, pad + index * size * 1.45), line, font=font, fill=ink_light if dark else ink_dark)
    text = "\n".join(lines)
    pairs = [(rng.choice(["Read the text in the image.", "What does the sign say?"]) if rng.random() < 0.5 else rng.choice(["读出图中的文字。", "牌子上写的是什么？"]), text)]
    if len(lines) > 1:
        pairs.append(("What is on the first line?", lines[0]) if rng.random() < 0.5 else ("第一行写的是什么？", lines[0]))
        pairs.append(("What is on the last line?", lines[-1]) if rng.random() < 0.5 else ("最后一行写的是什么？", lines[-1]))
    pairs.append(("How many lines of text are there?", str(len(lines))) if rng.random() < 0.5 else ("图中有几行文字？", str(len(lines))))
    return image, pairs, draw


def _titled(rng: random.Random, titles: list[tuple[str, str]], count: int, unseen: str | None):
    """Goods and a title over them."""
    goods = GOODS if unseen == "word" else kept(GOODS)
    return _compose(unseen, lambda: (rng.sample(goods, count), rng.choice(titles)),
                    lambda chosen: ((each[EN] for each in chosen[0]), ((chosen[1][EN], each[EN]) for each in chosen[0])))


# --- charts -------------------------------------------------------------------------------------------------------

def _chart(rng: random.Random, unseen: str | None = None):
    language = rng.randrange(2)
    count = rng.randint(3, 5)
    goods, series = _titled(rng, SERIES, count, unseen)
    labels, series = [pair[language] for pair in goods], series[language]
    values = rng.sample(range(5, 100), count)
    width, height = rng.choice([(448, 336), (560, 420), (448, 448), (400, 300)])
    image = Image.new("RGB", (width, height), (255, 255, 255))
    draw = Pen(image)
    size = rng.randint(15, 20)
    font = _font(rng, ZH, size) if language == ZH else _font(rng, EN, size)
    title = _font(rng, language, size + 6)
    color = rng.choice(COLORS)
    draw.text((width / 2 - title.getlength(series) / 2, 6), series, font=title, fill=(20, 20, 20))
    left, right, top, bottom = 20, width - 20, 50, height - 40
    draw.line((left, bottom, right, bottom), fill=(60, 60, 60), width=2)
    step = (right - left) / count
    for index, (label, value) in enumerate(zip(labels, values)):
        x = left + step * (index + 0.5)
        y = bottom - (bottom - top - 20) * value / 100
        draw.bar((x - step * 0.3, y, x + step * 0.3, bottom - 1), color)
        draw.text((x - font.getlength(label) / 2, bottom + 8), label, font=font, fill=(20, 20, 20))
        draw.text((x - font.getlength(str(value)) / 2, y - size - 5), str(value), font=font, fill=(20, 20, 20))
    high, low = labels[values.index(max(values))], labels[values.index(min(values))]
    pick = rng.randrange(count)
    if rng.random() < 0.5:
        pairs = [("Which bar is the highest?", high), ("Which bar is the lowest?", low), (f"What is the value of {labels[pick]}?", str(values[pick])),
                 ("What is the title of the chart?", series), ("How many bars are there?", str(count)), ("What color are the bars?", color[EN].capitalize()),
                 ("Describe the image.", f"A bar chart of {series} with {count} bars: " + ", ".join(f"{l} {v}" for l, v in zip(labels, values)) + ".")]
    else:
        pairs = [("哪一根柱子最高？", high), ("哪一根柱子最低？", low), (f"{labels[pick]}的数值是多少？", str(values[pick])),
                 ("图表的标题是什么？", series), ("有几根柱子？", str(count)), ("柱子是什么颜色？", color[ZH]),
                 ("描述这张图片。", f"一张{series}柱状图，有{count}根柱子：" + "，".join(f"{l}{v}" for l, v in zip(labels, values)) + "。")]
    return image, pairs, draw


# --- receipts -----------------------------------------------------------------------------------------------------

def _receipt(rng: random.Random, unseen: str | None = None):
    language = rng.randrange(2)
    count = rng.randint(2, 6)
    goods, store = _titled(rng, STORES, count, unseen)
    store = store[language]
    prices = [rng.randint(10, 999) / 10 for _ in goods]
    total = sum(round(p * 10) for p in prices) / 10
    date = f"20{rng.randint(10, 29)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
    number = f"{rng.randint(0, 999999):06d}"
    money = "${:.2f}" if language == EN else "¥{:.2f}"
    size = rng.randint(17, 22)
    font, bold = _font(rng, language, size), _font(rng, language, size + 6)
    width = rng.randint(380, 470)
    pad = rng.randint(18, 40)
    line = int(size * 1.6)
    height = pad * 2 + line * (count + 6) + rng.randint(0, 120)
    paper = rng.randint(232, 255)
    image = Image.new("RGB", (width, height), (paper, paper, paper - rng.randint(0, 12)))
    draw = Pen(image)
    ink = (rng.randint(0, 60),) * 3
    y = pad
    draw.text(((width - bold.getlength(store)) / 2, y), store, font=bold, fill=ink)
    y += int(line * 1.5)
    date_label, number_label, total_label = (("Date", "No.", "Total") if language == EN else ("日期", "单号", "合计"))
    for label, value in ((date_label, date), (number_label, number)):
        draw.text((pad, y), f"{label}: {value}", font=font, fill=ink)
        y += line
    draw.line((pad, y + 4, width - pad, y + 4), fill=ink, width=1)
    y += 12
    for pair, price in zip(goods, prices):
        draw.text((pad, y), pair[language], font=font, fill=ink)
        text = money.format(price)
        draw.text((width - pad - font.getlength(text), y), text, font=font, fill=ink)
        y += line
    draw.line((pad, y + 4, width - pad, y + 4), fill=ink, width=1)
    y += 12
    draw.text((pad, y), total_label, font=bold, fill=ink)
    text = money.format(total)
    draw.text((width - pad - bold.getlength(text), y), text, font=bold, fill=ink)
    pick = rng.randrange(count)
    pairs = []
    ask = rng.randrange(2)
    text_lines = "\n".join([store, f"{date_label}: {date}", f"{number_label}: {number}", *(f"{g[language]} {money.format(p)}" for g, p in zip(goods, prices)), f"{total_label} {money.format(total)}"])
    if ask == EN:
        pairs += [("What is the total?", money.format(total)), ("What is the date?", date), ("What is the receipt number?", number), ("Which store is it from?", store),
                  (f"How much is the {goods[pick][language]}?", money.format(prices[pick])), ("How many items are there?", str(count)),
                  ("List the items.", ", ".join(g[language] for g in goods)),
                  ("Read the text in the image.", text_lines),
                  ("Summarize this document.", f"A receipt from {store} dated {date} with {count} items. The total is {money.format(total)}.")]
    else:
        pairs += [("合计是多少？", money.format(total)), ("日期是哪天？", date), ("单号是多少？", number), ("这是哪家店的？", store),
                  (f"{goods[pick][language]}多少钱？", money.format(prices[pick])), ("一共有几件商品？", str(count)),
                  ("列出商品。", "、".join(g[language] for g in goods)),
                  ("读出图中的文字。", text_lines),
                  ("总结这份文档。", f"这是{store}的收据，日期{date}，共{count}件商品，合计{money.format(total)}。")]
    return image, pairs, draw


# --- pages --------------------------------------------------------------------------------------------------------

def _page(rng: random.Random, unseen: str | None = None, side: int | None = None, size: int | None = None):
    language = rng.randrange(2)
    count = rng.randint(4, 6 if size else 8)
    goods, title = _titled(rng, STORES, count, unseen)
    title = title[language]
    side = side or rng.randint(380, 480)
    codes = ["".join(rng.choice("0123456789") for _ in range(4)) for _ in goods]
    if size is None:
        size = max(14, min(24, int(side / (count + 2) / 2.2))) if rng.random() < 0.5 else rng.randint(15, 19)
    font, bold = _font(rng, language, size), _font(rng, language, size + 5)
    paper = rng.randint(235, 255)
    image = Image.new("RGB", (side, side), (paper, paper, paper))
    draw = Pen(image)
    ink = (rng.randint(0, 60),) * 3
    draw.text(((side - bold.getlength(title)) / 2, 14), title, font=bold, fill=ink)
    top, line = 14 + int(size * 2.2), (side - 30 - int(size * 2.2)) / count
    left, right = rng.randint(20, 60), rng.randint(int(side * 0.5), int(side * 0.7))
    for index, (pair, code) in enumerate(zip(goods, codes)):
        y = top + index * line + max(0, (line - size * 1.4) / 2)
        draw.text((left, y), pair[language], font=font, fill=ink)
        draw.text((right, y), code, font=font, fill=ink)
    picks = rng.sample(range(count), min(4, count))
    text_lines = "\n".join([title, *(f"{pair[language]} {code}" for pair, code in zip(goods, codes))])
    if rng.random() < 0.5:
        pairs = [(f"What is the code of {goods[k][language]}?", codes[k]) for k in picks]
        pairs += [("Read the text in the image.", text_lines), ("What is the title?", title), ("How many rows are there?", str(count)), (f"Which item has the code {codes[picks[0]]}?", goods[picks[0]][language])]
    else:
        pairs = [(f"{goods[k][language]}的编号是多少？", codes[k]) for k in picks]
        pairs += [("读出图中的文字。", text_lines), ("标题是什么？", title), ("一共有几行？", str(count)), (f"编号{codes[picks[0]]}是哪一项？", goods[picks[0]][language])]
    return image, pairs, draw

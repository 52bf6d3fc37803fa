import { describe, expect, test } from 'vitest';
import type { Part, Sample } from '../sample/sample.js';
import { markErrors } from './mark-errors.js';
import { maskSample } from './mask.js';
import { optionalKinds, protectedSpans, type SpanKind } from './protect.js';
import { unmask } from './unmask.js';

const kinds = new Set<SpanKind>(['mark', 'image', 'video', 'box', 'quad', 'tag', ...optionalKinds]);
const spans = (text: string) =>
  protectedSpans(text, kinds).map(({ kind, start, end }) => `${kind}: ${text.slice(start, end)}`);

function sampleOf(...parts: Part[]): Sample {
  return { id: '1', images: [], turns: [{ role: 'user', parts }] };
}
const masked = (...parts: Part[]) => maskSample(sampleOf(...parts), { kinds, verbatim: () => false });

describe('protected spans', () => {
  test.each([
    ['What does <image> show?', ['image: <image>']],
    ['<video>\nDescribe it', ['video: <video>']],
    ['Frame1: <image>', ['tag: Frame1', 'image: <image>']],
    [
      'the <ref>red car</ref><box>[[1, 2, 3, 4]]</box>',
      ['tag: <ref>', 'tag: </ref>', 'box: <box>[[1, 2, 3, 4]]</box>'],
    ],
    ['at <quad>[[1,2,3,4,5,6,7,8]]</quad>', ['quad: <quad>[[1,2,3,4,5,6,7,8]]</quad>']],
    ['Solve $x^2 + 1 = 0$ for x', ['latex: $x^2 + 1 = 0$']],
    ['It costs $5 and then $6 more', ['quantity: $5', 'quantity: $6']],
    ['\\(a\\) and \\[b\\]', ['latex: \\(a\\)', 'latex: \\[b\\]']],
    ['\\begin{align}x &= 1\\end{align} holds', ['latex: \\begin{align}x &= 1\\end{align}']],
    ['$$E = mc^2$$', ['latex: $$E = mc^2$$']],
    ['Run `ls -l` or\n```sh\nls\n```', ['code: `ls -l`', 'code: ```sh\nls\n```']],
    ['See https://a.b/c?d=e, please.', ['url: https://a.b/c?d=e']],
    ['(www.example.com)', ['url: www.example.com']],
    ['Mail to me.you@mail.example.com.', ['email: me.you@mail.example.com']],
    ['Open report_2.pdf and /usr/share/fonts', ['file: report_2.pdf', 'file: /usr/share/fonts']],
    ['A. cat\nB. dog', ['option: A.', 'option: B.']],
    ['Pick one: (A) cat (B) dog', ['option: (A)', 'option: (B)']],
    ['B', ['option: B']],
    ['B.', ['option: B.']],
    ['Vitamin C. is good', []],
    ['It is 5 km or 12.5% of 3,000 kg', ['quantity: 5 km', 'quantity: 12.5%', 'quantity: 3,000 kg']],
    ['There are 3 dogs', []],
    ['5 men', []],
    ["The sign says 'STOP' here", ['quoted: STOP']],
    ['The text reads "Grand Opening".', ['quoted: Grand Opening']],
    ['标志上写着“停车”。', ['quoted: 停车']],
    ['她说“你好”', []],
    ['“小心地滑”字样', ['quoted: 小心地滑']],
    ['<|im_end|> and <IMG_CONTEXT>', ['tag: <|im_end|>', 'tag: <IMG_CONTEXT>']],
    ['if a < b and c > d', []],
    ['literal ⟦3⟧ here', ['mark: ⟦', 'mark: ⟧']],
  ])('%s', (text, expected) => {
    expect(spans(text)).toEqual(expected);
  });

  test.each(['$', '`', '<', '\\begin{a}', '"says ', '1.', '/a', 'a@', '<box>', 'http://', '⟦', 'A. '])(
    'a long text of %j is looked through',
    (piece) => {
      expect(protectedSpans(piece.repeat(20_000), kinds)).toBeInstanceOf(Array);
    },
  );
});

describe('masking', () => {
  const ref: Part[] = [
    { type: 'image', imageIndex: 0 },
    { type: 'text', text: '\nIs ' },
    { type: 'ref', text: 'the red car' },
    { type: 'box', boxes: [[0.1, 0.2, 0.3, 0.4]], convention: 'thousandths' },
    { type: 'text', text: ' within 5 km of ' },
    { type: 'opaque', kind: 'latex', text: '$x$' },
    { type: 'text', text: '?' },
  ];

  test('what a translator sees, and the way back', () => {
    const [segment] = masked(...ref);
    expect(segment!.text).toBe('Is ⟦1⟧the red car⟦/1⟧⟦2⟧ within ⟦3⟧ of ⟦4⟧?');
    expect(unmask(segment!.text, segment!)).toEqual([
      ...ref.slice(0, 4),
      { type: 'text', text: ' within 5 km of ' },
      ...ref.slice(5),
    ]);
    const translated = '⟦4⟧离⟦1⟧红色汽车⟦/1⟧⟦2⟧在⟦ 3 ⟧之内吗？';
    expect(markErrors(translated, segment!)).toEqual([]);
    expect(unmask(translated, segment!)).toEqual([
      ref[0],
      { type: 'text', text: '\n' },
      ref[5],
      { type: 'text', text: '离' },
      { type: 'ref', text: '红色汽车' },
      ref[3],
      { type: 'text', text: '在5 km之内吗？' },
    ]);
  });

  test.each([
    ['is ⟦1⟧the car⟦/1⟧⟦2⟧ ⟦3⟧', ['⟦4⟧ is missing']],
    ['⟦1⟧a⟦/1⟧⟦2⟧ ⟦3⟧ ⟦3⟧ ⟦4⟧ ⟦7⟧', ['⟦3⟧ occurs 2 times instead of once', '⟦7⟧ does not belong here']],
    [
      '⟦/1⟧a⟦1⟧⟦2⟧ ⟦3⟧ ⟦4⟧',
      [
        '⟦/1⟧ does not close ⟦1⟧',
        '⟦2⟧ stands inside ⟦1⟧…⟦/1⟧',
        '⟦3⟧ stands inside ⟦1⟧…⟦/1⟧',
        '⟦4⟧ stands inside ⟦1⟧…⟦/1⟧',
        '⟦2⟧ must directly follow ⟦/1⟧',
      ],
    ],
    ['⟦2⟧⟦1⟧a⟦/1⟧ ⟦3⟧ ⟦4⟧', ['⟦2⟧ must directly follow ⟦/1⟧']],
    ['⟦1⟧a⟦/1⟧ and ⟦2⟧ ⟦3⟧ ⟦4⟧', ['⟦2⟧ must directly follow ⟦/1⟧']],
  ])('%s', (text, errors) => {
    expect(markErrors(text, masked(...ref)[0]!)).toEqual(errors);
  });

  test('images keep their order, other marks need not', () => {
    const image = (imageIndex: number): Part => ({ type: 'image', imageIndex });
    const [segment] = masked(
      { type: 'text', text: 'From ' },
      image(0),
      { type: 'text', text: ' to ' },
      image(1),
      { type: 'text', text: ' it is 5 km' },
    );
    expect(segment!.text).toBe('From ⟦1⟧ to ⟦2⟧ it is ⟦3⟧');
    expect(markErrors('⟦3⟧ ⟦1⟧ ⟦2⟧', segment!)).toEqual([]);
    expect(markErrors('⟦2⟧ ⟦1⟧ ⟦3⟧', segment!)).toEqual(['⟦1⟧ ⟦2⟧ must keep their order']);
  });

  test('nothing but marks and digits needs no translator', () => {
    expect(masked({ type: 'text', text: 'B' })).toEqual([]);
    expect(masked({ type: 'text', text: '12' })).toEqual([]);
    expect(masked({ type: 'image', imageIndex: 0 })).toEqual([]);
  });

  // Every text, masked and unmasked without a translator between, is the text itself.
  test('masking is undone by unmasking, whatever the text', () => {
    const pieces = [
      '<image>',
      '⟦1⟧',
      '⟧',
      '$x$',
      '`c`',
      ' A. ',
      '5 km',
      ' "says "',
      'says "x"',
      '\n',
      '字',
      'word ',
      '<ref>',
      '</ref>',
      '<box>[[1,2,3,4]]</box>',
      'a.png',
      '😀',
      '\\(',
      '\\)',
      '  ',
    ];
    let seed = 7;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    for (let round = 0; round < 3000; round++) {
      const text = Array.from({ length: 1 + random(12) }, () => pieces[random(pieces.length)]).join('');
      const [segment] = masked({ type: 'text', text });
      if (segment === undefined) continue;
      expect(markErrors(segment.text, segment)).toEqual([]);
      const back = unmask(segment.text, segment)
        .map((part) => (part.type === 'text' ? part.text : '?'))
        .join('');
      expect(back).toBe(text);
    }
  });

  // Whatever a model makes of the marks: what passes holds every protected span as often as the source, images in order.
  test('a translation with sound marks loses and doubles nothing', () => {
    const source: Part[] = [
      { type: 'text', text: 'From ' },
      { type: 'image', imageIndex: 0 },
      { type: 'text', text: ' walk 5 km to ' },
      { type: 'ref', text: 'the red car' },
      { type: 'box', boxes: [[0, 0, 1, 1]], convention: 'thousandths' },
      { type: 'text', text: ' in ' },
      { type: 'image', imageIndex: 1 },
      { type: 'text', text: ' and read `x.y` there' },
    ];
    const [segment] = masked(...source);
    const pieces = segment!.text.match(/⟦[^⟧]*⟧|[^⟦]+/g)!;
    let seed = 11;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    let sound = 0;
    for (let round = 0; round < 4000; round++) {
      const said = [...pieces];
      for (let changes = random(3); changes > 0; changes--) {
        const [at, to] = [random(said.length), random(said.length)];
        const kind = random(4);
        if (kind === 0) said.splice(at, 1);
        else if (kind === 1) said.splice(at, 0, said[to]!);
        else if (kind === 2) said.splice(to, 0, ...said.splice(at, 1));
        else said[at] = said[at]!.replace(/[a-z ]+/g, '字').replace('⟦', random(2) === 0 ? '⟦ ' : '〚');
      }
      const text = said.join('');
      if (markErrors(text, segment!).length > 0) continue;
      sound++;
      const parts = unmask(text, segment!);
      const words = parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
      expect(parts.flatMap((part) => (part.type === 'image' ? [part.imageIndex] : []))).toEqual([0, 1]);
      expect(parts.filter(({ type }) => type === 'ref')).toHaveLength(1);
      const box = parts.findIndex(({ type }) => type === 'box');
      expect(parts[box]).toBe(source[4]);
      expect(parts[box - 1]?.type).toBe('ref');
      expect(words.split('5 km')).toHaveLength(2);
      expect(words.split('`x.y`')).toHaveLength(2);
      expect(words).not.toMatch(/[⟦⟧〚〛]/);
    }
    expect(sound).toBeGreaterThan(500);
  });
});

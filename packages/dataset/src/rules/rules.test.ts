import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../sample/json.js';
import { memorySource } from '../source/input.js';
import { checkMeta } from './check-meta.js';
import type { Finding } from './finding.js';
import type { ImageInspector, ImageRemark } from './image-port.js';
import { type RuleCode, ruleTable } from './rule-table.js';
import { validate } from './validate.js';
import type { ValidateInput, ValidateOptions, ValidateSummary } from './validate-options.js';

async function run(
  input: string | Uint8Array | ValidateInput,
  options: ValidateOptions = {},
): Promise<{ findings: Finding[]; summary: ValidateSummary; rows: { state: string; text: string }[] }> {
  const findings: Finding[] = [];
  const rows: { state: string; text: string }[] = [];
  const one =
    typeof input === 'string'
      ? memorySource(new TextEncoder().encode(input), 'rows.jsonl')
      : input instanceof Uint8Array
        ? memorySource(input, 'rows.jsonl')
        : input;
  const events = validate([one], options);
  for (;;) {
    const { done, value } = await events.next();
    if (done) return { findings, summary: value, rows };
    if (value.type === 'finding') findings.push(value.finding);
    else rows.push({ state: value.state, text: value.text });
  }
}

const places = (findings: readonly Finding[]): string[] =>
  findings.map(({ code, line, pointer }) => `${line} ${code} ${pointer}`.trim());

/** A sound row with what a case changes. */
function row(
  changes: { readonly [key: string]: JsonValue | undefined } = {},
  ...turns: readonly string[]
): string {
  const texts = turns.length > 0 ? turns : ['How many circles?', 'Two.'];
  return JSON.stringify({
    id: 'r',
    conversations: texts.map((value, index) => ({ from: index % 2 === 0 ? 'human' : 'gpt', value })),
    ...changes,
  });
}

const turns = (...list: readonly (readonly [from: JsonValue, value: JsonValue])[]): JsonValue =>
  list.map(([from, value]) => ({ from, value }));

/** One broken row, what is found in it. */
const cases: readonly (readonly [name: string, text: string, expected: readonly string[]])[] = [
  ['a sound row', row(), []],
  ['a sound row with an image', row({ image: 'a.jpg', width: 3, height: 4 }, '<image>\nHow many?', '2'), []],
  ['several images', row({ image: ['a.jpg', 'b.jpg'] }, '<image>\n<image>\nWhich?', 'The first.'), []],
  [
    'a system turn',
    row({ conversations: turns(['system', 'Be brief.'], ['human', 'Hi'], ['gpt', 'Hello']) }),
    [],
  ],
  ['a video', row({ video: 'v.mp4' }, '<video>\nWhat happens?', 'A cat jumps.'), []],
  [
    'grounding',
    row({}, 'Where is <ref>the dog</ref>?', '<ref>the dog</ref><box>[[10, 20, 300, 400]]</box>'),
    [],
  ],
  ['a quad', row({}, 'Where?', '<quad>[[1, 2, 3, 2, 3, 4, 1, 4]]</quad>'), []],
  ['half a row', row().slice(0, 30), ['json-cut']],
  ['no JSON', '{id: 1}', ['json-invalid']],
  ['NaN', row().replace('"r"', 'NaN'), ['json-nan']],
  ['Infinity', row().replace('"r"', '-Infinity'), ['json-nan']],
  ['nested 10 000 deep', '['.repeat(10_000) + ']'.repeat(10_000), ['json-too-deep']],
  ['a key twice', row().replace('{"id":"r"', '{"id":"q","id":"r"'), ['json-duplicate-key /id']],
  [
    'a key twice with blanks',
    row().replace('{"id":"r"', '{"id" :"q", "\\u0069d":"r"'),
    ['json-duplicate-key /id'],
  ],
  ['a list', '[1]', ['row-shape']],
  ['null', 'null', ['row-shape']],
  ['a number', '7', ['row-shape']],
  ['no conversation', '{"id":"r","messages":[]}', ['field-missing']],
  ['no list', row({ conversations: 'hi' }), ['field-type /conversations']],
  ['no turns', row({ conversations: [] }), ['turns-none /conversations']],
  ['a turn that is text', row({ conversations: ['hi'] }), ['field-type /conversations/0']],
  [
    'a turn without from',
    row({ conversations: [{ value: 'a' }, { from: 'gpt', value: 'b' }] }),
    ['field-missing /conversations/0', 'first-turn-not-human /conversations/1'],
  ],
  [
    'a turn without value',
    row({ conversations: [{ from: 'human' }, { from: 'gpt', value: 'b' }] }),
    ['field-missing /conversations/0'],
  ],
  [
    'a turn with a number',
    row({ conversations: turns(['human', 7], ['gpt', 'b']) }),
    ['field-type /conversations/0/value'],
  ],
  [
    'a role that is a number',
    row({ conversations: turns([1, 'a'], ['gpt', 'b']) }),
    ['field-type /conversations/0/from', 'first-turn-not-human /conversations/1'],
  ],
  [
    'another role',
    row({ conversations: turns(['user', 'a'], ['assistant', 'b']) }),
    ['role-unknown /conversations/0/from', 'role-unknown /conversations/1/from'],
  ],
  [
    'a role nobody knows',
    row({ conversations: turns(['human', 'a'], ['gpt', 'b'], ['tool', 'c']) }),
    ['role-unknown /conversations/2/from'],
  ],
  [
    'two questions',
    row({ conversations: turns(['human', 'a'], ['human', 'b'], ['gpt', 'c']) }),
    ['role-order /conversations/1'],
  ],
  [
    'gpt first',
    row({ conversations: turns(['gpt', 'a'], ['human', 'b'], ['gpt', 'c']) }),
    ['first-turn-not-human /conversations/0'],
  ],
  [
    'system later',
    row({ conversations: turns(['human', 'a'], ['gpt', 'b'], ['system', 'c']) }),
    ['system-misplaced /conversations/2'],
  ],
  ['no answer', row({ conversations: turns(['human', 'a']) }), ['last-turn-not-gpt /conversations/0']],
  ['an empty turn', row({}, 'a', ' \n'), ['turn-empty /conversations/1/value']],
  ['no id', row({ id: undefined }), ['id-missing']],
  ['an id that is a list', row({ id: ['a'] }), ['field-type /id']],
  ['no placeholder', row({ image: 'a.jpg' }), ['placeholder-missing /conversations']],
  ['no placeholder for a video', row({ video: 'v.mp4' }), ['placeholder-missing /conversations']],
  [
    'two placeholders for one image',
    row({ image: 'a.jpg' }, '<image><image> a', 'b'),
    ['placeholder-count /conversations'],
  ],
  ['a placeholder without an image', row({}, '<image>\na', 'b'), ['placeholder-count /conversations']],
  ['no placeholders for a list', row({ image: ['a.jpg'] }), ['placeholder-count /conversations']],
  ['a video placeholder too many', row({}, '<video>\na', 'b'), ['placeholder-count /conversations']],
  [
    'a placeholder in the second question',
    row({ image: 'a.jpg' }, 'a', 'b', '<image> c', 'd'),
    ['placeholder-late /conversations'],
  ],
  [
    'a placeholder in an answer',
    row({ image: 'a.jpg' }, '<image> a', '<image> b'),
    ['placeholder-in-answer /conversations/1/value'],
  ],
  ['an empty path', row({ image: '' }, '<image> a', 'b'), ['image-path-empty /image']],
  ['an absolute path', row({ image: '/data/a.jpg' }, '<image> a', 'b'), ['image-path-absolute /image']],
  ['a drive', row({ image: 'C:\\a.jpg' }, '<image> a', 'b'), ['image-path-absolute /image']],
  ['a share', row({ image: '\\\\host\\a.jpg' }, '<image> a', 'b'), ['image-path-absolute /image']],
  ['a backslash', row({ image: 'a\\b.jpg' }, '<image> a', 'b'), ['image-path-backslash /image']],
  ['a way out', row({ image: 'a/../../b.jpg' }, '<image> a', 'b'), ['image-path-escape /image']],
  [
    'a way out with backslashes',
    row({ image: '..\\b.jpg' }, '<image> a', 'b'),
    ['image-path-backslash /image', 'image-path-escape /image'],
  ],
  ['dots that stay inside', row({ image: 'a/../b..c.jpg' }, '<image> a', 'b'), []],
  ['a NUL in a path', row({ image: 'a\u0000.jpg' }, '<image> a', 'b'), ['image-path-control /image']],
  ['an address', row({ image: 'https://x.test/a.jpg' }, '<image> a', 'b'), ['image-not-checked /image']],
  ['an image that is a number', row({ image: 7 }), ['field-type /image']],
  ['a list with a number', row({ image: ['a.jpg', 7] }, '<image><image> a', 'b'), ['field-type /image/1']],
  ['a video that is a list', row({ video: ['v.mp4'] }), ['field-type /video']],
  ['a width that is text', row({ image: 'a.jpg', width: '640' }, '<image> a', 'b'), ['field-type /width']],
  ['a width of 0', row({ image: 'a.jpg', width: 0 }, '<image> a', 'b'), ['field-type /width']],
  [
    'sizes for one of two',
    row({ image: ['a.jpg', 'b.jpg'], width_list: [1] }, '<image><image> a', 'b'),
    ['image-size-count /width_list'],
  ],
  [
    'a size that is text',
    row({ image: ['a.jpg'], height_list: ['1'] }, '<image> a', 'b'),
    ['field-type /height_list/0'],
  ],
  ['an open tag', row({}, 'a', '<ref>dog'), ['tag-unbalanced /conversations/1/value']],
  ['an end without a start', row({}, 'a', 'dog</box>'), ['tag-unbalanced /conversations/1/value']],
  ['tags that cross', row({}, 'a', '<ref><box>dog</ref></box>'), ['tag-unbalanced /conversations/1/value']],
  ['a box of words', row({}, 'a', '<box>left</box>'), ['box-syntax /conversations/1/value']],
  ['a flat box', row({}, 'a', '<box>[1, 2, 3, 4]</box>'), ['box-syntax /conversations/1/value']],
  ['a box of three', row({}, 'a', '<box>[[1, 2, 3]]</box>'), ['box-syntax /conversations/1/value']],
  ['a negative box', row({}, 'a', '<box>[[-1, 2, 3, 4]]</box>'), ['box-range /conversations/1/value']],
  [
    'a box the wrong way round',
    row({}, 'a', '<box>[[30, 2, 3, 4]]</box>'),
    ['box-order /conversations/1/value'],
  ],
  ['fractions', row({}, 'a', '<box>[[0.1, 0.2, 0.3, 0.4]]</box>'), ['box-convention /conversations/1/value']],
  [
    'a box too large',
    row({}, 'a', '<box>[[100, 200, 1300, 1400]]</box>'),
    ['box-range /conversations/1/value'],
  ],
  [
    'pixels',
    row({ image: 'a.jpg', width: 1920, height: 1440 }, '<image> a', '<box>[[100, 200, 1300, 1400]]</box>'),
    ['box-convention /conversations/1/value'],
  ],
  [
    'decimals',
    row({}, 'a', '<box>[[100.5, 200, 300, 400]]</box>'),
    ['box-convention /conversations/1/value'],
  ],
  ['a box without area', row({}, 'a', '<box>[[1, 2, 1, 4]]</box>'), ['box-empty /conversations/1/value']],
  ['a control token', row({}, 'a<|im_end|>', 'b'), ['special-token /conversations/0/value']],
  [
    'image tokens',
    row({}, '<img><IMG_CONTEXT></img>', 'b'),
    [
      'special-token /conversations/0/value',
      'special-token /conversations/0/value',
      'special-token /conversations/0/value',
    ],
  ],
  ['an end of sequence', row({}, 'a', 'b</s>'), ['special-token /conversations/1/value']],
  ['a bell', row({}, 'a', 'b\u0007'), ['control-character /conversations/1/value']],
  ['a zero-width space', row({}, 'a', 'b\u200bc'), ['control-character /conversations/1/value']],
  ['a direction override', row({}, 'a', '\u202eb'), ['control-character /conversations/1/value']],
  ['a carriage return', row({}, 'a', 'b\r\nc'), ['control-character /conversations/1/value']],
  ['half a pair', row({}, 'a', 'b').replace('"b"', '"\\ud800"'), ['lone-surrogate /conversations/1/value']],
  ['U+FFFD', row({}, 'a', 'caf\ufffd'), ['replacement-character /conversations/1/value']],
  ['Latin-1', row({}, 'a', 'cafÃ© crÃ¨me'), ['mojibake /conversations/1/value']],
  ['windows-1252', row({}, 'a', 'donâ€™t'), ['mojibake /conversations/1/value']],
  [
    'Chinese as Latin-1',
    row({}, 'a', 'å\u009b¾ç\u0089\u0087'),
    ['control-character /conversations/1/value', 'mojibake /conversations/1/value'],
  ],
  ['GBK', row({}, 'a', '锟斤拷锟斤拷'), ['mojibake /conversations/1/value']],
  ['French is no mojibake', row({}, 'Où?', 'À côté du château, où l’on a mangé des pâtes.'), []],
  ['full-width digits', row({}, '２０ 个？', 'b'), ['digits-full-width /conversations/0/value']],
  [
    'simplified and traditional',
    row({}, '这是什么？', '這是一个測試'),
    ['chinese-mixed /conversations/1/value'],
  ],
  [
    'English for Chinese',
    row({ lang: 'zh' }, '这是什么？', 'A small dog on a chair.'),
    ['language-mismatch /conversations/1/value'],
  ],
  [
    'Chinese for English',
    row({ lang: 'en' }, 'What?', '一只小狗'),
    ['language-mismatch /conversations/1/value'],
  ],
  [
    'traditional for simplified',
    row({ lang: 'zh-Hans' }, '这是什么？', '這個圖書館'),
    ['language-mismatch /conversations/1/value'],
  ],
  ['tags have no language', row({ lang: 'zh' }, '在哪里？', '<ref>狗</ref><box>[[1, 2, 3, 4]]</box>'), []],
  ['a number has no language', row({ lang: 'zh' }, '几个？', '42'), []],
  ['a brand in Chinese', row({ lang: 'zh' }, '哪个牌子？', '这是 Apple 公司的 MacBook'), []],
  ['a lang that is a number', row({ lang: 7 }), ['field-type /lang']],
  ['a loop in Chinese', row({}, 'a', '重复重复重复重复'), ['repetition /conversations/1/value']],
  [
    'a loop in English',
    row({}, 'a', 'so it is and so it is and so it is and so it is and so it is'),
    ['repetition /conversations/1/value'],
  ],
];

describe('each rule', () => {
  it.each(cases)('%s', async (_, text, expected) => {
    const { findings } = await run(text);
    expect(places(findings)).toEqual(expected.map((place) => `1 ${place}`));
  });

  it('has a code, a severity, a sentence and a fix in each finding', async () => {
    const { findings } = await run(cases.map(([, text]) => text).join('\n'));
    for (const finding of findings) {
      expect(finding.severity).toBe(ruleTable[finding.code].severity);
      expect(finding.message).toMatch(/^Expected .+\.$/);
      expect(finding.fix).toBe(ruleTable[finding.code].fix);
      expect(finding.excerpt.length).toBeLessThan(800);
      expect(finding.file).toBe('rows.jsonl');
    }
  });
});

describe('lines', () => {
  it('keep their numbers past what is broken', async () => {
    const text = [
      row({ id: 1 }),
      '',
      '{"cut',
      row({ id: 2 }),
      'null',
      `\ufeff${row({ id: 3 })}`,
      row({ id: 1 }),
    ].join('\r\n');
    const { findings, summary } = await run(`\ufeff${text}`);
    expect(places(findings)).toEqual([
      '1 byte-order-mark',
      '2 line-empty',
      '3 json-cut',
      '5 row-shape',
      '6 byte-order-mark',
      '7 id-duplicate /id',
    ]);
    expect(summary).toMatchObject({ ok: false, rows: 6, badRows: 3, errors: 3, warnings: 3 });
    expect(findings.at(-1)?.facts).toEqual({ first: 1 });
  });

  it('are passed over when too long', async () => {
    const { findings } = await run(`${row({ id: 1 })}\n${'x'.repeat(5000)}\nnull`, { maxLineBytes: 1000 });
    expect(places(findings)).toEqual(['2 line-too-long', '3 row-shape']);
  });

  it('that are no UTF-8 are named with the byte', async () => {
    const bytes = new Uint8Array([...new TextEncoder().encode(`${row()}\n{"id": "`), 0xc4, 0xe3, 0xba, 0xc3]);
    const { findings } = await run(bytes);
    expect(places(findings)).toEqual(['2 utf8-invalid']);
    expect(findings[0]?.facts).toEqual({ byte: 8 });
  });

  it('that are no UTF-8 are handed out with their bytes, those too long with their start', async () => {
    const bytes = new Uint8Array([0x7b, 0xff, 0x0a, ...new Array<number>(200).fill(0x61)]);
    const rows = [];
    for await (const event of validate([memorySource(bytes)], { mode: 'quarantine', maxLineBytes: 100 })) {
      if (event.type === 'row') rows.push(event);
    }
    expect(rows).toMatchObject([
      { state: 'bad', text: '{\ufffd', raw: new Uint8Array([0x7b, 0xff]) },
      { state: 'bad', text: expect.stringMatching(/^a+$/), cut: true },
    ]);
  });

  it('of UTF-16 end the file at once', async () => {
    const { findings } = await run(new Uint8Array([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]));
    expect(places(findings)).toEqual(['0 encoding-utf16']);
  });

  it('that are not there are an error', async () => {
    expect(places((await run('')).findings)).toEqual(['0 file-empty']);
  });

  it('hold the same findings in every cut of the stream', async () => {
    const text = cases.map(([, line]) => line).join('\n');
    const { findings } = await run(text);
    const bytes = new TextEncoder().encode(text);
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < bytes.length; at += 61) yield bytes.slice(at, at + 61);
    }
    const cut = await run({ name: 'rows.jsonl', seekable: false, stream: pieces });
    expect(cut.findings).toEqual(findings);
  });
});

describe('limits', () => {
  const many = Array.from({ length: 50 }, (_, index) => row({ id: index, conversations: [] })).join('\n');

  it('maxErrors stops at the row that reaches it', async () => {
    const { findings, summary } = await run(many, { maxErrors: 7 });
    expect(findings).toHaveLength(7);
    expect(summary).toMatchObject({ stopped: true, errors: 7, rows: 7 });
  });

  it('perRule keeps the first and counts all', async () => {
    const { findings, summary } = await run(many, { perRule: 3 });
    expect(findings.map(({ line }) => line)).toEqual([1, 2, 3]);
    expect(summary).toMatchObject({ counts: { 'turns-none': 50 }, errors: 50, stopped: false });
  });

  it('an abort is rethrown as it is', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(run(many, { signal: controller.signal })).rejects.toBe(reason);
  });
});

/** Says about every image what a test wants said. */
function inspector(remarks: readonly ImageRemark[], size = { width: 30, height: 40 }): ImageInspector {
  return { inspect: async () => ({ size, remarks }) };
}

describe('images', () => {
  it('are looked at once per path, and findings stay in the order of lines', async () => {
    const seen: string[] = [];
    const images: ImageInspector = {
      async inspect(path) {
        seen.push(path);
        return { remarks: [{ code: 'image-missing', message: 'Expected a file, there is none.' }] };
      },
    };
    const text = ['a.jpg', 'b.jpg', 'a.jpg']
      .map((image, id) => row({ id, image }, '<image> a', 'b'))
      .join('\nnull\n');
    const { findings, summary } = await run(text, { images });
    expect(seen).toEqual(['a.jpg', 'b.jpg']);
    expect(places(findings)).toEqual([
      '1 image-missing /image',
      '2 row-shape',
      '3 image-missing /image',
      '4 row-shape',
      '5 image-missing /image',
    ]);
    expect(summary.badRows).toBe(5);
  });

  it('have the size that is declared', async () => {
    const images = inspector([]);
    const one = await run(row({ image: 'a.jpg', width: 30, height: 41 }, '<image> a', 'b'), { images });
    expect(places(one.findings)).toEqual(['1 image-size-differs /height']);
    expect(one.findings[0]?.facts).toEqual({ width: 30, height: 40 });
    const list = await run(
      row(
        { image: ['a.jpg', 'b.jpg'], width_list: [30, 31], height_list: [40, 40] },
        '<image><image> a',
        'b',
      ),
      { images },
    );
    expect(places(list.findings)).toEqual(['1 image-size-differs /width_list/1']);
  });
});

describe('quarantine', () => {
  it('hands every row out, byte for byte, with what is wrong', async () => {
    const lines = [row({ id: 1 }), 'null', `${row({ id: 2, image: 'a.jpg' })}  `, '{"cut'];
    const { rows, summary } = await run(lines.join('\n'), { mode: 'quarantine' });
    expect(rows).toEqual([
      { state: 'sound', text: lines[0] },
      { state: 'bad', text: 'null' },
      { state: 'sound', text: lines[2] },
      { state: 'bad', text: '{"cut' },
    ]);
    expect(summary.badRows).toBe(2);
  });
});

describe('repair', () => {
  const images = inspector([]);
  const fixes: readonly RuleCode[] = [
    'role-unknown',
    'placeholder-missing',
    'image-path-backslash',
    'image-path-absolute',
    'image-size-differs',
    'box-order',
    'control-character',
    'digits-full-width',
    'byte-order-mark',
    'line-empty',
  ];

  it('mends what is listed and leaves other rows byte for byte', async () => {
    const sound = '{ "id": 1, "conversations": [{"from":"human","value":"a"},{"from":"gpt","value":"b"}]}';
    const broken = JSON.stringify({
      id: 2,
      image: 'a\\b.jpg',
      width: 1,
      height: 1,
      conversations: turns(['user', '１２\u200b?\r\n'], ['assistant', '<box>[[9, 8, 1, 2]]</box>']),
    });
    const { rows, findings, summary } = await run([`\ufeff${sound}`, '', '', '', broken, ' '].join('\n'), {
      mode: 'repair',
      fixes,
      images,
    });
    expect(rows).toEqual([
      { state: 'repaired', text: sound },
      {
        state: 'repaired',
        text: JSON.stringify({
          id: 2,
          image: 'a/b.jpg',
          width: 30,
          height: 40,
          conversations: turns(['human', '<image>\n12?\n'], ['gpt', '<box>[[1, 2, 9, 8]]</box>']),
        }),
      },
    ]);
    expect(findings.every(({ repaired }) => repaired)).toBe(true);
    expect(summary).toMatchObject({ ok: true, errors: 0, repairedRows: 2, badRows: 0 });
    expect(summary.repairs).toBe(findings.length);
  });

  it('does nothing that is not listed, and says so', async () => {
    const broken = row({ image: 'a\\b.jpg' }, '１?', 'b');
    const { rows, summary } = await run(broken, { mode: 'repair', fixes: ['digits-full-width'] });
    expect(rows).toEqual([{ state: 'bad', text: broken }]);
    expect(summary).toMatchObject({ errors: 1, repairs: 1, ok: false });
  });

  it('is refused for rules that have none', async () => {
    await expect(run(row(), { mode: 'repair', fixes: ['json-cut'] })).rejects.toMatchObject({
      code: 'invalid-option',
    });
  });

  it('cuts root off an absolute path under it, and off no other', async () => {
    const under = await run(row({ image: '/data/x/a.jpg' }, '<image> a', 'b'), {
      mode: 'repair',
      fixes,
      root: '/data/x',
    });
    expect(under.rows[0]?.text).toContain('"image":"a.jpg"');
    const beside = await run(row({ image: '/data/xy/a.jpg' }, '<image> a', 'b'), {
      mode: 'repair',
      fixes,
      root: '/data/x',
    });
    expect(beside.rows[0]?.state).toBe('bad');
  });

  it('writes names as they are on disk', async () => {
    const files = inspector([
      { code: 'image-path-case', message: 'Expected a.jpg.', facts: { found: 'a.jpg' } },
    ]);
    const named: ImageInspector = {
      inspect: async (path) => (path === 'a.jpg' ? { remarks: [] } : files.inspect(path)),
    };
    const { rows } = await run(row({ image: ['A.jpg'] }, '<image> a', 'b'), {
      mode: 'repair',
      fixes: ['image-path-case'],
      images: named,
    });
    expect(rows[0]).toMatchObject({ state: 'repaired', text: expect.stringContaining('"image":["a.jpg"]') });
  });
});

describe('meta files', () => {
  it('say what InternVL would trip over, with the line', () => {
    const text = `{
  "good": {"root": "r", "annotation": "a.jsonl", "data_augment": false, "repeat_time": 0.5, "length": 3},
  "half": {"root": "r", "annotation": "b.jsonl", "repeat_time": 1.5},
  "bad": {"root": 1, "annotation": "c.json", "data_augment": "no", "repeat_time": 0, "length": -1},
  "none": null
}`;
    const { entries, problems } = checkMeta(JSON.parse(text), text);
    expect(entries.map(({ name }) => name)).toEqual(['good', 'half']);
    expect(problems.map(({ line, code, pointer }) => `${line} ${code} ${pointer}`)).toEqual([
      '3 meta-repeat /half/repeat_time',
      '4 meta-invalid /bad/root',
      '4 meta-invalid /bad/data_augment',
      '4 meta-invalid /bad/repeat_time',
      '4 meta-invalid /bad/length',
      '4 meta-invalid /bad/annotation',
      '5 meta-invalid /none',
    ]);
    expect(checkMeta([], '[]').problems).toHaveLength(1);
  });

  it('whose length is wrong are told', async () => {
    const source = memorySource(new TextEncoder().encode(row()), 'rows.jsonl');
    expect(places((await run({ source, length: 2 })).findings)).toEqual(['0 meta-length']);
  });
});

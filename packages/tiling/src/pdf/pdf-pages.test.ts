import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { isPdf, type PdfOptions, pdfPages } from './index.js';

const folder = new URL('../../../../fixtures/pdf/', import.meta.url);
const two = new Uint8Array(await readFile(new URL('two-pages.pdf', folder)));
const locked = new URL('locked.pdf', folder);

/** A document of one page of that size, in points, that says it has `count` of them. */
function written(
  content: string,
  { width = 72, height = 72, count = 1 }: { width?: number; height?: number; count?: number } = {},
): Uint8Array {
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count ${count} /Kids [3 0 R] >>`,
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${width} ${height}] /Contents 4 0 R >>`,
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
  ];
  let text = '%PDF-1.4\n';
  const places = objects.map((object, index) => {
    const place = text.length;
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(place).padStart(10, '0')} 00000 n \n`;
  });
  const xref = `xref\n0 5\n0000000000 65535 f \n${places.join('')}`;
  const trailer = `trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n${text.length}\n%%EOF\n`;
  return new TextEncoder().encode(text + xref + trailer);
}

async function all(source: string | URL | Uint8Array, options: PdfOptions = {}) {
  const pages = [];
  for await (const page of pdfPages(source, options)) pages.push(page);
  return pages;
}

async function errorOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error) => error,
  );
}

describe('pages', () => {
  test('are drawn in order, over white, in RGB', async () => {
    const pages = await all(two, { dpi: 72 });
    expect(pages.map(({ page, pages, image: { width, height } }) => [page, pages, width, height])).toEqual([
      [1, 2, 144, 72],
      [2, 2, 72, 144],
    ]);
    const [first, second] = pages.map(({ image }) => image);
    const pixel = ({ data, width }: typeof first & object, x: number, y: number) => [
      ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
    ];
    expect(first!.data).toHaveLength(144 * 72 * 3);
    expect([pixel(first!, 72, 36), pixel(first!, 5, 36)]).toEqual([
      [255, 0, 0],
      [255, 255, 255],
    ]);
    expect([pixel(second!, 10, 70), pixel(second!, 60, 70)]).toEqual([
      [0, 0, 255],
      [255, 255, 255],
    ]);
    // The words at the top are grey on white, without coloured edges.
    const words = first!.data.subarray(0, 14 * 144 * 3);
    expect(words.some((value) => value < 100)).toBe(true);
    expect(words.every((value, at) => value === words[at - (at % 3)])).toBe(true);
  });

  test('from a path or a file URL, some of them', async () => {
    const url = new URL('two-pages.pdf', folder);
    expect((await all(url, { first: 2 })).map(({ page }) => page)).toEqual([2]);
    expect((await all(url.pathname, { last: 1 })).map(({ page }) => page)).toEqual([1]);
    expect((await all(url, { last: 9 })).map(({ page }) => page)).toEqual([1, 2]);
  });

  test('by the inch, and smaller where they would have too many pixels', async () => {
    const [page] = await all(written(''), { dpi: 150 });
    expect([page!.image.width, page!.image.height]).toEqual([150, 150]);
    for (const [width, height] of [
      [1_000_000, 1_000_000],
      [1_000_000_000, 1],
      [1, 1_000_000_000],
    ] as const) {
      const [huge] = await all(written('', { width, height }), { maxPixels: 10_000 });
      expect(huge!.image.width * huge!.image.height).toBeLessThanOrEqual(10_000);
      expect(huge!.image.data).toHaveLength(huge!.image.width * huge!.image.height * 3);
    }
  });

  test('of a locked document with its password', async () => {
    expect(await all(locked, { password: 'open sesame' })).toHaveLength(2);
  });

  test('are not drawn when the loop is left', async () => {
    for await (const { page } of pdfPages(two)) {
      expect(page).toBe(1);
      break;
    }
  });
});

describe('errors', () => {
  const text = new TextEncoder();
  test.each<[string, string | URL | Uint8Array, PdfOptions, string]>([
    ['no PDF', text.encode('GIF89a'), {}, 'pdf-unreadable'],
    ['nothing', new Uint8Array(), {}, 'pdf-unreadable'],
    ['garbage behind the header', text.encode('%PDF-1.4 garbage'), {}, 'pdf-unreadable'],
    ['a file that was cut short', two.slice(0, 300), {}, 'pdf-unreadable'],
    ['a page that is not there', written('', { count: 9 }), {}, 'pdf-unreadable'],
    ['a million pages', written('', { count: 1_000_000 }), {}, 'pdf-too-long'],
    ['two pages where one may be', two, { maxPages: 1 }, 'pdf-too-long'],
    ['too many bytes', two, { maxBytes: 100 }, 'pdf-too-large'],
    ['a locked document', locked, {}, 'pdf-locked'],
    ['a wrong password', locked, { password: 'shut' }, 'pdf-locked'],
    ['a page behind the last', two, { first: 3 }, 'invalid-option'],
    ['page 0', two, { first: 0 }, 'invalid-option'],
    ['half a pixel per inch', two, { dpi: 0.5 }, 'invalid-option'],
    ['a file that is not there', new URL('none.pdf', folder), {}, 'file-missing'],
  ])('%s', async (_, source, options, code) => {
    expect(await errorOf(all(source, options))).toMatchObject({ code });
  });

  test('drawing that goes on and on is ended, by its time or by the signal', async () => {
    const endless = written('0 0 900 900 re f '.repeat(200_000), { width: 1000, height: 1000 });
    expect(await errorOf(all(endless, { timeoutMs: 1000 }))).toMatchObject({ code: 'pdf-timeout' });
    const controller = new AbortController();
    const reason = { why: 'enough' };
    const pages = pdfPages(endless, { signal: controller.signal });
    const first = errorOf(pages.next());
    setTimeout(() => controller.abort(reason), 100);
    expect(await first).toBe(reason);
    expect(await errorOf(all(two, { signal: AbortSignal.abort(reason) }))).toBe(reason);
  });

  test('random damage never crashes', async () => {
    for (let seed = 1; seed <= 8; seed++) {
      const damaged = two.slice();
      for (let at = 9; at < damaged.length; at += 17 * seed) damaged[at] = (damaged[at]! * 31 + seed) % 256;
      const error = await errorOf(all(damaged, { timeoutMs: 20_000, dpi: 36 }));
      if (error !== undefined) expect(error).toMatchObject({ code: expect.stringMatching(/^pdf-/) });
    }
  });
});

test('a PDF is known by its first bytes', () => {
  expect([isPdf(two), isPdf(text('%PDF')), isPdf(text('x%PDF-1'))]).toEqual([true, false, false]);
  function text(value: string): Uint8Array {
    return new TextEncoder().encode(value);
  }
});

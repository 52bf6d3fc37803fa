import { describe, expect, it } from 'vitest';
import { firstWrongByte, type Line, lineBlocks } from './lines.js';

async function linesOf(bytes: Uint8Array, piece: number, maxLineBytes = 1 << 20): Promise<Line[]> {
  const lines: Line[] = [];
  for await (const block of lineBlocks(cut(bytes, piece), { maxLineBytes })) {
    for (const { blank = 1, ...line } of block) {
      for (let at = 0; at < blank; at++) lines.push({ ...line, number: line.number + at });
    }
  }
  return lines;
}

/** The source reuses one buffer, as some do. */
async function* cut(bytes: Uint8Array, piece: number): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(piece);
  for (let at = 0; at < bytes.length; at += piece) {
    const part = bytes.subarray(at, at + piece);
    buffer.set(part);
    yield buffer.subarray(0, part.length);
  }
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('lineBlocks', () => {
  it.each([1, 2, 3, 7, 1000])('gives the same lines for pieces of %i bytes', async (piece) => {
    const text = 'one\n\n二行目\r\n{"x": "🙂"}\nlast';
    const lines = await linesOf(encode(text), piece);
    expect(lines).toEqual(text.split('\n').map((line, index) => ({ number: index + 1, text: line })));
  });

  it('has no line behind the last line feed', async () => {
    expect(await linesOf(encode('a\nb\n'), 10)).toHaveLength(2);
    expect(await linesOf(encode(''), 10)).toHaveLength(0);
    expect(await linesOf(encode('\n\n'), 1)).toHaveLength(2);
    expect(await linesOf(encode('\n\n\na\n\n\nb\n\n'), 100)).toEqual(
      ['', '', '', 'a', '', '', 'b', ''].map((text, index) => ({ number: index + 1, text })),
    );
  });

  it.each([1, 4, 5, 64])('passes over a line too long, pieces of %i bytes', async (piece) => {
    const lines = await linesOf(encode(`short\n${'x'.repeat(50)}\nafter\n${'y'.repeat(11)}`), piece, 10);
    expect(lines).toEqual([
      { number: 1, text: 'short' },
      { number: 2, text: expect.stringMatching(/^x+$/), problem: 'line-too-long', bytes: 50 },
      { number: 3, text: 'after' },
      { number: 4, text: expect.stringMatching(/^y+$/), problem: 'line-too-long', bytes: 11 },
    ]);
  });

  it.each([1, 3, 1000])(
    'marks the line whose bytes are wrong and no other, pieces of %i bytes',
    async (piece) => {
      const bytes = new Uint8Array([...encode('好\nab'), 0xff, ...encode('c\n好')]);
      expect(await linesOf(bytes, piece)).toEqual([
        { number: 1, text: '好' },
        {
          number: 2,
          text: 'ab\ufffdc',
          problem: 'utf8-invalid',
          bytes: 2,
          raw: new Uint8Array([0x61, 0x62, 0xff, 0x63]),
        },
        { number: 3, text: '好' },
      ]);
    },
  );
});

describe('firstWrongByte', () => {
  it('agrees with the decoder on all sequences of two and on borders of three and four', () => {
    const strict = new TextDecoder('utf-8', { fatal: true });
    const borders = [0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff];
    const check = (bytes: readonly number[]): void => {
      let sound = true;
      try {
        strict.decode(new Uint8Array(bytes));
      } catch {
        sound = false;
      }
      expect(firstWrongByte(new Uint8Array(bytes)) < 0, bytes.join(' ')).toBe(sound);
    };
    for (let first = 0; first < 256; first++) {
      check([first]);
      for (const second of borders) {
        check([first, second]);
        for (const third of borders) {
          check([first, second, third]);
          for (const fourth of [0x80, 0xbf, 0x41]) check([first, second, third, fourth]);
        }
      }
    }
  });
});

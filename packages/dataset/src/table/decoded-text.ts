import { DatasetError } from '../error.js';
import {
  countUtf8,
  type DetectedEncoding,
  decodes,
  encodingLabel,
  guessLegacy,
  markedEncoding,
  unmarkedUtf16,
} from './encoding.js';

const HEAD = 64 * 1024;

/** What an error calls an encoding, and how to ask for it. */
const called: Readonly<Record<DetectedEncoding, string>> = {
  ascii: 'ASCII',
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16 (little endian, what Excel calls Unicode text)',
  'utf-16be': 'UTF-16 (big endian)',
  'utf-32': 'UTF-32',
  gb18030: 'GB18030 (what Excel writes for Chinese; also GBK, GB2312)',
  big5: 'Big5',
  unknown: 'bytes that are none (windows-1252 perhaps)',
};

/** Files that are no text at all, by their first bytes. */
const otherFiles: readonly (readonly [readonly number[], string])[] = [
  [[0x50, 0x4b, 0x03, 0x04], 'an Excel workbook (.xlsx) or another zip archive; save the sheet as CSV UTF-8'],
  [[0xd0, 0xcf, 0x11, 0xe0], 'an old Excel workbook (.xls); save the sheet as CSV UTF-8'],
  [[0x50, 0x41, 0x52, 0x31], 'a Parquet file; read it as one'],
  [[0x25, 0x50, 0x44, 0x46], 'a PDF; export its table first'],
];

/**
 * A file's text, decoded as it comes. Without `encoding` it must be UTF-8, with or without a byte order mark; any other
 * encoding is named in the error, with what to pass. Damaged characters come as U+FFFD.
 *
 * @throws `encoding-other` (facts: `encoding`), `encoding-mismatch`, `file-no-text`, `invalid-option`
 */
export async function* decodedText(
  pieces: AsyncIterable<Uint8Array>,
  file: string,
  encoding?: string,
): AsyncGenerator<string, void, undefined> {
  const asked = encoding === undefined ? undefined : encodingLabel(encoding);
  let head: Uint8Array[] = [];
  let headBytes = 0;
  let decode: ((bytes: Uint8Array) => string) | undefined;
  let flush = () => '';
  const start = (): string => {
    const bytes = concat(head, headBytes);
    head = [];
    const decoder = decoderFor(bytes, file, asked);
    decode = decoder.decode;
    flush = decoder.flush;
    return decode(bytes);
  };
  for await (const piece of pieces) {
    if (decode !== undefined) {
      yield decode(piece);
      continue;
    }
    head.push(piece);
    headBytes += piece.length;
    if (headBytes >= HEAD) yield start();
  }
  if (decode === undefined && headBytes > 0) yield start();
  const last = flush();
  if (last !== '') yield last;
}

interface Decoder {
  decode(bytes: Uint8Array): string;
  flush(): string;
}

function decoderFor(head: Uint8Array, file: string, asked: string | undefined): Decoder {
  for (const [magic, what] of otherFiles) {
    if (magic.every((byte, index) => head[index] === byte)) {
      throw new DatasetError('file-no-text', `Expected a table as text in ${file}, got ${what}.`, { file });
    }
  }
  const marked = markedEncoding(head);
  const found = marked ?? unmarkedUtf16(head);
  const name = asked === 'utf-16' ? (found?.startsWith('utf-16') ? found : 'utf-16le') : asked;
  if (name === undefined || name === 'utf-8') {
    if (found !== undefined && found !== 'utf-8') throw other(file, found, asked);
    return utf8Decoder(file, asked);
  }
  const already = marked ?? (wholeUtf8(head) ? 'utf-8' : undefined);
  if (already !== undefined && already !== name) {
    throw new DatasetError(
      'encoding-mismatch',
      `Expected ${name} in ${file} as asked, got ${called[already]}; ${already === 'utf-8' ? 'leave the encoding out' : `pass encoding ${already}`}.`,
      { file, asked: name, encoding: already },
    );
  }
  const decoder = new TextDecoder(name);
  return {
    decode: (bytes) => decoder.decode(bytes, { stream: true }),
    flush: () => decoder.decode(),
  };
}

/** UTF-8, judged at the first bytes that are none: a damaged file, or one that was never UTF-8. */
function utf8Decoder(file: string, asked: string | undefined): Decoder {
  const decoder = new TextDecoder('utf-8');
  let judged = false;
  // Chinese in UTF-8 has three bytes a character; half of GB 18030's pairs look like UTF-8's two.
  let trusted = false;
  return {
    decode(bytes) {
      const text = decoder.decode(bytes, { stream: true });
      if (!judged && text.includes('\uFFFD')) {
        judged = true;
        const { valid, long, invalid } = countUtf8(bytes);
        const legacy = invalid > valid || decodes(bytes, 'gb18030');
        if (!trusted && invalid > long && legacy) throw other(file, guessLegacy(bytes), asked);
      }
      trusted ||= /[\u0800-\uFFFC]/.test(text);
      return text;
    },
    flush: () => decoder.decode(),
  };
}

function wholeUtf8(bytes: Uint8Array): boolean {
  const { valid, invalid } = countUtf8(bytes);
  return invalid === 0 && valid > 3;
}

function other(file: string, encoding: DetectedEncoding, asked: string | undefined): DatasetError {
  const remedy =
    encoding === 'unknown' || encoding === 'utf-32'
      ? 'save it as CSV UTF-8, or name its encoding with --encoding'
      : `convert it with --encoding ${encoding} (option encoding), or save it as CSV UTF-8`;
  return new DatasetError(
    'encoding-other',
    `Expected UTF-8 in ${file}${asked === undefined ? '' : ' as asked'}, got ${called[encoding]}; ${remedy}.`,
    { file, encoding },
  );
}

function concat(pieces: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let filled = 0;
  for (const piece of pieces) {
    bytes.set(piece, filled);
    filled += piece.length;
  }
  return bytes;
}

import { DatasetError } from '../error.js';
import type { ByteSource } from '../source/byte-source.js';
import type { RuleCode } from './rule-table.js';
import type { ValidateOptions } from './validate-options.js';

/** JSON Lines shrink to a tenth or twentieth; only what was made to grow unpacks to more than this. */
const BOMB_RATIO = 400;
const BOMB_BYTES = 1 << 26;

/**
 * The bytes of a file, as far as they can be text at all.
 *
 * @throws `encoding-utf16`, `compression-bomb`, and what the source throws
 */
export async function* fileBytes(
  source: ByteSource,
  { signal, onProgress }: Pick<ValidateOptions, 'signal' | 'onProgress'>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let loaded = 0;
  for await (const piece of source.stream({ signal })) {
    if (loaded === 0 && isUtf16(piece)) {
      throw new DatasetError(
        'encoding-utf16',
        'Expected UTF-8, got the mark of UTF-16 or UTF-32; save the file as UTF-8.',
      );
    }
    loaded += piece.length;
    if (loaded > BOMB_BYTES && source.size !== undefined && loaded > source.size * BOMB_RATIO) {
      throw new DatasetError(
        'compression-bomb',
        `Expected data that unpacks to at most ${BOMB_RATIO} times its size, got ${loaded} bytes from ${source.size} so far.`,
      );
    }
    yield piece;
    onProgress?.({ status: 'validating', file: source.name, loaded, total: source.size });
  }
}

function isUtf16([first, second]: Uint8Array): boolean {
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}

/** Errors that are the caller's to mend, not the file's. */
const aboutTheCall = new Set(['invalid-option', 'decoder-missing', 'language-detector-missing']);

/**
 * The rule that a file breaks which cannot be read to its end.
 *
 * @throws `error` itself where it is not about the file
 */
export function ruleOfFailure(error: unknown): {
  readonly code: RuleCode;
  readonly message: string;
  readonly cause: string;
} {
  if (!DatasetError.is(error) || aboutTheCall.has(error.code)) throw error;
  const { code, message } = error;
  const own = code === 'encoding-utf16' || code === 'compression-bomb';
  return { code: own ? code : 'file-unreadable', message, cause: code };
}

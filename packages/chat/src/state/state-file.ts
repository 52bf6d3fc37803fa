import { InternVLError } from '@internvl/backend';

const MAGIC = 'IVLSTATE';
/** Of the form, and of what the parts mean. */
const VERSION = 1;
const HASH_BYTES = 32;
/** Mark, version, hash: what the hash is not of. */
const HEAD_BYTES = MAGIC.length + 4 + HASH_BYTES;
/** Behind these and the length of the header. */
const HEADER_START = HEAD_BYTES + 4;
/** Where parts begin, so that numbers can be read where they lie. */
const ALIGNMENT = 8;

/** What a state consists of: JSON that may name parts by index, and the parts. */
export interface StateContent {
  readonly json: unknown;
  readonly parts: readonly Uint8Array[];
}

/**
 * A state as bytes: mark, version, SHA-256 of all that follows, the length of the header, the header (JSON with the lengths of
 * the parts), the parts, each at a multiple of 8. Numbers are uint32, little-endian.
 */
export async function packState({ json, parts }: StateContent): Promise<Uint8Array<ArrayBuffer>> {
  const lengths = parts.map((part) => part.byteLength);
  const header = new TextEncoder().encode(JSON.stringify({ lengths, json }));
  const starts = startsOf(header.length, lengths);
  const bytes = new Uint8Array(starts.at(-1)!);
  bytes.set(new TextEncoder().encode(MAGIC));
  const view = new DataView(bytes.buffer);
  view.setUint32(MAGIC.length, VERSION, true);
  view.setUint32(HEAD_BYTES, header.length, true);
  bytes.set(header, HEADER_START);
  parts.forEach((part, index) => {
    bytes.set(part, starts[index]!);
  });
  bytes.set(await hashOf(bytes), HEAD_BYTES - HASH_BYTES);
  return bytes;
}

/**
 * What `packState` packed; the parts are copies.
 *
 * @throws `state-unreadable` when it is damaged, cut or something else, `state-version` when another version wrote it
 */
export async function unpackState(state: Uint8Array): Promise<StateContent> {
  const bytes = Uint8Array.from(state);
  const view = new DataView(bytes.buffer);
  const mark = new TextDecoder().decode(bytes.subarray(0, MAGIC.length));
  if (mark !== MAGIC || bytes.length < HEADER_START) throw unreadable('it does not begin as one');
  const version = view.getUint32(MAGIC.length, true);
  if (version !== VERSION) {
    throw new InternVLError(
      'state-version',
      `Expected a conversation's state of version ${VERSION}, got version ${version}; restore it with the release that saved it.`,
      { version, supported: VERSION },
    );
  }
  const hash = await hashOf(bytes);
  if (hash.some((byte, at) => bytes[HEAD_BYTES - HASH_BYTES + at] !== byte)) {
    throw unreadable('it is damaged or cut short');
  }
  const headerEnd = HEADER_START + view.getUint32(HEAD_BYTES, true);
  const header: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(HEADER_START, headerEnd)));
  const { lengths, json } = Object(header) as { readonly lengths?: unknown; readonly json?: unknown };
  if (!Array.isArray(lengths) || lengths.some((length) => !(Number.isSafeInteger(length) && length >= 0))) {
    throw unreadable('its header is another one');
  }
  const starts = startsOf(headerEnd - HEADER_START, lengths);
  if (starts.at(-1) !== bytes.length) throw unreadable('its parts have other lengths');
  return { json, parts: lengths.map((length, at) => bytes.slice(starts[at], starts[at]! + length)) };
}

/** The error of a state that cannot be used. */
export function unreadable(reason: string, cause?: unknown): InternVLError {
  return new InternVLError(
    'state-unreadable',
    `Expected the state of a conversation as save() gave it, but ${reason}; restore a whole copy, or begin anew.`,
    { reason },
    cause === undefined ? undefined : { cause },
  );
}

/** Where each part begins, and last where all end. */
function startsOf(headerBytes: number, lengths: readonly number[]): number[] {
  const starts = [aligned(HEADER_START + headerBytes)];
  for (const length of lengths) starts.push(aligned(starts.at(-1)! + length));
  return starts;
}

function aligned(at: number): number {
  return ALIGNMENT * Math.ceil(at / ALIGNMENT);
}

async function hashOf(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const { subtle } = globalThis.crypto ?? {};
  if (!subtle) {
    throw new InternVLError(
      'hash-missing',
      'Expected a platform that can hash (WebCrypto), it cannot; open the page over HTTPS.',
    );
  }
  return new Uint8Array(await subtle.digest('SHA-256', bytes.subarray(HEAD_BYTES)));
}

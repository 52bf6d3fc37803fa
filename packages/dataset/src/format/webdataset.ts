import { isJsonObject, type JsonValue } from '../sample/json.js';
import type { Place, Problem } from '../sample/problem.js';
import { noProblems, type Reading } from '../sample/reading.js';
import type { ImageRef, Sample } from '../sample/sample.js';
import type { ByteSource } from '../source/byte-source.js';
import { BLOCK, writeHeader } from '../tar/header.js';
import { readTar, type TarFault, type TarMember } from '../tar/read-tar.js';
import { imageExtension } from './base64.js';
import type { Format, ReadFormatOptions, WriteFormatOptions } from './format.js';
import { imageBytes } from './image-bytes.js';
import { readInternvlRow, writeInternvlRow } from './internvl.js';
import { idOf } from './row-fields.js';
import { RowProblems } from './row-problems.js';

const MOST_MEMBER = 2 ** 27;
/** What a sample may hold in all, however it is packed. */
const MOST_SAMPLE = 2 ** 28;
/** A sample with more is no sample but an attack, or a tar of something else. */
const MOST_MEMBERS = 1000;
const images = /^(?:(?:\d+|image\d*)\.)?(jpe?g|png|webp|gif|bmp|tiff?|avif)$/i;

/**
 * WebDataset: a tar whose members belong to one sample while their names are equal up to the first dot of the base name:
 * `000012.json`, `000012.jpg`, or `000012.0.jpg`, `000012.1.jpg`. The JSON is a row of InternVL's format, or any object
 * with a `caption` or `text`; a `.txt` beside an image is its caption. Written with fixed times and owners, so that the
 * same samples give the same bytes. Source: the WebDataset format, docs of webdataset.
 */
export const webdataset: Format = {
  name: 'webdataset',
  summary: 'WebDataset: a tar of JSON and images',
  extensions: ['.tar'],
  read,
  write,
};

interface Group {
  readonly key: string;
  readonly place: Place;
  readonly members: { readonly ending: string; readonly member: TarMember }[];
  bytes: number;
  /** Passed over, and told. */
  refused: boolean;
}

async function* read(
  source: ByteSource,
  options: ReadFormatOptions = {},
): AsyncGenerator<Reading, void, undefined> {
  let group: Group | undefined;
  let row = 0;
  const seen = new Set<string>();
  for await (const member of readTar(source.stream({ signal: options.signal }), MOST_MEMBER)) {
    options.signal?.throwIfAborted();
    if ('fault' in member) {
      // A cut costs the sample it is in; at the other faults the last sample is whole.
      const lost = group !== undefined && member.fault === 'cut';
      if (group !== undefined && !lost) yield reading(group, options);
      const place = {
        file: source.name,
        row: Math.max(1, lost ? row : row + 1),
        byteOffset: member.byteOffset,
      };
      yield { place, problems: [faultProblem(member, place)] };
      return;
    }
    const [key, ending] = keyOf(member.name);
    if (group === undefined || group.key !== key) {
      if (group !== undefined) {
        yield reading(group, options);
        seen.add(group.key);
        if (seen.size > 2 ** 20) seen.clear();
      }
      row++;
      group = {
        key,
        place: { file: source.name, row, byteOffset: member.byteOffset },
        members: [],
        bytes: 0,
        refused: false,
      };
      if (seen.has(key)) {
        const problems = new RowProblems(group.place);
        problems.warning(
          'tar-order',
          `Expected the members of ${key} side by side, got more of them later; they count as another sample.`,
        );
        yield { place: group.place, problems: problems.list };
      }
    }
    if (group.refused) continue;
    group.bytes += member.size;
    if (group.members.length < MOST_MEMBERS && group.bytes <= MOST_SAMPLE) {
      group.members.push({ ending, member });
      continue;
    }
    group.refused = true;
    group.members.length = 0;
  }
  if (group !== undefined) yield reading(group, options);
}

function faultProblem({ fault, byteOffset }: TarFault, place: Place): Problem {
  switch (fault) {
    case 'cut':
      return {
        code: 'tar-cut',
        severity: 'error',
        message:
          'Expected the rest of the tar, got the end of the file; the samples before are whole, fetch the file again.',
        place,
      };
    case 'no-header':
      return {
        code: 'tar-header',
        severity: 'error',
        message: `Expected a tar header at byte ${byteOffset}, got something else; the file is damaged or no tar.`,
        place,
      };
    case 'no-end':
      return {
        code: 'tar-end',
        severity: 'warning',
        message:
          'Expected the zero blocks that close a tar, got the end of the file; it may be cut between two members.',
        place,
      };
  }
}

/** `a/b/000012.seg.png` → `a/b/000012` and `seg.png`. */
function keyOf(name: string): readonly [string, string] {
  const slash = name.lastIndexOf('/') + 1;
  const dot = name.indexOf('.', slash);
  return dot < 0 ? [name, ''] : [name.slice(0, dot), name.slice(dot + 1).toLowerCase()];
}

function reading({ key, place, members, refused }: Group, options: ReadFormatOptions): Reading {
  const problems = new RowProblems(place);
  if (refused) {
    problems.error(
      'sample-too-large',
      `Expected at most ${MOST_MEMBERS} members and ${MOST_SAMPLE} bytes in a sample, got more in ${key}; is this a WebDataset?`,
    );
  }
  for (const { member } of members) {
    if (member.bytes === undefined) {
      problems.error(
        'member-too-large',
        `Expected at most ${MOST_MEMBER} bytes in ${member.name}, got ${member.size}; is this a WebDataset?`,
      );
    }
  }
  const files: ImageRef[] = members.flatMap(({ ending, member: { name, bytes } }) =>
    images.test(ending) && bytes !== undefined ? [{ path: name.replace(/^.*\//, ''), bytes }] : [],
  );
  const json = members.find(({ ending }) => ending === 'json')?.member.bytes;
  const text = members.find(({ ending }) => ending === 'txt' || ending === 'caption')?.member.bytes;
  let row: JsonValue | undefined;
  if (json !== undefined) {
    try {
      row = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
    } catch (error) {
      problems.error(
        'json-invalid',
        `Expected JSON in ${key}.json, got something else (${error instanceof Error ? error.message : String(error)}); mend it.`,
      );
    }
  }
  if (problems.failed) return { place, problems: problems.list };
  const id = key.replace(/^.*\//, '');
  if (isJsonObject(row) && row.conversations !== undefined) {
    const read = readInternvlRow(row.id === undefined ? { ...row, id } : row, place, options);
    return read.sample === undefined ? read : { ...read, sample: withBytes(read.sample, files) };
  }
  const said = isJsonObject(row) ? (row.caption ?? row.text) : undefined;
  const caption =
    typeof said === 'string' ? said : text === undefined ? undefined : new TextDecoder().decode(text).trim();
  if (caption === undefined || files.length === 0) {
    const came = members
      .map(({ ending }) => ending || 'a file without one')
      .slice(0, 8)
      .join(', ');
    problems.error(
      'members-unknown',
      `Expected a JSON with conversations, or an image with a caption, got members ending in ${came}; is this the right format?`,
    );
    return { place, problems: problems.list };
  }
  const sample: Sample = {
    id: id === '' ? idOf(place) : id,
    ...(options.lang !== undefined && { lang: options.lang }),
    images: files,
    turns: [
      { role: 'user', parts: files.map((_, imageIndex) => ({ type: 'image', imageIndex })) },
      { role: 'assistant', parts: [{ type: 'text', text: caption }] },
    ],
    ...(isJsonObject(row) && { meta: row }),
  };
  return { place, sample, problems: noProblems };
}

/** The row's images with the bytes that lie beside it: by name, else by order. */
function withBytes(sample: Sample, files: readonly ImageRef[]): Sample {
  if (files.length === 0) return sample;
  if (sample.images.length === 0) return sample;
  const named = new Map(files.map((file) => [file.path, file.bytes]));
  return {
    ...sample,
    images: sample.images.map((image, index) => {
      const bytes = named.get(image.path?.replace(/^.*[\\/]/, '')) ?? files[index]?.bytes;
      return bytes === undefined ? image : { ...image, bytes };
    }),
  };
}

async function* write(
  samples: AsyncIterable<Sample>,
  options: WriteFormatOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const { onProblem, signal } = options;
  let index = 0;
  for await (const sample of samples) {
    signal?.throwIfAborted();
    const problems = new RowProblems({ file: `sample ${sample.id}` });
    const key = String(index).padStart(9, '0');
    const members: { readonly name: string; readonly bytes: Uint8Array }[] = [];
    const named: ImageRef[] = [];
    for (const [at, image] of sample.images.entries()) {
      const bytes = await imageBytes(image, options, problems);
      if (bytes === undefined) {
        if (!problems.failed) {
          problems.error(
            'image-unreachable',
            `Expected the bytes of image ${image.path ?? image.url ?? at}, got none; give readImage (--root).`,
          );
        }
        continue;
      }
      const middle = sample.images.length === 1 ? '' : `.${at}`;
      members.push({ name: `${key}${middle}.${imageExtension(bytes)}`, bytes });
      named.push(
        image.path === undefined && image.url === undefined
          ? { ...image, path: `${key}${middle}.${imageExtension(bytes)}` }
          : image,
      );
    }
    const row = problems.failed ? undefined : writeInternvlRow({ ...sample, images: named }, options);
    for (const problem of problems.list) onProblem?.(problem);
    if (row === undefined) continue;
    index++;
    yield member(`${key}.json`, new TextEncoder().encode(JSON.stringify(row)));
    for (const { name, bytes } of members) yield member(name, bytes);
  }
  yield new Uint8Array(2 * BLOCK);
}

function member(name: string, bytes: Uint8Array): Uint8Array {
  const header = writeHeader(name, bytes.length);
  const padded = Math.ceil(bytes.length / BLOCK) * BLOCK;
  const all = new Uint8Array(header.length + padded);
  all.set(header);
  all.set(bytes, header.length);
  return all;
}

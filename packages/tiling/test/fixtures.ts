import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../../../', import.meta.url);

/** A path below `fixtures/` of the repository. */
export function fixture(path: string): string {
  return fileURLToPath(new URL(`fixtures/${path}`, root));
}

const beside = process.env.INTERNVL_SHARED ?? fileURLToPath(new URL('../shared', root));

/** The folder with the full sets of reference data, or undefined where it is absent. */
export const shared = existsSync(beside) ? beside : undefined;

export function sha256(...parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/** The image of the specification's goldens: a formula of column and row. */
export function formula(width: number, height: number) {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data[at++] = 7 * x + 13 * y;
      data[at++] = x * x + 3 * y;
      data[at++] = 5 * (x ^ y);
    }
  }
  return { data, width, height };
}

/** What Pillow and numpy gave; see `fixtures/tiling/make.py`. */
export interface Expected {
  readonly files: Readonly<Record<string, DecodedRecord>>;
  readonly photo: DecodedRecord;
  readonly resized: readonly {
    from: [number, number];
    to: [number, number];
    rgb: string;
    horizontalFirst: string;
  }[];
  readonly padded: readonly { from: [number, number]; rgb: string }[];
  readonly normalised: Readonly<
    Record<'imagenet' | 'clip' | 'siglip', Record<'separate' | 'fused' | 'float16', string>>
  >;
  readonly frames: readonly {
    frames: number;
    framesPerSecond: number;
    segments: number;
    bound: [number, number] | null;
    indices: number[];
  }[];
}

export interface DecodedRecord {
  readonly mode: string;
  readonly width: number;
  readonly height: number;
  readonly rgb: string;
  readonly turned?: { readonly width: number; readonly height: number; readonly rgb: string };
}

export function expected(): Expected {
  return JSON.parse(readFileSync(fixture('tiling/expected.json'), 'utf8'));
}

/** One run of a tiny checkpoint, as far as tiling is concerned. */
export interface GoldenRun {
  readonly name: string;
  readonly how: 'chat' | 'batch_chat' | 'native' | 'vision';
  readonly video?: boolean;
  readonly max_patches?: number;
  readonly images: readonly {
    readonly file: string;
    readonly tiles: number;
    readonly min?: number;
    readonly max?: number;
    readonly thumbnail?: boolean;
    readonly tiles_sha256?: string;
  }[];
  readonly tokens_per_tile?: number;
  readonly pixel_values?: { readonly shape: [number, number, number, number]; readonly sha256: string };
}

/** All runs with pictures below a folder of tiny checkpoints. */
export function goldenRuns(folder: string): GoldenRun[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => existsSync(`${folder}/${entry.name}/golden`))
    .flatMap(({ name }) =>
      readdirSync(`${folder}/${name}/golden`)
        .filter((file) => file.endsWith('.json') && file !== 'about.json')
        .map((file) => ({
          ...JSON.parse(readFileSync(`${folder}/${name}/golden/${file}`, 'utf8')),
          name: `${name}/${file.slice(0, -5)}`,
        })),
    )
    .filter((run) => run.pixel_values);
}

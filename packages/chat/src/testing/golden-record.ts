import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export interface GoldenImage {
  readonly file: string;
  readonly min?: number;
  readonly max?: number;
  readonly tiles?: number;
}

export interface GoldenRow {
  readonly question: string;
  readonly prompt: string;
  readonly prompt_ids: readonly number[];
  readonly ids: readonly number[];
  readonly text: string;
  readonly response?: string;
  readonly finish: 'stop' | 'length';
}

/** What the reference did in one run; `fixtures/checkpoints/README.md` explains the fields. */
export interface GoldenRecord extends GoldenRow {
  readonly case: string;
  readonly run: string;
  readonly how: 'chat' | 'batch_chat' | 'native' | 'vision';
  readonly images: readonly GoldenImage[];
  readonly num_patches_list?: readonly number[] | null;
  readonly system_message?: string;
  readonly history: readonly (readonly [string, string])[];
  readonly video?: boolean;
  readonly max_patches?: number;
  readonly generation: { readonly max_new_tokens: number; readonly repetition_penalty?: number };
  readonly pixel_values?: { readonly shape: readonly number[]; readonly sha256: string };
  readonly rows?: readonly GoldenRow[];
}

export interface GoldenCase {
  readonly name: string;
  /** The checkpoint. */
  readonly folder: string;
  /** Names of its runs. */
  readonly runs: readonly string[];
  readonly images: string;
}

const root = new URL('../../../../', import.meta.url);

/** The small set that lies in the repository. */
export const fixtures = fileURLToPath(new URL('fixtures/checkpoints/', root));

/** The full set, beside the repository or where `INTERNVL_SHARED` says; undefined where it is absent. */
export function sharedGoldens(): string | undefined {
  const shared = process.env.INTERNVL_SHARED ?? fileURLToPath(new URL('../shared/', root));
  return existsSync(`${shared}/goldens`) ? `${shared}/goldens/` : undefined;
}

/** The checkpoints of a set with their runs. */
export async function goldenCases(set: string): Promise<GoldenCase[]> {
  const cases: GoldenCase[] = [];
  for (const name of (await readdir(set)).sort()) {
    const folder = `${set}${set.endsWith('/') ? '' : '/'}${name}`;
    if (!existsSync(`${folder}/golden`)) continue;
    const files = await readdir(`${folder}/golden`);
    const runs = files
      .filter((file) => file.endsWith('.json') && file !== 'about.json')
      .map((file) => file.slice(0, -'.json'.length))
      .sort();
    cases.push({ name, folder, runs, images: `${set}/images` });
  }
  return cases;
}

export async function readRecord({ folder }: GoldenCase, run: string): Promise<GoldenRecord> {
  return JSON.parse(await readFile(`${folder}/golden/${run}.json`, 'utf8'));
}

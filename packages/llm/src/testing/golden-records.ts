import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** One answered prompt of a record. */
export interface GoldenRow {
  readonly prompt_ids: readonly number[];
  readonly ids: readonly number[];
  readonly finish: 'stop' | 'length';
}

/** What the reference did in one run; `fixtures/checkpoints/README.md` explains the fields. */
export interface GoldenRecord extends GoldenRow {
  readonly how: 'chat' | 'batch_chat' | 'native' | 'vision';
  readonly end_token_id: number;
  readonly tokens_per_tile: number;
  readonly num_patches_list?: readonly number[] | null;
  readonly generation: { readonly max_new_tokens: number; readonly repetition_penalty?: number };
  readonly rows?: readonly GoldenRow[];
  readonly torchvision_backend?: object;
}

const root = new URL('../../../../', import.meta.url);

/** The checkpoints in the repository. */
export const fixtures = fileURLToPath(new URL('fixtures/checkpoints/', root));

/** The full set beside the repository, or where INTERNVL_SHARED says; undefined where it is absent. */
export const sharedGoldens = [
  `${process.env.INTERNVL_SHARED ?? fileURLToPath(new URL('../shared', root))}/goldens/`,
].find((folder) => existsSync(folder));

/** Checkpoint folders of a set that have a language model. */
export function goldenCases(set: string): readonly string[] {
  return readdirSync(set)
    .filter((name) => existsSync(`${set}${name}/golden`) && !name.startsWith('vit-'))
    .map((name) => `${set}${name}`);
}

/** Names of the recorded runs of a checkpoint, but for those whose visual tokens were too many to record. */
export function goldenRuns(folder: string): readonly string[] {
  return readdirSync(`${folder}/golden`)
    .filter((file) => file.endsWith('.json') && file !== 'about.json')
    .map((file) => file.slice(0, -'.json'.length))
    .filter((run) => !readTensors(folder, run).has('visual_tokens.first'));
}

export function readRecord(folder: string, run: string): GoldenRecord {
  return JSON.parse(readFileSync(`${folder}/golden/${run}.json`, 'utf8'));
}

/** The float32 tensors of a run. */
export function readTensors(folder: string, run: string): ReadonlyMap<string, Float32Array> {
  const bytes = readFileSync(`${folder}/golden/${run}.safetensors`);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const header: Record<string, { data_offsets?: [number, number] }> = JSON.parse(
    bytes.toString('utf8', 8, start),
  );
  const tensors = new Map<string, Float32Array>();
  for (const [name, { data_offsets: offsets }] of Object.entries(header)) {
    if (name === '__metadata__' || !offsets) continue;
    const slice = bytes.subarray(start + offsets[0], start + offsets[1]);
    tensors.set(name, new Float32Array(Uint8Array.from(slice).buffer));
  }
  return tensors;
}

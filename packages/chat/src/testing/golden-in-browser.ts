import type { Backend, Graph } from '@internvl/backend';
import { hostTensor } from '@internvl/backend';
import type { GpuTraffic } from '@internvl/backend-web';
import { generate, LanguageModel, type Prompt } from '@internvl/llm';
import { VisionEncoder } from '@internvl/vision';
import { type Recorded, readFloat32Tensors } from './float32-tensors.js';
import type { ServedGolden, ServedRun } from './served-golden.js';

/** As far as logits were recorded. */
export const SCORED_TOKENS = 8;

/** What came out of a run again; errors are largest absolute differences, absent where nothing was recorded. */
export interface BrowserReport {
  readonly ids: readonly number[];
  /** The first of them again, chosen from logits. */
  readonly scoredIds: readonly number[];
  readonly vision?: number;
  readonly visualTokens?: number;
  readonly logits: number;
  /** What the last token cost; absent without a GPU. */
  readonly tokenTraffic?: Pick<GpuTraffic, 'uploads' | 'downloads'>;
  /** GPU buffers that another answer leaves behind; absent without a GPU. */
  readonly leakedBuffers?: number;
}

/** The three graphs of a checkpoint on a backend. */
export interface LoadedGolden {
  readonly encoder: VisionEncoder;
  readonly model: LanguageModel;
  dispose(): Promise<void>;
}

export async function loadGolden(golden: ServedGolden, backend: Backend): Promise<LoadedGolden> {
  const externalData = { [golden.weights.name]: await bytesOf(golden.weights.address) };
  const graph = async (address: string): Promise<Graph> =>
    backend.load({ bytes: await bytesOf(address), externalData });
  const vision = await graph(golden.vision);
  const parts = { embed: await graph(golden.embed), decoder: await graph(golden.decoder) };
  const model = new LanguageModel({ ...parts, capabilities: backend.capabilities, spec: golden.spec });
  return {
    encoder: new VisionEncoder(vision),
    model,
    async dispose() {
      await vision.dispose();
      await model.dispose();
    },
  };
}

/** Does a run again, from recorded pixel values where there are all of them, else from the recorded visual tokens. */
export async function runGolden(
  { encoder, model }: LoadedGolden,
  run: ServedRun,
  traffic: (() => GpuTraffic) | undefined,
): Promise<BrowserReport> {
  const recorded = readFloat32Tensors(await bytesOf(run.tensors));
  const tiles = await encoded(encoder, recorded);
  const slotId = slotIdOf(run);
  const prompt: Prompt = {
    ids: run.promptIds,
    ...(tiles && slotId !== undefined ? { slotId, visualTokens: tiles.visualTokens } : {}),
  };
  const stopIds = [run.endTokenId];
  let logits = 0;
  const scoredIds = await idsOf(
    generate(model, prompt, {
      stopIds,
      maxNewTokens: SCORED_TOKENS,
      onScores({ index, logits: scores }) {
        const expected = recorded.get(`logits.${{ 0: 'first', 7: 'eighth' }[index]}`);
        if (expected) logits = Math.max(logits, difference(scores, expected.data));
      },
    }),
  );
  const ids = await idsOf(generate(model, prompt, { stopIds, maxNewTokens: run.maxNewTokens }));
  const cost = traffic && (await trafficOf(generate(model, prompt, { maxNewTokens: 4 }), traffic));
  return { ids, scoredIds, logits, ...tiles?.errors, ...cost };
}

async function encoded(encoder: VisionEncoder, recorded: ReadonlyMap<string, Recorded>) {
  const [pixels, hidden, tokens] = ['pixel_values.first', 'vit_last_hidden_state', 'visual_tokens'].map(
    (name) => recorded.get(name),
  );
  if (!tokens) return undefined;
  const [tiles, perTile, width] = tokens.dims as [number, number, number];
  const recordedTokens = hostTensor('float32', tokens.data, [tiles * perTile, width]);
  // Of larger tiles only corners were recorded.
  const whole = pixels?.dims[1] === encoder.sizes.tileHeight && tiles === 1;
  if (!(pixels && hidden && whole)) return { visualTokens: recordedTokens, errors: {} };
  for await (const { lastHiddenState, visualTokens } of encoder.features([pixels.data])) {
    return {
      visualTokens: visualTokens!,
      errors: {
        vision: difference(lastHiddenState.data, hidden.data),
        visualTokens: difference(visualTokens!.data, tokens.data),
      },
    };
  }
  return undefined;
}

/** Records hold ids, not what they mean: the slot's id is the one that stands in a row for a whole tile. */
function slotIdOf({ promptIds, tokensPerTile }: ServedRun): number | undefined {
  return promptIds.find((id, start) => {
    const row = promptIds.slice(start, start + tokensPerTile);
    return row.length === tokensPerTile && row.every((each) => each === id);
  });
}

async function idsOf(events: ReturnType<typeof generate>): Promise<readonly number[]> {
  for await (const event of events) if (event.type === 'finish') return event.ids;
  return [];
}

/** Counts what an answer leaves behind, and what its last token copies. */
async function trafficOf(events: ReturnType<typeof generate>, traffic: () => GpuTraffic) {
  const before = traffic().liveBuffers;
  let [last, current] = [traffic(), traffic()];
  for await (const event of events) if (event.type === 'token') [last, current] = [current, traffic()];
  return {
    tokenTraffic: { uploads: current.uploads - last.uploads, downloads: current.downloads - last.downloads },
    leakedBuffers: traffic().liveBuffers - before,
  };
}

async function bytesOf(address: string): Promise<Uint8Array> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

function difference(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  return expected.reduce((most, value, index) => Math.max(most, Math.abs(value - actual[index]!)), 0);
}

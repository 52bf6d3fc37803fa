/** `transformers-js.ts PACKAGE_FOLDER MODEL_FOLDER THREADS`: transformers.js on a graph as its exporter writes it, as a contestant. */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { randomIds, serveContestant } from '../serve-contestant.js';

/** What is used of transformers.js. */
interface TransformersJs {
  readonly env: { localModelPath: string; allowRemoteModels: boolean };
  readonly AutoModelForCausalLM: {
    from_pretrained(
      model: string,
      options: {
        dtype: 'q4';
        device: 'cpu';
        use_external_data_format: boolean;
        session_options: { intraOpNumThreads: number; interOpNumThreads: number };
      },
    ): Promise<CausalModel>;
  };
  readonly Tensor: new (type: 'int64', data: BigInt64Array, dims: readonly number[]) => object;
  readonly DynamicCache: new (entries: Cache) => Cache;
}

type Cache = Readonly<Record<string, object>>;

interface CausalModel {
  readonly config: { readonly vocab_size: number };
  generate(options: {
    input_ids: object;
    attention_mask: object;
    max_new_tokens: number;
    do_sample: false;
    return_dict_in_generate: true;
    past_key_values?: Cache;
    streamer?: { put(ids: unknown): void; end(): void };
  }): Promise<{ past_key_values: Cache }>;
}

const [folder = '', model = '', threads = '2'] = process.argv.slice(2);

await serveContestant(async () => {
  const { version }: { version: string } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const library: TransformersJs = await import(
    pathToFileURL(join(folder, 'dist/transformers.node.mjs')).href
  );
  const { env, AutoModelForCausalLM, Tensor, DynamicCache } = library;
  env.localModelPath = dirname(model);
  env.allowRemoteModels = false;
  const causal = await AutoModelForCausalLM.from_pretrained(basename(model), {
    dtype: 'q4',
    device: 'cpu',
    use_external_data_format: true,
    session_options: { intraOpNumThreads: Number(threads), interOpNumThreads: 1 },
  });
  const inputs = (ids: readonly number[]) => {
    const tensor = (data: BigInt64Array) => new Tensor('int64', data, [1, ids.length]);
    return {
      input_ids: tensor(BigInt64Array.from(ids, BigInt)),
      attention_mask: tensor(new BigInt64Array(ids.length).fill(1n)),
      do_sample: false as const,
      return_dict_in_generate: true as const,
    };
  };
  const ids = (count: number) => randomIds(count, causal.config.vocab_size);
  const kept = new Map<number, Cache>();
  return {
    about: `transformers.js ${version}`,
    async decode(context, tokens) {
      let cache = kept.get(context);
      if (!cache) {
        ({ past_key_values: cache } = await causal.generate({ ...inputs(ids(context)), max_new_tokens: 1 }));
        kept.set(context, { ...cache });
      }
      const times: number[] = [];
      let start: number | undefined;
      await causal.generate({
        ...inputs(ids(context + 1)),
        past_key_values: new DynamicCache({ ...cache }),
        max_new_tokens: tokens + 1,
        streamer: {
          // The first call is for the prompt itself.
          put() {
            const now = performance.now();
            if (start !== undefined) times.push(now - start);
            start = now;
          },
          end() {},
        },
      });
      return times.slice(1);
    },
    async prefill(tokens) {
      const start = performance.now();
      await causal.generate({ ...inputs(ids(tokens)), max_new_tokens: 1 });
      return performance.now() - start;
    },
  };
});

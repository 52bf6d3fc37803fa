/** `ours.ts CONVERTED_FOLDER binding|native|wasm THREADS [vision,llm]`: a converted model on a backend of ours, as a contestant. */

import { setImmediate as breath } from 'node:timers/promises';
import { hostTensor } from '@internvl/backend';
import { isQuantised, precisionText } from '@internvl/checkpoint';
import { openConverted } from '@internvl/checkpoint/node';
import { LanguageModel, RunningBatch } from '@internvl/llm';
import { VisionEncoder } from '@internvl/vision';
import { backendNamed, sourceFor } from '../backend-named.js';
import { differentPrompts, withWorkers } from '../different-prompts.js';
import { randomIds, serveContestant } from '../serve-contestant.js';

const [folder = '', backendName = 'binding', threads = '2', parts = 'vision,llm'] = process.argv.slice(2);

await serveContestant(async () => {
  const model = await openConverted(folder);
  const { config, manifest, embed, decoder } = model;
  const { llm, tileSize } = config;
  const backend = await backendNamed(backendName, Number(threads));
  const load = async (path: string, part: 'vision' | 'llm') =>
    backend.load(await sourceFor(backendName, path, manifest.data), {
      prepack: isQuantised(manifest.precision[part]),
    });
  const vision = parts.includes('vision')
    ? new VisionEncoder(await load(await model.vision(), 'vision'))
    : undefined;
  const language =
    llm && embed && decoder && parts.includes('llm')
      ? new LanguageModel({
          capabilities: backend.capabilities,
          embed: await load(embed, 'llm'),
          decoder: await load(decoder, 'llm'),
          spec: llm,
        })
      : undefined;
  const kept = new Map<number, ReturnType<LanguageModel['sequence']>>();
  return {
    about: `${backend.name}, ${precisionText(manifest.precision)}`,
    ...(language && {
      async decode(context, tokens) {
        let sequence = kept.get(context);
        if (!sequence) {
          sequence = language.sequence();
          await language.prefill(sequence, { ids: randomIds(context, language.spec.vocabulary) });
          kept.set(context, sequence);
        }
        const times: number[] = [];
        let id = 5;
        for (let at = 0; at < tokens; at++) {
          const start = performance.now();
          id = await language.stepGreedily(sequence, id);
          times.push(performance.now() - start);
        }
        sequence.truncate(context);
        return times;
      },
      async prefill(tokens) {
        const sequence = language.sequence();
        const start = performance.now();
        await language.prefill(sequence, { ids: randomIds(tokens, language.spec.vocabulary) });
        const ms = performance.now() - start;
        sequence.dispose();
        return ms;
      },
      async together({ answers, atOnce, prompt, tokens }) {
        const batch = new RunningBatch(language, {
          parallelAnswers: atOnce,
          promptLookup: false,
          pause: breath,
        });
        const prompts = differentPrompts(answers, prompt, language.spec.vocabulary);
        const start = performance.now();
        await withWorkers(atOnce, prompts, async (ids) => {
          const options = { maxNewTokens: tokens };
          for await (const _ of batch.generate({ ids }, options)) {
            // Nobody reads them.
          }
        });
        return performance.now() - start;
      },
    }),
    ...(vision && {
      async vision() {
        const pixels = Float32Array.from({ length: 3 * tileSize * tileSize }, (_, at) => Math.sin(at * 0.37));
        const start = performance.now();
        const tile = hostTensor('float32', pixels, [1, 3, tileSize, tileSize]);
        for await (const each of vision.visualTokens(tile)) each.visualTokens.dispose();
        return performance.now() - start;
      },
    }),
  };
});

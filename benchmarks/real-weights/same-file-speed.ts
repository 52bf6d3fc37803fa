import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Backend } from '@internvl/backend';
import type { LlmConfig } from '@internvl/checkpoint';
import type { LanguageModel } from '@internvl/llm';
import { startContestant } from '../rivals/contestant.js';
import { installRival } from '../rivals/install-rival.js';
import { randomIds } from '../rivals/serve-contestant.js';
import { spreadOf } from '../rivals/statistics.js';
import { type LanguageGraphs, loadLanguage } from './language-run.js';

/** Tokens per second of one way to run the file. */
export interface FileSpeed {
  readonly name: string;
  readonly decode: number;
  readonly prefill: number;
}

interface SpeedOptions {
  readonly file: string;
  readonly graphs: readonly (readonly [string, LanguageGraphs])[];
  readonly backend: Backend;
  readonly llm: LlmConfig;
  readonly threads: number;
  readonly work: string;
  readonly quick: boolean;
  readonly say: (line: string) => void;
}

const context = 256;
const promptTokens = 512;

/** llama.cpp on the GGUF file and ours on what was made of it, taking turns; medians. */
export async function sameFileSpeed(options: SpeedOptions): Promise<FileSpeed[]> {
  const { file, graphs, backend, llm, threads, work, quick, say } = options;
  const [rounds, steps] = quick ? [1, 4] : [5, 24];
  const folder = await installRival('node-llama-cpp', join(work, 'installed'));
  const script = fileURLToPath(new URL('../rivals/contestants/llama-cpp.ts', import.meta.url));
  const ts = ['--conditions=@internvl/source', '--import', 'tsx', script];
  const llama = await startContestant('llama.cpp', process.execPath, [
    ...ts,
    folder,
    file,
    String(threads),
    '1024',
  ]);
  const entries: {
    name: string;
    decode: number[];
    prefill: number[];
    steps(): Promise<readonly number[]>;
    prompt(): Promise<readonly number[]>;
  }[] = [];
  const models: LanguageModel[] = [];
  try {
    entries.push({
      name: `llama.cpp (${llama.about}), Q4_1`,
      ...{ decode: [], prefill: [] },
      steps: () => llama.measure({ stage: 'decode', context, tokens: steps }),
      prompt: () => llama.measure({ stage: 'prefill', tokens: promptTokens }),
    });
    for (const [name, own] of graphs) {
      const model = await loadLanguage(backend, llm, own);
      models.push(model);
      const sequence = model.sequence();
      await model.prefill(sequence, { ids: randomIds(context, 250) });
      entries.push({
        ...{ name, decode: [], prefill: [] },
        async steps() {
          const times: number[] = [];
          for (let at = 0; at < steps; at++) {
            const start = performance.now();
            await model.stepGreedily(sequence, 5);
            times.push(performance.now() - start);
          }
          sequence.truncate(context);
          return times;
        },
        async prompt() {
          const fresh = model.sequence();
          const start = performance.now();
          await model.prefill(fresh, { ids: randomIds(promptTokens, 250) });
          const ms = performance.now() - start;
          fresh.dispose();
          return [ms];
        },
      });
    }
    for (let round = 0; round <= rounds; round++) {
      say(`speed, round ${round} of ${rounds}`);
      for (const entry of entries) {
        const [decode, prefill] = [await entry.steps(), await entry.prompt()];
        // Round 0 warms up.
        if (round === 0) continue;
        entry.decode.push(...decode);
        entry.prefill.push(...prefill);
      }
    }
  } finally {
    for (const model of models) await model.dispose();
    await llama.close();
  }
  return entries.map(({ name, decode, prefill }) => ({
    name,
    decode: 1000 / spreadOf(decode).median,
    prefill: (promptTokens * 1000) / spreadOf(prefill).median,
  }));
}

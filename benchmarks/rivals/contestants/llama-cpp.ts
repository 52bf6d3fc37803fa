/** `llama-cpp.ts PACKAGE_FOLDER MODEL.gguf THREADS CONTEXT`: llama.cpp through node-llama-cpp's prebuilt library, as a contestant. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { differentPrompts, withWorkers } from '../different-prompts.js';
import { randomIds, serveContestant } from '../serve-contestant.js';

/** What is used of node-llama-cpp. */
interface NodeLlamaCpp {
  getLlama(options: { gpu: false; build: 'never'; maxThreads: number; logLevel: string }): Promise<{
    loadModel(options: { modelPath: string }): Promise<{
      createContext(options: {
        contextSize: number;
        batchSize: number;
        threads: number;
        sequences: number;
        flashAttention: boolean | 'auto';
      }): Promise<Context>;
    }>;
  }>;
}

interface Context {
  getSequence(): Sequence;
  dispose(): Promise<void>;
}

interface Sequence {
  readonly nextTokenIndex: number;
  evaluate(
    tokens: number[],
    options: { temperature: number; yieldEogToken: boolean },
  ): AsyncGenerator<number>;
  evaluateWithoutGeneratingNewTokens(tokens: number[]): Promise<void>;
  eraseContextTokenRanges(ranges: { start: number; end: number }[]): Promise<void>;
  clearHistory(): Promise<void>;
}

const [folder = '', modelPath = '', threads = '2', contextSize = '2560'] = process.argv.slice(2);

/** Below this, ids are those of plain tokens in every vocabulary measured. */
const plainIds = 250;

await serveContestant(async () => {
  const { getLlama }: NodeLlamaCpp = await import(pathToFileURL(join(folder, 'dist/index.js')).href);
  const { version }: { version: string } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const llama = await getLlama({
    gpu: false,
    build: 'never',
    maxThreads: Number(threads),
    logLevel: 'error',
  });
  const model = await llama.loadModel({ modelPath });
  const sequenceOf = async () =>
    (
      await model.createContext({
        contextSize: Number(contextSize),
        batchSize: 512,
        threads: Number(threads),
        sequences: 1,
        flashAttention: false,
      })
    ).getSequence();
  const kept = new Map<number, Sequence>();
  const fresh = await sequenceOf();
  return {
    about: `node-llama-cpp ${version}`,
    async decode(context, tokens) {
      let sequence = kept.get(context);
      if (!sequence) {
        sequence = await sequenceOf();
        await sequence.evaluateWithoutGeneratingNewTokens(randomIds(context, plainIds));
        kept.set(context, sequence);
      }
      const times: number[] = [];
      let start = performance.now();
      for await (const _ of sequence.evaluate([5], { temperature: 0, yieldEogToken: true })) {
        times.push(performance.now() - start);
        if (times.length === tokens) break;
        start = performance.now();
      }
      await sequence.eraseContextTokenRanges([{ start: context, end: sequence.nextTokenIndex }]);
      return times;
    },
    async prefill(tokens) {
      await fresh.clearHistory();
      const start = performance.now();
      await fresh.evaluateWithoutGeneratingNewTokens(randomIds(tokens, plainIds));
      return performance.now() - start;
    },
    async together({ answers, atOnce, prompt, tokens }) {
      // One context: what its sequences want at the same time goes through the model as one batch.
      const context = await model.createContext({
        contextSize: prompt + tokens,
        batchSize: 512,
        threads: Number(threads),
        sequences: atOnce,
        flashAttention: 'auto',
      });
      const sequences = Array.from({ length: atOnce }, () => context.getSequence());
      const start = performance.now();
      await withWorkers(atOnce, differentPrompts(answers, prompt, plainIds), async (ids, worker) => {
        const sequence = sequences[worker]!;
        await sequence.clearHistory();
        let made = 0;
        for await (const _ of sequence.evaluate(ids, { temperature: 0, yieldEogToken: true })) {
          made++;
          if (made === tokens) break;
        }
        if (made < tokens) throw new Error(`an answer ended after ${made} of ${tokens} tokens`);
      });
      const ms = performance.now() - start;
      await context.dispose();
      return ms;
    },
  };
});

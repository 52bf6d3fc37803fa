import { fileURLToPath } from 'node:url';
import { buildClip } from './build-clip.js';
import { type Contestant, type Stage, startContestant } from './contestant.js';
import { installRival } from './install-rival.js';
import type { Models } from './models.js';

/** A measurement that several contestants take in turn. */
export interface Cell {
  /** What the results call it, whatever its size. */
  readonly id: 'decode-short' | 'decode-1793' | 'decode-long' | 'prefill' | 'vision';
  readonly stage: Stage;
  readonly rounds: number;
}

/** Contestants that are loaded together and take turns: ratios count within a group only. */
export interface Group {
  readonly name: string;
  readonly contestants: readonly { readonly name: string; start(): Promise<Contestant> }[];
  readonly cells: readonly Cell[];
}

export interface GroupOptions {
  readonly models: Models;
  /** Where rivals are installed. */
  readonly installed: string;
  readonly threads: number;
  /** A Python with PyTorch, transformers and safetensors; the other things it is asked for need pip alone. */
  readonly python: string;
  /** Little work, to see that all of it works. */
  readonly quick: boolean;
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const ts = (script: string) => ['--conditions=@internvl/source', '--import', 'tsx', here(script)];

/** All groups, in the order they are measured. */
export function groupsOf({ models, installed, threads, python, quick }: GroupOptions): Group[] {
  const ours = (
    precision: string,
    backend: 'binding' | 'native' | 'wasm' = 'binding',
    parts = 'vision,llm',
  ) => {
    const name = `ours ${precision}${backend === 'binding' ? '' : `, ${backend}`}`;
    const start = async () => {
      const folder = await models.converted(precision);
      const args = [...ts('contestants/ours.ts'), folder, backend, String(threads), parts];
      return startContestant(name, process.execPath, args);
    };
    return { name, start };
  };
  const llama = (name: string, type: 'Q4_0' | 'Q8_0', head?: 'Q8_0') => ({
    name: `llama.cpp ${name}`,
    async start() {
      const folder = await installRival('node-llama-cpp', installed);
      const file = await models.gguf(name.replaceAll(/\W+/g, '-'), { type, head });
      const args = [...ts('contestants/llama-cpp.ts'), folder, file, String(threads), '2560'];
      return startContestant(`llama.cpp ${name}`, process.execPath, args);
    },
  });
  const transformers = (name: string, accuracyLevel?: 4) => ({
    name: `transformers.js ${name}`,
    async start() {
      const folder = await installRival('@huggingface/transformers', installed);
      const model = await models.transformers(name.replaceAll(/\W+/g, '-'), { accuracyLevel });
      const args = [...ts('contestants/transformers-js.ts'), folder, model, String(threads)];
      return startContestant(`transformers.js ${name}`, process.execPath, args);
    },
  });
  const clip = {
    name: 'llama.cpp clip',
    async start() {
      const program = await buildClip(`${installed}/llama-clip`, python, threads);
      const files = [await models.gguf('Q4_0', { type: 'Q4_0' }), await models.visionGguf()];
      return startContestant('llama.cpp clip', program, [...files, String(threads)]);
    },
  };
  const torch = {
    name: 'PyTorch',
    start: async () =>
      startContestant('PyTorch', python, [
        here('contestants/torch_contestant.py'),
        await models.checkpoint(),
        String(threads),
      ]),
  };

  const decode = (
    id: 'decode-short' | 'decode-1793' | 'decode-long',
    context: number,
    rounds: number,
  ): Cell => ({
    id,
    stage: { stage: 'decode', context: quick ? Math.ceil(context / 16) : context, tokens: quick ? 4 : 16 },
    rounds: quick ? 1 : rounds,
  });
  const prefill = (rounds: number): Cell => ({
    id: 'prefill',
    stage: { stage: 'prefill', tokens: quick ? 65 : 1793 },
    rounds: quick ? 1 : rounds,
  });
  const vision = (rounds: number): Cell => ({
    id: 'vision',
    stage: { stage: 'vision' },
    rounds: quick ? 1 : rounds,
  });
  const language = 'llm';
  return [
    {
      name: 'llama.cpp',
      contestants: [
        ours('int8+q4', 'binding', language),
        ours('int8+q4', 'native', language),
        ours('int8+q4+q4', 'binding', language),
        ours('int8+q4+q4', 'native', language),
        ours('int8', 'binding', language),
        ours('int8', 'native', language),
        llama('Q4_0', 'Q4_0'),
        llama('Q4_0, head Q8_0', 'Q4_0', 'Q8_0'),
        llama('Q8_0', 'Q8_0'),
      ],
      cells: [decode('decode-short', 256, 5), decode('decode-long', 2048, 3), prefill(2)],
    },
    {
      name: 'vision',
      contestants: [ours('fp32', 'binding', 'vision'), ours('int8', 'binding', 'vision'), clip],
      cells: [vision(3)],
    },
    {
      name: 'transformers.js',
      contestants: [
        ours('int8+q4', 'binding', language),
        ours('int8+q4', 'native', language),
        transformers('default q4'),
        transformers('accuracy 4', 4),
      ],
      cells: [decode('decode-1793', 1793, 3), prefill(1)],
    },
    {
      name: 'PyTorch',
      contestants: [ours('fp32'), torch],
      cells: [decode('decode-short', 256, 2), prefill(1), vision(2)],
    },
    {
      name: 'ceilings',
      contestants: [
        ours('int8+q4', 'binding', language),
        ours('int8+q4', 'native', language),
        ours('int8', 'binding', language),
        ours('int8', 'native', language),
        ours('fp32', 'binding', language),
        ours('int8', 'wasm', language),
      ],
      cells: [decode('decode-short', 256, 4)],
    },
  ];
}

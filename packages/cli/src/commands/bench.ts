import { cpus } from 'node:os';
import { load } from '@internvl/chat/node';
import { decodeImage, encodePng } from '@internvl/tiling/node';
import { defineCommand } from '../command.js';
import { imageBytes } from '../input/image-bytes.js';
import { modelArgument } from '../input/model.js';
import { showProgress } from '../input/progress.js';
import { globalOptions, runtimeOf, runtimeOptions } from '../options/common-options.js';
import { parseNumber } from '../options/options.js';
import { formatBytes } from '../terminal/progress-bar.js';
import { measureCancelling } from './bench/measure-cancelling.js';
import { measureImage } from './bench/measure-image.js';
import { measureQuestions } from './bench/measure-questions.js';
import { measureText } from './bench/measure-text.js';
import { drawPicture } from './bench/picture.js';
import { peakDuring, privateBytes } from './bench/process-memory.js';
import { type Stage, stageNames, stageOf } from './bench/stage.js';

const options = {
  image: {
    type: 'string',
    value: 'FILE',
    help: 'The image that is asked about. Default: one that is drawn.',
  },
  'max-tiles': {
    type: 'string',
    value: 'N',
    help: 'Most tiles of the image, thumbnail not counted. Default: 6.',
  },
  runs: { type: 'string', value: 'N', help: 'How often each stage is measured. Default: 3.' },
  tokens: { type: 'string', value: 'N', help: 'Steps of a run of decoding. Default: 16.' },
  'prompt-tokens': { type: 'string', value: 'N', help: 'Length of the prompt that is read. Default: 1793.' },
  context: {
    type: 'string',
    multiple: true,
    value: 'N',
    help: 'Tokens in front of the steps, several times if you like. Default: 256 and 2048.',
  },
  ...runtimeOptions,
  ...globalOptions,
} as const;

export const bench = defineCommand({
  usage: 'bench MODEL',
  summary:
    'Measures every stage of answering on this machine: loading, image, vision, prompt, steps, first token, cancelling, memory.',
  options,
  async run({ options, positionals, surroundings, output, signal }) {
    const model = modelArgument(positionals, 'bench');
    const count = (name: 'runs' | 'tokens' | 'prompt-tokens' | 'max-tiles', otherwise: number) =>
      options.number(name, { least: 1, whole: true }) ?? otherwise;
    const [runs, newTokens, maxTiles] = [count('runs', 3), count('tokens', 16), count('max-tiles', 6)];
    const promptTokens = count('prompt-tokens', 1793);
    const asked = options
      .texts('context')
      .map((text) => parseNumber('--context', text, { least: 64, whole: true }));
    const contexts = asked.length > 0 ? asked : [256, 2048];
    const named = options.text('image');
    const file = named === undefined ? await encodePng(drawPicture()) : await imageBytes(named, surroundings);
    const image = await decodeImage(file, { signal });
    const start = async () =>
      load(model, {
        ...runtimeOf(options),
        // Steps are measured one by one; what guesses gain depends on the text.
        promptLookup: false,
        env: surroundings.env,
        signal,
        onProgress: showProgress(output),
        onNote: (note) => output.note(note),
      });

    const stages: (Stage | undefined)[] = [];
    const done = (...found: readonly (Stage | undefined)[]) => {
      output.progressDone();
      stages.push(...found);
    };
    const before = await privateBytes();
    const loading: number[] = [];
    // The first may convert.
    let chat = await start();
    for (let run = 0; run < runs; run++) {
      await chat.dispose();
      chat = await start();
      loading.push(chat.facts.loadMs);
    }
    const { config, backend, precision } = chat.facts;
    try {
      done(stageOf('load', 'from the cache', loading));
      done(
        stageOf('memory-loaded', 'private, above an empty process', [(await privateBytes()) - before], {
          unit: 'bytes',
        }),
      );
      done(...(await measureImage(file, config, { maxTiles, runs, signal })));
      if (config.llm) {
        const onRun = (run: number) => output.progress('questions', run, runs);
        const { result, peak } = await peakDuring(() =>
          measureQuestions(chat, image, { maxTiles, runs, newTokens, signal, onRun }),
        );
        done(...result, stageOf('memory-peak', 'while answering', [peak - before], { unit: 'bytes' }));
        const { maxPositions: contextTokens } = config.llm;
        const text = { promptTokens, contexts, runs, newTokens, contextTokens, signal };
        done(...(await measureText(chat, text)));
        const words = Math.min(promptTokens, contextTokens / 8);
        done(...(await measureCancelling(chat, image, { maxTiles, runs, words, signal })));
      } else {
        output.note('This checkpoint has no language model: of answering nothing is measured.');
      }
    } finally {
      await chat.dispose();
    }
    const machine = `${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.version}`;
    const measured = stageNames
      .flatMap((name) => stages.filter((stage) => stage?.stage === name))
      .filter(isStage);
    const head = `${backend}, ${precision}; ${machine}; medians, and quartiles in brackets`;
    output.result(
      { model, backend, precision, machine, runs, stages: measured },
      [head, ...rows(measured)].join('\n'),
    );
    return 0;
  },
});

function isStage(stage: Stage | undefined): stage is Stage {
  return stage !== undefined;
}

function rows(stages: readonly Stage[]): string[] {
  return stages.map(({ stage, of, unit, median, low, high, tokensPerSecond }) => {
    const show = (value: number) => (unit === 'bytes' ? formatBytes(value) : duration(value));
    const spread = low === high ? '' : ` (${show(low)} – ${show(high)})`;
    const speed = tokensPerSecond === undefined ? '' : `, ${tokensPerSecond.toFixed(1)} tokens/s`;
    return `${stage.padEnd(18)}${of.padEnd(34)}${show(median)}${spread}${speed}`;
  });
}

function duration(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return `${ms.toFixed(ms < 10 ? 2 : 1)} ms`;
}

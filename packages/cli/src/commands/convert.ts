import { resolve } from 'node:path';
import { type Calibration, calibrate, type LayerDrift } from '@internvl/chat/node';
import { parsePrecision } from '@internvl/checkpoint';
import { type ConvertedModel, convert as convertCheckpoint, openCheckpoint } from '@internvl/checkpoint/node';
import { defineCommand } from '../command.js';
import { imageBytes } from '../input/image-bytes.js';
import { modelArgument } from '../input/model.js';
import { showProgress } from '../input/progress.js';
import { cacheOption, globalOptions, precisionOf, precisionOption } from '../options/common-options.js';
import { usageError } from '../options/usage-error.js';
import { formatBytes } from '../terminal/progress-bar.js';

const options = {
  out: { type: 'string', value: 'DIR', help: 'The folder to write; it appears when it is complete.' },
  ...precisionOption,
  calibrate: {
    type: 'string',
    multiple: true,
    value: 'FILE',
    help: 'An image of the kind the model will see, several times if you like: layers that the precision spoils on them are kept higher.',
  },
  ...cacheOption,
  ...globalOptions,
} as const;

export const convert = defineCommand({
  usage: 'convert MODEL --out DIR',
  summary: 'Writes a checkpoint as ONNX graphs with their weights, for any ONNX Runtime.',
  options,
  async run({ options, positionals, surroundings, output, signal }) {
    const out = options.text('out');
    if (out === undefined) throw usageError('Expected --out DIR, got none; name the folder to write.');
    const precision = precisionOf(options);
    const pictures = options.texts('calibrate');
    if (pictures.length > 0 && precision === undefined) {
      throw usageError('Expected --precision with --calibrate, got none; name the precision to look at.');
    }
    const { env } = surroundings;
    const cache = options.text('cache');
    const onProgress = showProgress(output);
    const model = modelArgument(positionals, 'convert');
    const images = await Promise.all(pictures.map((source) => imageBytes(source, surroundings)));
    const calibration =
      precision !== undefined && images.length > 0
        ? await calibrate(model, {
            ...{ precision, images, cache, env, signal, onProgress },
            onNote: (note) => output.note(note),
          })
        : undefined;
    const checkpoint = await openCheckpoint(model, { cache, env, signal, onProgress });
    try {
      const converted = await convertCheckpoint(checkpoint, {
        directory: resolve(out),
        precision: precision === undefined ? undefined : parsePrecision(precision),
        keep: calibration?.keep,
        signal,
        onProgress,
      });
      const document = { ...documentOf(converted), ...(calibration && { calibration: calibration.layers }) };
      const lines = document.files.map(({ path, bytes }) => `${path.padEnd(28)}${formatBytes(bytes)}`);
      if (calibration) lines.push(...calibrationLines(calibration));
      output.result(document, [...lines, `wrote ${out}, ${formatBytes(document.bytes)}`].join('\n'));
    } finally {
      await checkpoint.close();
    }
    return 0;
  },
});

/** The worst layer of each part, and all that are kept higher. */
function calibrationLines({ layers }: Calibration): string[] {
  const line = ({ part, layer, error, cosine, keep }: LayerDrift) =>
    `${part} ${layer}: error ${(100 * error).toFixed(2)} %, cosine ${cosine.toFixed(5)}${keep ? ', kept higher' : ''}`;
  const worst = (['vision', 'llm'] as const).flatMap((part) =>
    layers
      .filter((each) => each.part === part)
      .toSorted((a, b) => b.error - a.error)
      .filter((each, at) => at === 0 || each.keep),
  );
  return [`${layers.length} layers compared; the worst:`, ...worst.map(line)];
}

function documentOf({ directory, manifest }: ConvertedModel) {
  const { files, precision } = manifest;
  return {
    directory,
    files,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    precision,
    // Nothing measures it while a model is written.
    parity: null,
  };
}

import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Calibration, calibrate, type LayerDrift } from '@internvl/chat/node';
import { parsePrecision } from '@internvl/checkpoint';
import {
  type ConversionOptions,
  type ConvertedModel,
  cacheDirectory,
  convertCached,
  convert as convertCheckpoint,
  isConverted,
  openCheckpoint,
  openConverted,
  type TritonModel,
  writeTritonRepository,
} from '@internvl/checkpoint/node';
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
  target: {
    type: 'string',
    value: 'onnx|triton',
    help: "What DIR is: a converted model (onnx, the default), or a model repository for Triton's ONNX Runtime backend.",
  },
  prefix: {
    type: 'string',
    value: 'TEXT',
    help: 'With --target triton: goes in front of the names vision, embed and decoder.',
  },
  ...cacheOption,
  ...globalOptions,
} as const;

const targets = ['onnx', 'triton'] as const;

export const convert = defineCommand({
  usage: 'convert MODEL --out DIR',
  summary: 'Writes a checkpoint as ONNX graphs with their weights, for any ONNX Runtime.',
  options,
  async run({ options, positionals, surroundings, output, signal }) {
    const out = options.text('out');
    if (out === undefined) throw usageError('Expected --out DIR, got none; name the folder to write.');
    const precision = precisionOf(options);
    const target = options.choice('target', targets) ?? 'onnx';
    const prefix = options.text('prefix');
    if (prefix !== undefined && target !== 'triton') {
      throw usageError(
        'Expected --target triton with --prefix, got none; leave the prefix out, or name the target.',
      );
    }
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
    const conversion = {
      precision: precision === undefined ? undefined : parsePrecision(precision),
      keep: calibration?.keep,
      signal,
      onProgress,
    };
    if (target === 'triton') {
      const converted = await convertedFor(model, conversion, { cache, env });
      const models = await writeTritonRepository(converted, { directory: out, prefix, signal });
      const document = await repositoryDocument(resolve(out), converted, models);
      const lines = document.files.map(({ path, bytes }) => `${path.padEnd(34)}${formatBytes(bytes)}`);
      output.result(
        document,
        [...lines, `wrote ${out} for Triton, ${formatBytes(document.bytes)}`].join('\n'),
      );
      return 0;
    }
    const checkpoint = await openCheckpoint(model, { cache, env, signal, onProgress });
    try {
      const converted = await convertCheckpoint(checkpoint, { directory: resolve(out), ...conversion });
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

/** The model as it is, when it is converted, else its conversion in the cache, whose files the repository shares. */
async function convertedFor(
  model: string,
  conversion: ConversionOptions,
  { cache, env }: { readonly cache: string | undefined; readonly env: NodeJS.ProcessEnv },
): Promise<ConvertedModel> {
  if (await isConverted(model)) {
    const converted = await openConverted(model);
    if (conversion.precision === undefined) return converted;
    throw usageError(
      'Expected a checkpoint with --precision, got a model that is converted; leave the precision out, or pass the checkpoint.',
    );
  }
  const { signal, onProgress } = conversion;
  const checkpoint = await openCheckpoint(model, { cache, env, signal, onProgress });
  try {
    return await convertCached(checkpoint, { ...conversion, cacheDirectory: cacheDirectory({ cache, env }) });
  } finally {
    await checkpoint.close();
  }
}

/** Weights are in several folders and once on the disk, where the file system has hard links. */
async function repositoryDocument(
  directory: string,
  { manifest }: ConvertedModel,
  models: readonly TritonModel[],
) {
  const files = models.flatMap((each) => each.files);
  const places = await Promise.all(files.map(({ path }) => stat(join(directory, path))));
  const sizes = new Map(places.map(({ dev, ino, size }) => [`${dev}:${ino}`, size]));
  return {
    directory,
    target: 'triton',
    models: models.map(({ name }) => name),
    files,
    bytes: [...sizes.values()].reduce((sum, size) => sum + size, 0),
    precision: manifest.precision,
    parity: null,
  };
}

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

import { resolve } from 'node:path';
import { parsePrecision } from '@internvl/checkpoint';
import { type ConvertedModel, convert as convertCheckpoint, openCheckpoint } from '@internvl/checkpoint/node';
import { defineCommand } from '../command.js';
import { modelArgument } from '../input/model.js';
import { showProgress } from '../input/progress.js';
import { cacheOption, globalOptions, precisionOf, precisionOption } from '../options/common-options.js';
import { usageError } from '../options/usage-error.js';
import { formatBytes } from '../terminal/progress-bar.js';

const options = {
  out: { type: 'string', value: 'DIR', help: 'The folder to write; it appears when it is complete.' },
  ...precisionOption,
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
    const { env } = surroundings;
    const cache = options.text('cache');
    const onProgress = showProgress(output);
    const model = modelArgument(positionals, 'convert');
    const checkpoint = await openCheckpoint(model, { cache, env, signal, onProgress });
    try {
      const converted = await convertCheckpoint(checkpoint, {
        directory: resolve(out),
        precision: precision === undefined ? undefined : parsePrecision(precision),
        signal,
        onProgress,
      });
      const document = documentOf(converted);
      const lines = document.files.map(({ path, bytes }) => `${path.padEnd(28)}${formatBytes(bytes)}`);
      output.result(document, [...lines, `wrote ${out}, ${formatBytes(document.bytes)}`].join('\n'));
    } finally {
      await checkpoint.close();
    }
    return 0;
  },
});

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

import { join } from 'node:path';
import type { Checkpoint } from '@internvl/checkpoint';
import { buildDecoder } from '../../packages/checkpoint/src/onnx/decoder-graph.js';
import { buildEmbed } from '../../packages/checkpoint/src/onnx/embed-graph.js';
import type { Precision } from '../../packages/checkpoint/src/onnx/precision.js';
import { writeGraphs } from '../rivals/write-graphs.js';

/** Writes the graphs of a checkpoint's language model with a precision that the converter does not offer. */
export async function writeLanguageGraphs(
  { config, weights }: Pick<Checkpoint, 'config' | 'weights'>,
  folder: string,
  precision: Precision,
): Promise<{ readonly embed: string; readonly decoder: string }> {
  const { llm } = config;
  if (!llm) throw new Error('the checkpoint has no language model');
  const graphs = {
    'embed.onnx': buildEmbed(llm, weights, precision),
    'decoder.onnx': buildDecoder({ llm, weights, precision }),
  };
  await writeGraphs(folder, graphs, 'weights.data');
  return { embed: join(folder, 'embed.onnx'), decoder: join(folder, 'decoder.onnx') };
}

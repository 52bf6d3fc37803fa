/**
 * Measures what quantised weights change and writes docs/quantisation.md: `pnpm quantisation [FILE]`. The trained nano model on
 * its samples and on drawn scenes, every recorded checkpoint on one image.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeBackend } from '@internvl/backend-node';
import { checkpointNames, fixtures, goldens } from '../../packages/checkpoint/src/testing/checkpoints.js';
import type { Count } from '../nano/interval.js';
import { markdownTable } from '../rivals/docs-section.js';
import { type GoldenDrift, goldenDrift } from './golden-drift.js';
import { type NanoDrift, nanoDrift } from './nano-drift.js';
import { presets } from './presets.js';

const scenes = { sceneCount: 60, seed: 1 };
const set = goldens ?? fixtures;
const output = process.argv[2] ?? fileURLToPath(new URL('../../docs/quantisation.md', import.meta.url));
const begin = '<!-- measured -->';

const nano = await nanoDrift(presets, scenes);
const backend = await nodeBackend({ device: 'cpu', prepack: true });
const drifts = new Map<string, readonly GoldenDrift[]>();
for (const name of checkpointNames(set)) {
  drifts.set(name, await goldenDrift(join(set, name), presets, backend));
  process.stderr.write(`${name}\n`);
}
const page = await readFile(output, 'utf8');
const head = page.slice(0, page.indexOf(begin) + begin.length);
if (!page.includes(begin)) throw new Error(`${basename(output)} has no line ${begin}`);
await writeFile(output, [head, '', nanoSection(nano), '', goldenSection(drifts), ''].join('\n'));

function nanoSection(rows: readonly NanoDrift[]): string {
  const { sceneCount, seed } = scenes;
  const share = ({ right, asked }: Count) => `${right} of ${asked}`;
  return [
    '## The trained nano model',
    '',
    `Greedy answers to the questions of its samples and of ${sceneCount} drawn scenes (seed ${seed}: how many shapes, which colour, is there one):`,
    'exactly right ones, and those that are the same as in fp32 to the letter.',
    '',
    ...markdownTable(
      ['precision', 'MB of weights', 'right, samples', 'right, scenes', 'same as fp32'],
      rows.map(({ preset, bytes, samples, scenes: drawn, same }) => [
        preset,
        (bytes / 1e6).toFixed(1),
        share(samples),
        share(drawn),
        share(same),
      ]),
    ),
  ].join('\n');
}

function goldenSection(all: ReadonlyMap<string, readonly GoldenDrift[]>): string {
  const rows = [...all].flatMap(([name, each]) =>
    each
      .filter(({ preset }) => preset !== presets[0])
      .map(({ preset, visionLayers, llmLayers, visionError, logitError, logitCosine, sameTokens }) => [
        name,
        preset,
        least(visionLayers),
        visionError.toPrecision(2),
        least(llmLayers),
        logitError?.toPrecision(2) ?? '',
        logitCosine?.toFixed(5) ?? '',
        sameTokens ? `${sameTokens[0]} of ${sameTokens[1]}` : '',
      ]),
  );
  return [
    '## Every recorded checkpoint',
    '',
    'Random weights, one image, on ONNX Runtime’s CPU against fp32: the smallest cosine of the hidden states behind any layer and the largest',
    'error of the last one (vision), the same for the language model, the largest error and the cosine of the first logits, and greedy tokens',
    'before the first other one. This is the worst case: in random weights nothing is redundant, and the best of a thousand random logits is',
    'seldom far ahead. The layers drift evenly, none stands out.',
    '',
    ...markdownTable(
      [
        'checkpoint',
        'precision',
        'vision layers',
        'vision error',
        'language layers',
        'logit error',
        'logits',
        'tokens',
      ],
      rows,
    ),
  ].join('\n');
}

function least(cosines: readonly number[]): string {
  return cosines.length === 0 ? '' : Math.min(...cosines).toFixed(5);
}

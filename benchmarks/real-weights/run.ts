/**
 * What quantised weights and guessed tokens do to a trained language model: `run.ts [--work FOLDER] [--python PATH] [--threads N]
 * [--tokens N] [--quick] [--no-rival] [--json FILE] [--page docs/performance.md | --no-page]`. Fetches SmolLM2, makes it a checkpoint, and measures every
 * precision on a page of text and on questions, prompt lookup on text that copies, and llama.cpp on the very same file.
 */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { nodeBackend } from '@internvl/backend-node';
import { isQuantised, parsePrecision } from '@internvl/checkpoint';
import { convertCached, openFolder } from '@internvl/checkpoint/node';
import { loadTokenizer } from '@internvl/tokenizer';
import { precisionOf } from '../../packages/checkpoint/src/onnx/precision-of.js';
import { writeSection } from '../rivals/docs-section.js';
import { machineLine } from '../rivals/machine.js';
import { exactPrecision } from './exact-blocks.js';
import { writeLanguageGraphs } from './exact-graphs.js';
import { fetchSmolLM2 } from './fetch-smollm2.js';
import { collectLogits, type Reading, readPage } from './fidelity.js';
import { type LanguageGraphs, loadLanguage } from './language-run.js';
import { agreementOf, lookupGain } from './measure-answers.js';
import { type RealWeightsReport, reportLines } from './report.js';
import { sameFileSpeed } from './same-file-speed.js';
import { writeSmolLM2Checkpoint } from './smollm2-checkpoint.js';

const { values } = parseArgs({
  options: {
    work: { type: 'string', default: join(tmpdir(), 'internvl-real-weights') },
    python: { type: 'string', default: 'python3' },
    threads: { type: 'string', default: '2' },
    tokens: { type: 'string', default: '64' },
    quick: { type: 'boolean', default: false },
    'no-rival': { type: 'boolean', default: false },
    json: { type: 'string' },
    page: { type: 'string', default: fileURLToPath(new URL('../../docs/performance.md', import.meta.url)) },
    'no-page': { type: 'boolean', default: false },
  },
});
const presets = values.quick ? ['fp32', 'q4'] : ['fp32', 'fp16', 'int8', 'q8', 'q4'];
const threads = Number(values.threads);
const tokens = values.quick ? 16 : Number(values.tokens);
const cache = join(values.work, 'cache');
const say = (line: string) => process.stderr.write(`${line}\n`);

const file = await fetchSmolLM2(values.work, values.python);
const folder = join(values.work, 'checkpoint');
if (!(await stat(join(folder, 'model.safetensors')).catch(() => undefined))) {
  await writeSmolLM2Checkpoint(folder, file);
}
const checkpoint = await openFolder(folder, { cache });
try {
  const { llm } = checkpoint.config;
  if (!llm) throw new Error('the checkpoint has no language model');
  const page = await readFile(new URL('page.txt', import.meta.url), 'utf8');
  const ids = loadTokenizer(await checkpoint.files.readAll())
    .encode(page)
    .ids.slice(0, values.quick ? 128 : undefined);
  const backend = await nodeBackend({ device: 'cpu', threads });

  const graphs: [string, LanguageGraphs][] = [];
  for (const preset of presets) {
    say(`converting ${preset}`);
    const precision = parsePrecision(preset);
    const { embed = '', decoder = '' } = await convertCached(checkpoint, {
      cacheDirectory: cache,
      precision,
    });
    graphs.push([preset, { embed, decoder, prepack: isQuantised(precision.llm) }]);
  }
  const exact = [
    ['Q4_1 as it is, zero points', exactPrecision('zero-points', precisionOf('fp32'), 0)],
    ['Q4_1 as it is, block sums', exactPrecision('block-sums', precisionOf('fp32'), 0)],
    ['Q4_1 as it is, block sums, rounded activations', exactPrecision('block-sums', precisionOf('q8'), 4)],
  ] as const;
  for (const [index, [name, precision]] of exact.entries()) {
    say(`writing ${name}`);
    const written = await writeLanguageGraphs(checkpoint, join(values.work, `exact-${index}`), precision);
    graphs.push([name, { ...written, prepack: true }]);
  }

  const readings: [string, Reading][] = [];
  let logits: readonly Float32Array[] | undefined;
  for (const [name, own] of graphs) {
    say(`reading with ${name}`);
    const model = await loadLanguage(backend, llm, own);
    logits ??= await collectLogits(model, ids);
    readings.push([name, await readPage(model, ids, logits)]);
    await model.dispose();
  }

  const options = { checkpoint: folder, cache, threads, tokens, say };
  const report: RealWeightsReport = {
    machine: await machineLine(threads),
    pageTokens: ids.length,
    answerTokens: tokens,
    readings: readings.map(([name, { perplexity, drift }]) => ({ name, perplexity, drift })),
    agreement: await agreementOf(presets, options),
    lookup: await lookupGain(values.quick ? ['q4'] : ['fp32', 'int8', 'q4'], page, options),
    speed: values['no-rival']
      ? []
      : await sameFileSpeed({
          file,
          graphs: graphs.filter(([name]) => ['fp32', 'int8', 'q4', exact[2][0]].includes(name)),
          ...{ backend, llm, threads, work: values.work, quick: values.quick, say },
        }),
  };
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report, undefined, 2)}\n`);
  const lines = reportLines(report);
  process.stdout.write(`${lines.join('\n')}\n`);
  if (!values['no-page']) await writeSection(values.page, 'real-weights', lines);
} finally {
  await checkpoint.close();
}

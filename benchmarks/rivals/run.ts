/**
 * Ours beside the programs one could take instead, on equal random weights of InternVL2-1B's shape: `run.ts [--work FOLDER] [--threads N]
 * [--python PATH] [--only GROUP,…] [--fresh] [--quick] [--page docs/performance.md | --no-page]`. Rivals are installed into the work folder.
 * Groups that are in the work folder's results already are not measured again unless `--fresh` or `--only` says so.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { RealWeightsReport } from '../real-weights/report.js';
import { measureCeilings } from './ceilings.js';
import { writeSection } from './docs-section.js';
import { groupsOf } from './groups.js';
import { machineLine } from './machine.js';
import { Models } from './models.js';
import { mustShow } from './must-show.js';
import { pictureOf } from './picture.js';
import { measureProducts, type Products } from './product.js';
import { reportLines } from './report.js';
import { measureGroup, readResults, writeResults } from './results.js';

const { values } = parseArgs({
  options: {
    work: { type: 'string', default: join(tmpdir(), 'internvl-rivals') },
    threads: { type: 'string', default: '2' },
    python: { type: 'string', default: 'python3' },
    only: { type: 'string' },
    fresh: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    real: { type: 'string' },
    page: { type: 'string', default: fileURLToPath(new URL('../../docs/performance.md', import.meta.url)) },
    'no-page': { type: 'boolean', default: false },
  },
});
const { work, python, quick, page } = values;
const threads = Number(values.threads);
const say = (line: string) => process.stderr.write(`${line}\n`);
const models = new Models(work);
const groups = groupsOf({ models, installed: join(work, 'installed'), threads, python, quick });
const names = ['product', ...groups.map(({ name }) => name)];
const only = values.only?.split(',');
const unknown = only?.find((name) => !names.includes(name));
if (unknown !== undefined) throw new Error(`no group ${unknown}; there are ${names.join(', ')}`);

const file = join(work, quick ? 'results-quick.json' : 'results.json');
const productFile = join(work, quick ? 'product-quick.json' : 'product.json');
await models.checkpoint();
let results = await readResults(file, await machineLine(threads), quick);
const wanted = (name: string, present: boolean) => (only ? only.includes(name) : values.fresh || !present);
for (const group of groups) {
  if (!wanted(group.name, group.name in results.groups)) continue;
  // Beside every group's numbers stands what the machine gave in the same run; the last one counts.
  const ceilings =
    group.name === 'ceilings' || !results.ceilings
      ? await measureCeilings(threads, quick ? 2 : 7)
      : results.ceilings;
  const found = await measureGroup(group, say);
  results = { ...results, ceilings, groups: { ...results.groups, [group.name]: found } };
  await writeResults(file, results);
}
let products = await readJson<Products>(productFile);
if (wanted('product', products !== undefined)) {
  say('product');
  products = await measureProducts(await models.converted('int8+q4'), threads, quick);
  await writeFile(productFile, `${JSON.stringify(products, undefined, 2)}\n`);
}
const real = values.real === undefined ? undefined : await readJson<RealWeightsReport>(values.real);
const rows = mustShow(results, products, real);
const picture = values['no-page'] ? join(work, 'performance.svg') : join(dirname(page), 'performance.svg');
const lines = reportLines(
  results,
  rows,
  values['no-page'] ? picture : relative(dirname(page), picture),
  products,
);
await writeFile(picture, pictureOf(rows));
process.stdout.write(`${lines.join('\n')}\n`);
if (!values['no-page']) await writeSection(page, 'rivals', lines);

/** A file that an earlier run of this script, or of its neighbour, wrote. */
async function readJson<T>(path: string): Promise<T | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text);
}

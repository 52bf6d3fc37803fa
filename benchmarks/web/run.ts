import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openPage } from './in-browser.js';
import { runInNode } from './in-node.js';
import type { Measured } from './measure.js';
import { writeRandomCheckpoint } from './random-checkpoint.js';

const nano = fileURLToPath(new URL('../../models/nano/', import.meta.url));
/** The first one warms up. */
const samples = ['shapes-0.png', 'shapes-1.png', 'shapes-2.png', 'chart-4.png'];
const question = 'Describe the image.';

const models = {
  nano: {
    title: 'nano, 3.4 million parameters, up to 13 tiles of 112 pixels',
    images: 4,
    settings: { question, maxTiles: 12, maxNewTokens: 64 },
    cases: [
      ['node', 2, 'fp32'],
      ['wasm', 1, 'fp32'],
      ['wasm', 2, 'fp32'],
      ['wasm', 2, 'int8'],
      ['webgpu', 1, 'fp32'],
    ],
  },
  wide: {
    title:
      'Widths of InternVL2-1B with 6 layers on each side, 168 million random parameters, one tile of 224 pixels',
    images: 4,
    settings: { question, maxTiles: 1, maxNewTokens: 17 },
    cases: [
      ['node', 2, 'int8'],
      ['wasm', 1, 'int8'],
      ['wasm', 2, 'int8'],
      // Only the vision tower has four bits: WASM cannot look up an embedding in blocks.
      ['node', 2, 'q4+int8'],
      ['wasm', 2, 'q4+int8'],
    ],
  },
} as const;

/** Run with the name of a model to measure that one alone. */
const [only] = process.argv.slice(2);
const work = await mkdtemp(join(tmpdir(), 'benchmark-web-'));
const wide = join(work, 'wide');
await writeRandomCheckpoint(wide);
const page = await openPage(join(work, 'page'), { nano, wide });
try {
  console.log(
    `${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.version}, Chromium ${page.version}.\n`,
  );
  for (const [name, { title, settings, cases, images: count }] of Object.entries(models)) {
    if (only !== undefined && name !== only) continue;
    const images = samples.slice(0, count).map((image) => `samples/${image}`);
    const rows: [string, Measured][] = [];
    for (const [device, threads, precision] of cases) {
      const row = `${device}, ${threads === 1 ? '1 thread' : `${threads} threads`}, ${precision}`;
      console.error(`${name}: ${row} …`);
      const measured =
        device === 'node'
          ? await runInNode(name === 'nano' ? nano : wide, {
              ...settings,
              threads,
              precision,
              cache: join(work, 'cache'),
              images: await Promise.all(images.map((image) => readFile(join(nano, image)))),
            })
          : await page.run({
              ...settings,
              device,
              threads,
              precision,
              name,
              baseUrl: `/${name}/`,
              images: images.map((image) => `/nano/${image}`),
            });
      rows.push([row, measured]);
    }
    console.log(`### ${title}\n\n${table(rows)}\n`);
  }
} finally {
  await page.close();
  await rm(work, { recursive: true });
}

/** A software adapter says nothing about speed, so WebGPU has only its answers and copies. */
function table(rows: readonly [string, Measured][]): string {
  const [[, reference]] = rows as [[string, Measured]];
  const lines = rows.map(([row, measured]) => {
    const timed = measured.backend.endsWith('webgpu')
      ? ['–', '–', '–', '–']
      : [
          measured.visionMsPerTile.toFixed(1),
          measured.prefillTokensPerSecond.toFixed(0),
          measured.tokensPerSecond.toFixed(1),
          measured.overheadMsPerToken.toFixed(2),
        ];
    const same = measured.texts.filter((text, index) => text === reference.texts[index]).length;
    const copies = `${measured.uploadsPerToken} + ${measured.downloadsPerToken}`;
    return `| ${[row, ...timed, copies, `${same} of ${measured.texts.length}`].join(' | ')} |`;
  });
  return [
    '| where | vision, ms a tile | prefill, tokens/s | decode, tokens/s | outside of runs, ms a token | tensors in + out a token | answers as the first row |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...lines,
  ].join('\n');
}

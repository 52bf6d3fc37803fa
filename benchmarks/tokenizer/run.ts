import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import type { Measured } from './contestant.js';
import { contestants } from './contestants.js';
import { makeCorpus } from './corpus.js';
import type { Extreme } from './extremes.js';
import { median } from './median.js';
import { vocabularies } from './vocabularies.js';

// A megabyte of Chinese and English through this package and its rivals, each in a process of its own, turn by turn in
// one run. Cold is a process' first pass over the texts, warm the median of five more. All times are processor time, of
// all threads of a process. Prints tables; --json prints the data.
const { values: options } = parseArgs({
  options: {
    bytes: { type: 'string', default: '1000000' },
    corpus: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
});

const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

async function runScript<T>(name: string, ...args: readonly string[]): Promise<T> {
  const command = ['--expose-gc', ...process.execArgv, script(name), ...args];
  const { stdout } = await promisify(execFile)(process.execPath, command, { maxBuffer: 2 ** 26 });
  return JSON.parse(stdout);
}

const corpus = makeCorpus(Number(options.bytes), options.corpus);
const work = mkdtempSync(join(tmpdir(), 'internvl-bench-'));
writeFileSync(join(work, 'corpus.json'), JSON.stringify(corpus.texts));
const ours = '@internvl/tokenizer';
const results = [];
try {
  for (const vocabulary of vocabularies) {
    const names = Object.keys(contestants).filter((name) =>
      contestants[name]!.vocabularies.includes(vocabulary),
    );
    const runs = new Map<string, Measured[]>(names.map((name) => [name, []]));
    for (const name of names) contestants[name]!.prepare(work, vocabulary);
    for (let round = 0; round < Number(options.rounds); round++) {
      for (const name of names)
        runs.get(name)!.push(await runScript('contestant.ts', name, vocabulary, work));
    }
    const mine = runs.get(ours)![0]!;
    const rows = [...runs].map(([name, all]) => {
      const of = (
        key:
          | 'loadMs'
          | 'loadWallMs'
          | 'coldMs'
          | 'warmMs'
          | 'decodeMs'
          | 'heapBytes'
          | 'bufferBytes'
          | 'processBytes',
      ) => median(all.map((run) => run[key]));
      const { decoded, texts, tokens } = all[0]!;
      return {
        name,
        loadMs: of('loadMs'),
        loadWallMs: of('loadWallMs'),
        heapMb: of('heapBytes') / 1e6,
        bufferMb: of('bufferBytes') / 1e6,
        processMb: of('processBytes') / 1e6,
        coldPerSecond: (1000 * tokens) / of('coldMs'),
        warmPerSecond: (1000 * tokens) / of('warmMs'),
        decodePerSecond: (1000 * tokens) / of('decodeMs'),
        otherTexts: texts.filter((hash, index) => hash !== mine.texts[index]).length,
        decoded,
      };
    });
    results.push({
      vocabulary,
      tokens: mine.tokens,
      rows,
      extremes: await runScript<Extreme[]>('extremes.ts', vocabulary),
    });
  }
} finally {
  rmSync(work, { recursive: true });
}

if (options.json) {
  const { bytes, sha256, texts } = corpus;
  console.log(
    JSON.stringify({
      cpu: cpus()[0]?.model,
      cores: availableParallelism(),
      node: process.version,
      bytes,
      sha256,
      texts: texts.length,
      results,
    }),
  );
} else {
  const perSecond = (value: number): string => `${(value / 1e6).toFixed(2)} M`;
  console.log(
    `${corpus.bytes} bytes in ${corpus.texts.length} texts (sha256 ${corpus.sha256.slice(0, 12)}), ${cpus()[0]?.model}, Node ${process.version}, ${options.rounds} rounds`,
  );
  for (const { extremes, rows, tokens, vocabulary } of results) {
    console.log(`\n${vocabulary}, ${tokens} tokens; tokens/s of processor time`);
    console.log(
      '| | load ms | memory MB | cold | warm | decode | texts with other ids |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    );
    for (const row of rows) {
      const cells = [
        row.name,
        row.loadMs.toFixed(0),
        row.processMb.toFixed(0),
        perSecond(row.coldPerSecond),
        perSecond(row.warmPerSecond),
        perSecond(row.decodePerSecond),
        row.otherTexts,
      ];
      console.log(`| ${cells.join(' | ')} |`);
    }
    const { bufferMb, heapMb, loadWallMs } = rows.find(({ name }) => name === ours)!;
    console.log(
      `${ours} loads in ${loadWallMs.toFixed(0)} ms by the clock and then keeps ${heapMb.toFixed(1)} MB of heap and ${bufferMb.toFixed(1)} MB of buffers.`,
    );
    console.log('| 1 MB of | ms | half of it | tokens |\n| --- | ---: | ---: | ---: |');
    for (const { halfMs, ms, text, tokens: count } of extremes)
      console.log(`| ${text} | ${ms.toFixed(0)} | ${halfMs.toFixed(0)} | ${count} |`);
  }
}

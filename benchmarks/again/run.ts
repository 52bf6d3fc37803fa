import { availableParallelism, cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { firstTokenRows } from './first-token.js';
import { lookupRows } from './lookup.js';

// What is not computed twice, and what is guessed: medians of runs in turns within one process, as tables. A checkpoint folder
// or a Hub id may be passed, and an image; nano by default.
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    precision: { type: 'string', default: 'fp32' },
    image: { type: 'string', default: here('../../models/nano/samples/shapes-0.png') },
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
});
const [model = here('../../models/nano')] = positionals;
const { precision, image } = options;
const rounds = Number(options.rounds);

const lookup = await lookupRows(model, precision, rounds);
const firstToken = await firstTokenRows(model, image, precision, rounds);
const machine = `${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}, Node ${process.version}`;
if (options.json) console.log(JSON.stringify({ machine, precision, rounds, lookup, firstToken }, null, 2));
else {
  const ms = (value: number) => value.toFixed(value < 100 ? 1 : 0);
  console.log(`${machine}, ${precision}, medians of ${rounds} in turns\n`);
  console.log('| answer of 200 tokens | without lookup, Ms | with, Ms | times as fast | guessed right |');
  console.log('| --- | --- | --- | --- | --- |');
  for (const { answer, withoutMs, withMs, guessedRight } of lookup) {
    const times = (withoutMs / withMs).toFixed(2);
    console.log(`| ${answer} | ${ms(withoutMs)} | ${ms(withMs)} | ${times} | ${guessedRight} |`);
  }
  console.log('\n| question | first token, Ms | share of the first | tiles encoded | tokens cached |');
  console.log('| --- | --- | --- | --- | --- |');
  for (const { question, firstTokenMs, encodedTiles, cachedTokens } of firstToken) {
    const share = (firstTokenMs / firstToken[0]!.firstTokenMs).toFixed(3);
    console.log(`| ${question} | ${ms(firstTokenMs)} | ${share} | ${encodedTiles} | ${cachedTokens} |`);
  }
}

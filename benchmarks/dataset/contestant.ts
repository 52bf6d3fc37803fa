import { createReadStream } from 'node:fs';
import { validate } from '@internvl/dataset';
import { convertFiles, fileSource, imageFolder } from '@internvl/dataset/node';

// One contestant in a process of its own: node contestant.ts NAME INPUT OUTPUT. Prints what it used as JSON.
const [name = '', input = '', output = ''] = process.argv.slice(2);

/** What the others are measured against: lines split from pieces, each parsed, nothing done with it. */
async function parse(): Promise<number> {
  let rows = 0;
  let rest = '';
  for await (const piece of createReadStream(input, { highWaterMark: 1 << 18, encoding: 'utf8' })) {
    const lines = (rest + String(piece)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      JSON.parse(line);
      rows++;
    }
  }
  return rows;
}

async function validated(images: boolean): Promise<number> {
  const run = validate(
    [await fileSource(input)],
    images ? { images: imageFolder('.', { depth: 'exists' }), perRule: 10 } : {},
  );
  for (;;) {
    const { done, value } = await run.next();
    if (done) return value.rows;
  }
}

async function converted(): Promise<number> {
  const lineage = await convertFiles({ inputs: [input], out: output, embed: false });
  return lineage.counts.samples;
}

async function compete(): Promise<number> {
  switch (name) {
    case 'parse':
      return parse();
    case 'validate':
      return validated(false);
    case 'validate-images':
      return validated(true);
    case 'convert':
      return converted();
    default:
      throw new Error(`Expected parse, validate, validate-images or convert, got ${name}.`);
  }
}

const wall = performance.now();
const before = process.cpuUsage();
const rows = await compete();
const { user, system } = process.cpuUsage(before);
const used = {
  rows,
  cpuSeconds: (user + system) / 1e6,
  wallSeconds: (performance.now() - wall) / 1000,
  mebibytes: process.resourceUsage().maxRSS / 1024,
};
process.stdout.write(`${JSON.stringify(used)}\n`);

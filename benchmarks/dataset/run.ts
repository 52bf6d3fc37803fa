import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeRows, writeTable } from './write-rows.js';

// Rows validated beside a bare read-and-parse of the same file and beside DuckDB; conversions beside DuckDB and, where it is installed,
// pandas. Each contestant has a process of its own, turn by turn; figures are medians of CPU seconds. --json prints them as data.
const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    'convert-rows': { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '3' },
    python: { type: 'string', default: process.env.PYTHON ?? 'python3' },
    json: { type: 'boolean', default: false },
  },
});

interface Used {
  readonly rows: number;
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  readonly mebibytes: number;
}

interface Contestant {
  readonly name: string;
  readonly command: readonly string[];
}

function here(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

function ours(...args: readonly string[]): readonly string[] {
  return [
    process.execPath,
    '--conditions=@internvl/source',
    '--import',
    import.meta.resolve('tsx'),
    here('contestant.ts'),
    ...args,
  ];
}

function duckdb(sql: string): readonly string[] {
  return [process.execPath, here('duckdb.mjs'), sql];
}

/** Undefined where the program, or a package it needs, is missing. */
function run([program = '', ...args]: readonly string[]): Promise<Used | undefined> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
    child.on('error', () => resolve(undefined));
    child.on('close', (status) => resolve(status === 0 ? JSON.parse(text) : undefined));
  });
}

async function race(contestants: readonly Contestant[], rounds: number): Promise<Map<string, Used>> {
  const runs = new Map<string, Used[]>();
  for (let round = 0; round < rounds; round++) {
    for (const { name, command } of contestants) {
      const used = await run(command);
      if (used !== undefined) runs.set(name, [...(runs.get(name) ?? []), used]);
    }
  }
  return new Map(
    [...runs].map(([name, all]) => {
      const sorted = all.toSorted((left, right) => left.cpuSeconds - right.cpuSeconds);
      return [name, sorted[Math.floor(sorted.length / 2)]!];
    }),
  );
}

const folder = await mkdtemp(join(tmpdir(), 'internvl-bench-'));
try {
  const rounds = Number(options.rounds);
  const rows = join(folder, 'rows.jsonl');
  await writeRows(rows, Number(options.rows));
  const quoted = (path: string): string => `'${path.replaceAll("'", "''")}'`;
  const validation = await race(
    [
      { name: 'read and parse', command: ours('parse', rows) },
      { name: 'validate', command: ours('validate', rows) },
      { name: 'validate, images looked up', command: ours('validate-images', rows) },
      {
        name: 'DuckDB, json_valid of each line',
        command: duckdb(
          `SELECT count(*) FILTER (json_valid(line)) FROM read_csv(${quoted(rows)}, columns={'line': 'VARCHAR'}, delim='\\x01', quote='', escape='', header=false, max_line_size=16777216)`,
        ),
      },
      {
        name: 'DuckDB, read_json',
        command: duckdb(
          `SELECT count(conversations) FROM read_json(${quoted(rows)}, format='newline_delimited')`,
        ),
      },
    ],
    rounds,
  );
  const few = join(folder, 'few.jsonl');
  const table = join(folder, 'table.csv');
  const parquet = join(folder, 'few.parquet');
  await writeRows(few, Number(options['convert-rows']));
  await writeTable(table, Number(options['convert-rows']));
  await run(ours('convert', few, parquet));
  const made = (name: string): string => join(folder, name);
  const copy = (from: string, to: string, as: string): readonly string[] =>
    duckdb(`COPY (FROM ${from}) TO ${quoted(to)} (${as})`);
  const conversions: Record<string, Map<string, Used>> = {};
  for (const [name, input, out, from, as] of [
    [
      'JSONL → Parquet',
      few,
      made('a.parquet'),
      `read_json(${quoted(few)}, format='newline_delimited')`,
      'FORMAT parquet, COMPRESSION snappy',
    ],
    ['Parquet → JSONL', parquet, made('b.jsonl'), `read_parquet(${quoted(parquet)})`, 'FORMAT json'],
    ['CSV → JSONL', table, made('c.jsonl'), `read_csv(${quoted(table)})`, 'FORMAT json'],
  ] as const) {
    conversions[name] = await race(
      [
        { name: 'ours', command: ours('convert', input, out) },
        { name: 'DuckDB alone', command: copy(from, `${out}.duckdb`, as) },
        {
          name: 'pandas',
          command: [options.python, here('pandas_convert.py'), input, `${out}.${out.split('.').at(-1)}`],
        },
      ],
      rounds,
    );
  }
  report(validation, conversions);
} finally {
  await rm(folder, { recursive: true });
}

function report(
  validation: Map<string, Used>,
  conversions: Readonly<Record<string, Map<string, Used>>>,
): void {
  const machine = `${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} cores, Node ${process.version}`;
  const bare = validation.get('read and parse')?.cpuSeconds ?? Number.NaN;
  if (options.json) {
    const of = (runs: Map<string, Used>) => Object.fromEntries(runs);
    const all = Object.fromEntries(Object.entries(conversions).map(([name, runs]) => [name, of(runs)]));
    process.stdout.write(
      `${JSON.stringify({ machine, validation: of(validation), conversions: all }, undefined, 2)}\n`,
    );
    return;
  }
  const line = (name: string, { rows, cpuSeconds, mebibytes }: Used, more: string): string =>
    `  ${name.padEnd(34)}${cpuSeconds.toFixed(2).padStart(8)} CPU-s${(rows / cpuSeconds / 1000).toFixed(0).padStart(7)} k rows/CPU-s${mebibytes.toFixed(0).padStart(6)} MiB${more}`;
  const lines = [machine, '', `${Number(options.rows).toLocaleString('en')} rows`];
  for (const [name, used] of validation) {
    const beyond = used.cpuSeconds - bare;
    lines.push(
      line(name, used, name.startsWith('validate') ? `  ${beyond.toFixed(2)} beyond read and parse` : ''),
    );
  }
  for (const [title, runs] of Object.entries(conversions)) {
    lines.push('', `${title}, ${Number(options['convert-rows']).toLocaleString('en')} rows`);
    const own = runs.get('ours')?.cpuSeconds;
    for (const [name, used] of runs) {
      const ratio =
        own === undefined || name === 'ours'
          ? ''
          : `  ours takes ${(own / used.cpuSeconds).toFixed(1)} times that`;
      lines.push(line(name, used, ratio));
    }
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}

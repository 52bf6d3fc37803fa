import { createRequire } from 'node:module';

// DuckDB alone, in a process of its own: node duckdb.mjs SQL. The package is found where @internvl/dataset finds it.
const require = createRequire(new URL('../../packages/dataset/package.json', import.meta.url));
const { DuckDBInstance } = require('@duckdb/node-api');

const wall = performance.now();
const before = process.cpuUsage();
const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
const connection = await instance.connect();
const result = await connection.runAndReadAll(process.argv[2]);
const [[rows]] = result.getRowsJS();
const { user, system } = process.cpuUsage(before);
const used = {
  rows: Number(rows),
  cpuSeconds: (user + system) / 1e6,
  wallSeconds: (performance.now() - wall) / 1000,
  mebibytes: process.resourceUsage().maxRSS / 1024,
};
process.stdout.write(`${JSON.stringify(used)}\n`);

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from '../src/node.js';
import { compareRun } from '../src/testing/compare-run.js';
import { compareTower, isTower } from '../src/testing/compare-tower.js';
import { fixtures, goldenCases, sharedGoldens } from '../src/testing/golden-record.js';

const [backend = 'cpu', only] = process.argv.slice(2);
const cache = await mkdtemp(join(tmpdir(), 'internvl-parity-'));
try {
  for (const golden of await goldenCases(sharedGoldens() ?? fixtures)) {
    if (only && !golden.name.match(only)) continue;
    if (isTower(golden)) {
      for (const run of golden.runs)
        console.log(JSON.stringify(await compareTower(golden, run, { backend, cache })));
      continue;
    }
    const chat = await load(golden.folder, { backend, cache, worker: false });
    for (const run of golden.runs)
      console.log(
        JSON.stringify(
          await compareRun(chat, golden, run).catch((e: unknown) => ({
            case: golden.name,
            run,
            error: String(e),
          })),
        ),
      );
    await chat.dispose();
  }
} finally {
  await rm(cache, { recursive: true });
}

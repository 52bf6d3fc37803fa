import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { capacityTables } from './capacity-tables.js';
import { measuredTimes } from './measured-times.js';

/*
 * pnpm capacity [--vision-ms-per-tile N --prefill-ms-per-token N --decode-ms-per-token N]
 *
 * Computes the tables of docs/scale.md from the shapes of published models and the times in docs/performance.md, and writes them
 * below its line `computed`. With times of your own, for InternVL2-1B on your machine, it prints the tables instead.
 */

const performance = new URL('../../docs/performance.md', import.meta.url);
const scale = new URL('../../docs/scale.md', import.meta.url);
const marker = '<!-- computed -->\n';

const time = { type: 'string' } as const;
const { values } = parseArgs({
  options: { 'vision-ms-per-tile': time, 'prefill-ms-per-token': time, 'decode-ms-per-token': time },
});
const own = [values['vision-ms-per-tile'], values['prefill-ms-per-token'], values['decode-ms-per-token']].map(
  (text) => (text === undefined ? undefined : Number(text) / 1000),
);
const [tile, prompt, token] = own;
if (tile !== undefined && prompt !== undefined && token !== undefined) {
  const measured = { tiles: 7, promptTokens: 1844, decodedTokens: 100 };
  const seconds = {
    visionSeconds: 7 * tile,
    prefillSeconds: 1844 * prompt,
    decodeSeconds: 100 * token,
  };
  if (Object.values(seconds).some((each) => !(each > 0))) throw new Error('times are numbers above 0');
  console.log(capacityTables({ ...measured, ...seconds }));
} else if (own.some((each) => each !== undefined)) {
  throw new Error('all three times, or none');
} else {
  const tables = capacityTables(measuredTimes(await readFile(performance, 'utf8')));
  const [text = ''] = (await readFile(scale, 'utf8')).split(marker);
  await writeFile(scale, `${text}${marker}\n${tables}`);
  console.log('docs/scale.md has the tables');
}

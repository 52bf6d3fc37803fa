import { readFile } from 'node:fs/promises';
import { finishedAnswer } from '../finished-answer.js';
import { load } from '../node/load.js';
import { asked, type NanoSample } from './nano-in-browser.js';
import type { NanoInt8Answer } from './nano-int8-answers.js';

/**
 * The least difference, in natural logarithms, between the best two tokens anywhere in an answer that another processor
 * must give too: where a sum falls onto the other side of a rounding, logits move by hundredths. Where eight bits answer
 * otherwise than float32 does, roundings have decided already, and another processor's may decide otherwise again.
 */
const CERTAIN = 0.1;

/** A program of its own for a test: prints what nano says when its weights have eight bits, as JSON. */
const [nano, cache] = process.argv.slice(2) as [string, string];
const samples: readonly NanoSample[] = JSON.parse(await readFile(`${nano}samples/samples.json`, 'utf8'));
const answers: NanoInt8Answer[] = [];
const chat = await load(nano, { backend: 'cpu', precision: 'int8', cache });
try {
  for (const { file, turns } of samples) {
    for (const { question, ids: exact } of turns) {
      const image = `${nano}samples/${file}`;
      const { ids, logprobs } = await finishedAnswer(chat.answer(asked(image, question), { logprobs: 2 }));
      const gaps = logprobs!.map(({ top: [best, next] }) => best!.logprob - next!.logprob);
      const asExact = ids.length === exact.length && ids.every((id, at) => id === exact[at]);
      if (asExact && Math.min(...gaps) >= CERTAIN) answers.push({ file, question, ids });
    }
  }
} finally {
  await chat.dispose();
}
process.stdout.write(JSON.stringify(answers));

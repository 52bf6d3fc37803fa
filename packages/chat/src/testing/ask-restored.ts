import { readFile, writeFile } from 'node:fs/promises';
import { finishedAnswer } from '../finished-answer.js';
import { load } from '../node/load.js';

/** A program of its own for a test: restores a conversation from a file, asks one question, writes what came. */
const [model, cache, precision, state, question, out] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
  string,
];
const chat = await load(model, { backend: 'cpu', cache, precision, worker: false });
try {
  const conversation = await chat.restore(new Uint8Array(await readFile(state)));
  const { ids, usage, encodedTiles } = await finishedAnswer(conversation.ask(question, { maxNewTokens: 24 }));
  await writeFile(out, JSON.stringify({ ids, usage, encodedTiles, turns: conversation.turns.length }));
} finally {
  await chat.dispose();
}

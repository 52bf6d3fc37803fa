import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Chat, type ChatEvent, load, type Part } from '@internvl/chat/node';
import { median } from '../tokenizer/median.js';

/** Ms to the first token of a question about an image, by what is known of it already. */
export interface FirstTokenRow {
  readonly question: string;
  readonly firstTokenMs: number;
  readonly encodedTiles: number;
  readonly cachedTokens: number;
}

/** The same question anew, about an image that was shown, after a restart, and in a conversation that was restored. */
export async function firstTokenRows(
  model: string,
  image: string,
  precision: string,
  rounds: number,
): Promise<FirstTokenRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'internvl-again-'));
  const rows: FirstTokenRow[][] = [];
  try {
    const open = (visionStoreBytes?: number) =>
      load(model, { backend: 'cpu', precision, cache: folder, visionStoreBytes, worker: false });
    await (await open()).dispose();
    for (let round = 0; round < rounds; round++) rows.push(await oneRound(open, image));
  } finally {
    await rm(folder, { recursive: true });
  }
  return rows[0]!.map((row, at) => ({
    ...row,
    firstTokenMs: median(rows.map((round) => round[at]!.firstTokenMs)),
  }));
}

async function oneRound(
  open: (visionStoreBytes?: number) => Promise<Chat>,
  image: string,
): Promise<FirstTokenRow[]> {
  const show = (text: string): Part[] => [
    { type: 'image', image },
    { type: 'text', text },
  ];
  const short = { maxNewTokens: 2 };
  const first = await open();
  const conversation = first.conversation(short);
  const rows = [
    await firstToken('an image for the first time', conversation.ask(show('Describe the image.'))),
  ];
  const state = await conversation.save();
  rows.push(await firstToken('another question in the conversation', conversation.ask('What is in it?')));
  const turns = [{ role: 'user', parts: show('What is in it?') }] as const;
  rows.push(await firstToken('the image in another conversation', first.answer(turns, short)));
  await first.dispose();

  const restored = await open();
  const going = await restored.restore(state);
  rows.push(await firstToken('after a restart, the conversation restored', going.ask('What is in it?')));
  await restored.dispose();

  const keeping = await open(2 ** 30);
  await firstToken('', keeping.answer(turns, short));
  await keeping.dispose();
  const again = await open(2 ** 30);
  rows.push(await firstToken('after a restart, visual tokens on disk', again.answer(turns, short)));
  await again.dispose();
  return rows;
}

async function firstToken(question: string, events: AsyncIterable<ChatEvent>): Promise<FirstTokenRow> {
  const start = performance.now();
  let firstTokenMs = Number.NaN;
  for await (const event of events) {
    if (event.type === 'prefill-progress' && event.loaded === event.total) {
      firstTokenMs = performance.now() - start;
    }
    if (event.type === 'answer-finished') {
      const { encodedTiles, usage } = event.answer;
      return { question, firstTokenMs, encodedTiles, cachedTokens: usage.cachedTokens };
    }
  }
  throw new Error('an answer without an end');
}

import { expect, test } from 'vitest';
import { createHandler } from './create-handler.js';
import type { LogEntry } from './server-options.js';
import { seeded } from './testing/mutate.js';
import { CHAT, get, PIXEL, post, question, until } from './testing/requests.js';
import { ScriptedChat } from './testing/scripted-chat.js';

/* Whatever clients and models do, every request ends once, every place is free again and the next one is answered. */

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

async function turns(count: number): Promise<void> {
  for (let done = 0; done < count; done++) await turn();
}

/** A chat with moods: slow, failing at once, failing on the way. */
class MoodyChat extends ScriptedChat {
  constructor(random: () => number) {
    super({
      says: () => 'word '.repeat(Math.floor(random() * 12)),
      pace: async (index) => {
        await turns(Math.floor(random() * 5));
        if (index > 2 && random() < 0.02) throw new Error('lost');
      },
      fails: undefined,
    });
  }
}

/** A body that comes in pieces, and may break off or never end. */
function dripping(text: string, random: () => number): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  const end = random() < 0.2 ? Math.floor(bytes.length * random()) : bytes.length;
  const breaks = random() < 0.5;
  let at = 0;
  return new ReadableStream(
    {
      async pull(controller) {
        await turns(Math.floor(random() * 4));
        const next = bytes.subarray(at, Math.min(end, at + 1 + Math.floor(random() * 60)));
        at += next.length;
        if (next.length > 0) controller.enqueue(next);
        else if (end === bytes.length) controller.close();
        else if (breaks) controller.error(new Error('aborted'));
        // Else the client says no more, and the time of the body runs out.
      },
    },
    { highWaterMark: 0 },
  );
}

async function client(handler: ReturnType<typeof createHandler>, random: () => number): Promise<void> {
  const below = (count: number) => Math.floor(random() * count);
  await turns(below(40));
  const controller = new AbortController();
  if (below(4) === 0) void turns(below(60)).then(() => controller.abort());
  const stream = below(2) === 0;
  const content =
    below(3) === 0
      ? [
          { type: 'text', text: 'What?' },
          { type: 'image_url', image_url: { url: PIXEL } },
        ]
      : 'What?';
  const body = {
    ...question,
    messages: [{ role: 'user', content }],
    stream,
    n: 1 + below(3),
    ...(below(10) === 0 && { temperature: 'hot' }),
    ...(below(12) === 0 && { model: 'nobody' }),
  };
  const text = below(12) === 0 ? '{"model":' : JSON.stringify(body);
  const init: RequestInit & { duplex: 'half' } = {
    signal: controller.signal,
    body: below(2) === 0 ? dripping(text, random) : text,
    duplex: 'half',
  };
  const response = await handler(post(CHAT, '', init), { client: `client ${below(3)}` });
  if (!response.body) return;
  const reader = response.body.getReader();
  const leavesAt = below(3) === 0 ? below(6) : Number.POSITIVE_INFINITY;
  for (let pieces = 0; ; pieces++) {
    if (pieces === leavesAt) {
      // One leaves, another just reads no more.
      if (below(2) === 0) await reader.cancel();
      return;
    }
    await turns(below(3));
    if ((await reader.read()).done) return;
  }
}

test.each(Array.from({ length: 20 }, (_, seed) => seed))('seed %i', async (seed) => {
  const random = seeded(seed);
  const below = (count: number) => Math.floor(random() * count);
  const chat = new MoodyChat(random);
  const log: LogEntry[] = [];
  const running = 1 + below(4);
  const handler = createHandler({
    models: { scripted: chat },
    running,
    waiting: below(20),
    deadlineMs: below(4) === 0 ? 30 : 60_000,
    limits: { bodyMs: 30, stallMs: 30, heldBytes: below(3) === 0 ? 600 : 1_000_000 },
    log: (entry) => log.push(entry),
  });
  const clients = 40;
  await Promise.all(Array.from({ length: clients }, () => client(handler, random)));
  await until(() => log.length === clients);
  expect(chat.active).toBe(0);
  expect(chat.mostActive).toBeLessThanOrEqual(Math.max(running, 3));
  // Each once, with an end of its own; a fault of the model is the only thing that is ours.
  expect(new Set(log.map(({ id }) => id)).size).toBe(clients);
  const faults = log.filter(({ status }) => status === 500);
  expect(faults.filter(({ error }) => error !== 'Error: lost')).toEqual([]);
  const metrics = await (await handler(get('/metrics'))).text();
  for (const gauge of ['running', 'waiting', 'held_bytes'])
    expect(metrics).toContain(`internvl_${gauge} 0\n`);
  const next = await handler(post(CHAT, { ...question, max_tokens: 1 }));
  expect([200, 500, 504]).toContain(next.status);
  await handler.close({ graceMs: 0 });
});

import { MessageChannel } from 'node:worker_threads';
import { hostTensor, InternVLError } from '@internvl/backend';
import { afterEach, describe, expect, test } from 'vitest';
import { breath } from '../breath.js';
import type { Chat, Conversation } from '../chat.js';
import type { ChatEvent } from '../event.js';
import { finishedAnswer } from '../finished-answer.js';
import { portTransport } from '../node/worker-transport.js';
import { FakeChat } from '../testing/fake-chat.js';
import { connectChat } from './connect-chat.js';
import type { ClientMessage, HostMessage } from './protocol.js';
import { type LoadChat, serveChat } from './serve-chat.js';

const open: Chat[] = [];

afterEach(async () => {
  for (const chat of open.splice(0)) await chat.dispose();
});

/** A chat behind a real message channel, so that everything is cloned as between threads. */
async function connected(chat: Chat, load: LoadChat<string> = async () => chat): Promise<Chat> {
  const { port1, port2 } = new MessageChannel();
  serveChat(portTransport<ClientMessage<string>, HostMessage>(port2), load);
  const hosted = await connectChat<string>(portTransport(port1), 'tiny');
  open.push(hosted);
  return hosted;
}

const question = (text: string) => [{ role: 'user', parts: [{ type: 'text', text }] }] as const;

describe('loading', () => {
  test('passes the request, progress, notes and facts', async () => {
    const { port1, port2 } = new MessageChannel();
    const fake = new FakeChat();
    serveChat<{ model: string }>(portTransport(port2), async ({ model }, { onProgress, onNote }) => {
      onProgress({ status: 'loading', file: model, loaded: 1, total: 3 });
      onNote('no GPU here');
      return fake;
    });
    const seen: unknown[] = [];
    const chat = await connectChat(
      portTransport(port1),
      { model: 'tiny' },
      {
        onProgress: (progress) => seen.push(progress),
        onNote: (note) => seen.push(note),
      },
    );
    open.push(chat);
    expect(seen).toEqual([{ status: 'loading', file: 'tiny', loaded: 1, total: 3 }, 'no GPU here']);
    expect(chat.facts).toEqual(fake.facts);
  });

  test('errors come with code, facts, sentence, cause and stack', async () => {
    const cause = new InternVLError('network', 'It is down.');
    const thrown = new InternVLError(
      'model-not-found',
      'Nothing there.',
      { model: 'x', tried: ['a'] },
      { cause },
    );
    const error = await connected(new FakeChat(), async () => {
      throw thrown;
    }).catch((reason: unknown) => reason);
    expect(InternVLError.is(error, 'model-not-found')).toBe(true);
    expect(error).toMatchObject({ message: thrown.message, facts: thrown.facts, stack: thrown.stack });
    expect(error).toMatchObject({ cause: { code: 'network' } });
  });

  test.each([
    ['other errors', new RangeError('too far'), { name: 'RangeError', message: 'too far' }],
    ['things that cannot be cloned', () => {}, { message: '() => {}' }],
    [
      'facts that cannot be cloned',
      new InternVLError('odd', 'Odd.', { f: () => {} }),
      { code: 'odd', facts: {} },
    ],
  ])('%s come as well as they can', async (_, thrown, expected) => {
    const loading = connected(new FakeChat(), async () => {
      throw thrown;
    });
    await expect(loading).rejects.toMatchObject(expected);
  });
});

describe('an answer', () => {
  test('streams every event and ends', async () => {
    const fake = new FakeChat({ tokens: 50 });
    const chat = await connected(fake);
    const events: ChatEvent[] = [];
    for await (const event of chat.answer(question('Hi'), { maxNewTokens: 3 })) events.push(event);
    expect(events).toHaveLength(51);
    expect(fake.asked).toEqual([{ turns: question('Hi'), options: { maxNewTokens: 3 } }]);
    expect(fake.finished).toBe(1);
  });

  test('is asked for its form too', async () => {
    const fake = new FakeChat();
    const chat = await connected(fake);
    const schema = { type: 'object', properties: { a: { enum: ['x', null] } } };
    const options = { responseFormat: { type: 'json', schema }, logprobs: 2 } as const;
    for await (const _ of chat.answer(question('Hi'), options));
    expect(fake.asked.map(({ options }) => options)).toEqual([options]);
  });

  test('does not run far ahead of a slow reader', async () => {
    const fake = new FakeChat({ tokens: 1000 });
    const chat = await connected(fake);
    const events = chat.answer(question('Hi'));
    await events.next();
    for (let i = 0; i < 50; i++) await breath();
    expect(fake.yielded).toBeLessThan(20);
    await events.return();
  });

  test('left early ends at the host', async () => {
    const fake = new FakeChat({ tokens: 1000 });
    const chat = await connected(fake);
    for await (const event of chat.answer(question('Hi'))) if (event.type === 'text-delta') break;
    await fake.left;
    expect(fake.finished).toBe(0);
  });

  test('aborted rejects with the very reason, at once, and ends at the host', async () => {
    const fake = new FakeChat({ tokens: 1000, stuck: true });
    const chat = await connected(fake);
    const controller = new AbortController();
    const reason = { uncloneable: () => {} };
    const events = chat.answer(question('Hi'), { signal: controller.signal });
    await events.next();
    const pending = events.next();
    controller.abort(reason);
    await expect(pending).rejects.toBe(reason);
    await fake.left;
  });

  test('aborted before it starts never reaches the host', async () => {
    const fake = new FakeChat();
    const chat = await connected(fake);
    const signal = AbortSignal.abort('no');
    await expect(chat.answer(question('Hi'), { signal }).next()).rejects.toBe('no');
    expect(fake.asked).toEqual([]);
  });

  test('throws what the host throws', async () => {
    const chat = await connected(new FakeChat({ error: new InternVLError('context-overflow', 'Too long.') }));
    await expect(finishedAnswer(chat.answer(question('Hi')))).rejects.toMatchObject({
      code: 'context-overflow',
    });
  });
});

describe('images', () => {
  test('arrive as they are and stay the caller’s, and views are cut out of their buffers', async () => {
    const fake = new FakeChat();
    const chat = await connected(fake);
    const buffer = new Uint8Array(1000);
    const view = buffer.subarray(10, 22).fill(7);
    const image = { data: view, width: 2, height: 2, extra: () => {} };
    await finishedAnswer(
      chat.answer([
        {
          role: 'user',
          parts: [
            { type: 'image', image },
            { type: 'image', image: ['a.png', view] },
            { type: 'video', frames: [view] },
          ],
        },
      ]),
    );
    expect(view).toHaveLength(12);
    const parts = fake.asked[0]!.turns[0]!.parts;
    expect(parts).toEqual([
      { type: 'image', image: { data: new Uint8Array(view), width: 2, height: 2 } },
      { type: 'image', image: ['a.png', new Uint8Array(view)] },
      { type: 'video', frames: [new Uint8Array(view)] },
    ]);
    expect(parts[0]).toHaveProperty('image.data.buffer.byteLength', 12);
  });
});

describe('features and trace', () => {
  test('tensors are tensors again, views of one buffer still share it', async () => {
    const chat = await connected(new FakeChat());
    const tiles = [];
    for await (const tile of chat.features('a.png')) tiles.push(tile);
    expect(tiles).toHaveLength(2);
    const { classEmbedding, patchEmbeddings, visualTokens } = tiles[1]!;
    expect(classEmbedding.dims).toEqual([2]);
    expect([...(await classEmbedding.getData())]).toEqual([0, 1]);
    expect([...patchEmbeddings.data]).toEqual([2, 3, 4, 5]);
    expect(patchEmbeddings.data.buffer).toBe(classEmbedding.data.buffer);
    expect(visualTokens).toBeUndefined();
  });

  test('a trace comes whole', async () => {
    const chat = await connected(new FakeChat());
    const { answer, tensors } = await chat.trace(question('Hi'));
    expect(answer.text).toBe('0 ');
    expect(tensors.logits).toMatchObject({
      ...hostTensor('float32', new Float32Array(6), [2, 3]),
      getData: expect.any(Function),
      dispose: expect.any(Function),
    });
  });
});

describe('batch', () => {
  test('gives answers in order', async () => {
    const chat = await connected(new FakeChat());
    expect(await chat.batch([{ turns: question('a') }, { turns: question('b') }])).toHaveLength(2);
  });
});

describe('a conversation', () => {
  async function asked(conversation: Conversation, text: string) {
    return finishedAnswer(conversation.ask(text));
  }

  test('keeps its turns on both sides', async () => {
    const fake = new FakeChat();
    const chat = await connected(fake);
    const conversation = chat.conversation({ system: 'Be brief.', history: question('Earlier') });
    await asked(conversation, 'one');
    await asked(conversation, 'two');
    const texts = conversation.turns.map(({ parts }) =>
      parts.map((part) => part.type === 'text' && part.text),
    );
    expect(texts).toEqual([['Earlier'], ['one'], ['0 '], ['two'], ['0 ']]);
    expect(fake.conversations.map(({ turns }) => turns)).toEqual([conversation.turns]);
  });

  test('an answer left early is in neither, even if the host had finished it', async () => {
    const fake = new FakeChat();
    const chat = await connected(fake);
    const conversation = chat.conversation();
    await conversation.ask('one').next();
    const events = conversation.ask('two');
    await events.next();
    for (let i = 0; i < 50; i++) await breath();
    await events.return();
    await asked(conversation, 'three');
    expect(conversation.turns).toHaveLength(2);
    expect(fake.conversations[0]!.turns).toEqual(conversation.turns);
  });

  test('rewinds', async () => {
    const fake = new FakeChat();
    const chat = await connected(fake);
    const conversation = chat.conversation();
    await asked(conversation, 'one');
    await asked(conversation, 'two');
    conversation.rewind(2);
    await asked(conversation, 'other');
    expect(fake.conversations[0]!.turns).toEqual(conversation.turns);
    expect(() => conversation.rewind(9)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
  });

  test('is freed at the host', async () => {
    const fake = new FakeChat();
    const chat = await connected(fake);
    const conversation = chat.conversation();
    await asked(conversation, 'one');
    await conversation.dispose();
    await conversation.dispose();
    expect(fake.conversations[0]!.disposed).toBe(true);
    await expect(conversation.ask('two').next()).rejects.toMatchObject({ code: 'conversation-disposed' });
    // One whose chat is gone went with it.
    const other = chat.conversation();
    await asked(other, 'one');
    await chat.dispose();
    await other.dispose();
    await expect(conversation.save()).rejects.toMatchObject({ code: 'conversation-disposed' });
  });

  test('is saved at the host as the client knows it, and restored there', async () => {
    const fake = new FakeChat();
    const chat = await connected(fake);
    const conversation = chat.conversation();
    for (const said of ['one', 'two']) await asked(conversation, said);
    conversation.rewind(2);
    expect(new TextDecoder().decode(await conversation.save())).toBe('2 turns');
    expect(fake.conversations[0]!.turns).toHaveLength(2);
    const restored = await chat.restore(new TextEncoder().encode('a state'));
    expect(restored.turns).toEqual(question('a state'));
    await asked(restored, 'three');
    expect(fake.conversations).toHaveLength(2);
    expect(fake.conversations[1]!.turns).toEqual(restored.turns);
    await restored.dispose();
    expect(fake.conversations[1]!.disposed).toBe(true);
    // One that was never asked is there too.
    expect(new TextDecoder().decode(await chat.conversation().save())).toBe('0 turns');
  });
});

describe('dispose', () => {
  test('frees the model, ends what is under way and refuses what comes', async () => {
    const fake = new FakeChat({ tokens: 1000 });
    const chat = await connected(fake);
    const events = chat.answer(question('Hi'));
    await events.next();
    await chat.dispose();
    await chat.dispose();
    expect(fake.disposed).toBe(true);
    await expect(finishedAnswer(events)).rejects.toMatchObject({ code: 'chat-disposed' });
    await expect(chat.answer(question('Hi')).next()).rejects.toMatchObject({ code: 'chat-disposed' });
  });

  test('a lost host ends every call with host-lost', async () => {
    const { port1, port2 } = new MessageChannel();
    serveChat<string>(portTransport(port2), async () => new FakeChat({ stuck: true }));
    const chat = await connectChat<string>(portTransport(port1), 'tiny');
    const events = chat.answer(question('Hi'));
    await events.next();
    const pending = events.next();
    port2.close();
    await expect(pending).rejects.toMatchObject({ code: 'host-lost' });
    await expect(chat.batch([])).rejects.toMatchObject({ code: 'host-lost' });
    await chat.dispose();
  });
});

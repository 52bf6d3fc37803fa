import { InternVLError } from '@internvl/backend';
import { expect, test } from 'vitest';
import { breath } from './breath.js';
import { finishedAnswer } from './finished-answer.js';
import { LocalChat } from './local-chat.js';
import { type OpenedChat, RecoveringChat } from './recovering-chat.js';
import { type TinyChatModel, tinyChatModel } from './testing/tiny-chat-model.js';
import type { Turn } from './turn.js';

const identity = { checkpoint: 'c', vision: 'v', language: 'l' };
const lost = new InternVLError('device-lost', 'The GPU is gone.');

/** Models on devices that can be lost: each next one is called by its number. */
function devices(failing: readonly unknown[] = []) {
  const models: TinyChatModel[] = [];
  const gone = new Set<number>();
  let tell = () => {};
  const open = (): OpenedChat => {
    const number = models.length;
    const model = tinyChatModel({
      onRun: () => {
        if (gone.has(number)) throw lost;
      },
    });
    const told = new Promise<InternVLError>((resolve) => {
      tell = () => resolve(lost);
    });
    models.push(model);
    return { chat: new LocalChat({ ...model, identity, backend: `device-${number}` }), lost: told };
  };
  const failures = [...failing];
  const chat = new RecoveringChat(open(), async (signal) => {
    signal.throwIfAborted();
    const failure = failures.shift();
    if (failure) throw failure;
    return open();
  });
  return { chat, models, lose: (number: number) => gone.add(number), tell: () => tell() };
}

const image = { data: new Uint8Array(28 * 28 * 3).fill(9), width: 28, height: 28 };
const question: readonly Turn[] = [
  {
    role: 'user',
    parts: [
      { type: 'image', image },
      { type: 'text', text: 'What?' },
    ],
  },
];
const short = { maxNewTokens: 5 };

test('a lost device ends the answer with device-lost, and the next question works on the next device', async () => {
  const { chat, models, lose } = devices();
  const first = await finishedAnswer(chat.answer(question, short));
  expect([first.backend, chat.facts.backend]).toEqual(['device-0', 'device-0']);
  lose(0);
  await expect(finishedAnswer(chat.answer(question, short))).rejects.toBe(lost);
  const second = await finishedAnswer(chat.answer(question, short));
  expect([second.backend, chat.facts.backend]).toEqual(['device-1', 'device-1']);
  expect(second.ids).toEqual(first.ids);
  expect(models[0]!.seen.disposed).toBe(3);
  await chat.dispose();
  expect(models[1]!.seen.disposed).toBe(3);
});

test('a device that is lost between two questions is replaced without a word', async () => {
  const { chat, models, tell } = devices();
  const first = await finishedAnswer(chat.answer(question, short));
  tell();
  await breath();
  const second = await finishedAnswer(chat.answer(question, short));
  expect(second).toMatchObject({ backend: 'device-1', ids: first.ids });
  expect(models[0]!.seen.disposed).toBe(3);
  await chat.dispose();
  tell();
  await breath();
  expect(models).toHaveLength(2);
});

test('calls that were under way beside it end with device-lost too', async () => {
  const { chat, lose } = devices();
  const slow = chat.answer(question, { maxNewTokens: 500 });
  await slow.next();
  lose(0);
  await expect(chat.batch([{ turns: question }])).rejects.toBe(lost);
  await expect(finishedAnswer(slow)).rejects.toBe(lost);
  await chat.dispose();
});

test('a conversation goes on with all that was said', async () => {
  const { chat, lose } = devices();
  const conversation = chat.conversation(short);
  const undisturbed = devices().chat.conversation(short);
  for (const one of [conversation, undisturbed]) await finishedAnswer(one.ask(question[0]!.parts));
  lose(0);
  await expect(finishedAnswer(conversation.ask('And now?'))).rejects.toBe(lost);
  expect(conversation.turns).toHaveLength(2);
  const after = await finishedAnswer(conversation.ask('And now?'));
  const expected = await finishedAnswer(undisturbed.ask('And now?'));
  expect(after.ids).toEqual(expected.ids);
  expect(after).toMatchObject({ backend: 'device-1', usage: { cachedTokens: 0 } });
  expect(conversation.turns).toEqual(undisturbed.turns);
  conversation.rewind(2);
  const again = await finishedAnswer(conversation.ask('And now?'));
  expect(again.ids).toEqual(expected.ids);
  expect(again.usage.cachedTokens).toBeGreaterThan(0);
  await conversation.dispose();
  await expect(conversation.ask('?').next()).rejects.toMatchObject({ code: 'conversation-disposed' });
  await chat.dispose();
});

test('a restored conversation outlives its device too, with the options it was saved with', async () => {
  const { chat, lose } = devices();
  const kept = chat.conversation({ ...short, system: 'Be brief.' });
  await finishedAnswer(kept.ask(question[0]!.parts));
  const restored = await chat.restore(await kept.save());
  expect(restored.turns).toEqual(kept.turns);
  const first = await finishedAnswer(restored.ask('And now?'));
  expect(first.usage.cachedTokens).toBeGreaterThan(0);
  expect(first.ids).toEqual((await finishedAnswer(kept.ask('And now?'))).ids);
  lose(0);
  await expect(finishedAnswer(restored.ask('Why?'))).rejects.toBe(lost);
  const after = await finishedAnswer(restored.ask('Why?'));
  expect(after).toMatchObject({ backend: 'device-1', usage: { cachedTokens: 0 } });
  const expected = await finishedAnswer(kept.ask('Why?'));
  expect([after.ids, after.prompt]).toEqual([expected.ids, expected.prompt]);
  await chat.dispose();
});

test('what cannot be loaded again is told to whoever asks next, and tried anew after that', async () => {
  const missing = new InternVLError('device-missing', 'Nothing left.');
  const { chat, lose } = devices([missing]);
  lose(0);
  await expect(chat.trace(question, short)).rejects.toBe(lost);
  await expect(finishedAnswer(chat.answer(question, short))).rejects.toBe(missing);
  expect(await finishedAnswer(chat.answer(question, short))).toMatchObject({ backend: 'device-1' });
  await chat.dispose();
});

test('aborting while it loads again rejects with the reason; disposing ends it', async () => {
  const { chat, lose } = devices();
  lose(0);
  await expect(finishedAnswer(chat.answer(question, short))).rejects.toBe(lost);
  const reason = new Error('no more');
  await expect(chat.answer(question, { signal: AbortSignal.abort(reason) }).next()).rejects.toBe(reason);
  await chat.dispose();
  await chat.dispose();
  await expect(chat.answer(question).next()).rejects.toMatchObject({ code: 'chat-disposed' });
});

test('features come from the device that is there', async () => {
  const { chat } = devices();
  const tiles = [];
  for await (const tile of chat.features(image)) tiles.push(tile);
  expect(tiles).toHaveLength(1);
  await chat.dispose();
});

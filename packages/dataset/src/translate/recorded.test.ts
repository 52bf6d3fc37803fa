import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { internvl } from '../format/internvl.js';
import { openSource } from '../node/open-source.js';
import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from '../sample/json.js';
import { type ChatResponse, startChatServer } from '../testing/chat-server.js';
import { memoryCallLog } from './call-log.js';
import { translateRows } from './node/translate-rows.js';
import { openaiTranslator } from './openai-translator.js';

const fixture = (name: string) =>
  fileURLToPath(new URL(`../../../../fixtures/dataset/translation/${name}`, import.meta.url));

/** Responses by the messages they answer, in order. */
async function recording(): Promise<Map<string, ChatResponse[]>> {
  const responses = new Map<string, ChatResponse[]>();
  for (const line of (await readFile(fixture('recording.jsonl'), 'utf8')).trimEnd().split('\n')) {
    const { request, response }: { request: JsonObject; response: ChatResponse } = JSON.parse(line);
    const key = JSON.stringify(request.messages);
    responses.set(key, [...(responses.get(key) ?? []), response]);
  }
  return responses;
}

test('recorded conversations with a server, its troubles included', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'recorded-'));
  const responses = await recording();
  const server = await startChatServer(({ body }) => {
    const messages: JsonValue | undefined = body.messages;
    const asked = isJsonList(messages) ? JSON.stringify(messages.slice(1)) : '';
    const response = responses.get(asked)?.shift();
    if (response === undefined) return { status: 418, body: { message: `nobody recorded ${asked}` } };
    const { status, headers = {}, body: said = {} } = response;
    return { ...(status !== undefined && { status }), headers, body: isJsonObject(said) ? said : {} };
  });
  try {
    let now = 0;
    const sleep = async (ms: number) => {
      now += ms;
    };
    const out = join(folder, 'zh.jsonl');
    const quarantine = join(folder, 'zh.bad.jsonl');
    const { counts } = await translateRows(internvl.read!(await openSource(fixture('rows.jsonl'))), {
      translator: openaiTranslator({ baseUrl: server.url, model: 'qwen2.5-32b-instruct' }),
      log: memoryCallLog(),
      to: 'zh',
      out,
      quarantine,
      clock: { now: () => now, sleep },
      random: () => 0,
    });
    expect(await readFile(out, 'utf8')).toBe(await readFile(fixture('expected.jsonl'), 'utf8'));
    expect(JSON.parse(await readFile(quarantine, 'utf8'))).toMatchObject({
      place: { line: 8 },
      failures: [{ check: 'reply' }],
      answer: "I'm sorry, but I can't help identify people in images.",
      row: { id: 'refused' },
    });
    expect(counts).toMatchObject({
      samples: { read: 8, translated: 7, copied: 0, quarantined: 1 },
      acceptedAfterRepairs: [4, 3],
      mendedReplies: 1,
      failures: { 'cut-off': 1, placeholders: 1, refusal: 1, reply: 2, untranslated: 1 },
      protectedSpans: { option: 3, quoted: 1, quantity: 1, ref: 2, box: 1, url: 1 },
    });
    expect([...responses.values()].flat()).toEqual([]);
  } finally {
    await server.close();
    await rm(folder, { recursive: true });
  }
});

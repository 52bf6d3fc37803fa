import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Sample } from '../sample/sample.js';
import {
  type ChatRequest,
  type ChatResponse,
  type ChatServer,
  completion,
  startChatServer,
} from '../testing/chat-server.js';
import { pseudoAnswer, pseudoTranslation } from '../testing/pseudo-translation.js';
import { type CallLog, memoryCallLog } from './call-log.js';
import type { Clock } from './clock.js';
import { fileCallLog } from './node/file-call-log.js';
import { openaiTranslator } from './openai-translator.js';
import type { TranslateOptions, TranslationResult } from './translate-options.js';
import { cardFacts, translateSamples } from './translate-samples.js';
import { type CardCounts, translationCard } from './translation-card.js';

const sentence = (at: number) =>
  `How many people are standing near the old wooden bridge number ${at} in this picture?`;
const sample = (at: number, text = sentence(at)): Sample => ({
  id: `s${at}`,
  images: [{ path: `${at}.jpg` }],
  turns: [
    {
      role: 'user',
      parts: [
        { type: 'image', imageIndex: 0 },
        { type: 'text', text: `\n${text}` },
      ],
    },
    { role: 'assistant', parts: [{ type: 'text', text: 'There are several people standing near it.' }] },
  ],
});

async function* stream<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}

/** Time that passes only while somebody sleeps. */
function testClock(): Clock & { readonly slept: number[] } {
  let now = 0;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    async sleep(ms, signal) {
      signal.throwIfAborted();
      slept.push(ms);
      now += ms;
      await Promise.resolve();
    },
  };
}

async function finished(results: AsyncGenerator<TranslationResult, CardCounts, void>) {
  const found: TranslationResult[] = [];
  for (;;) {
    const next = await results.next();
    if (next.done === true)
      return { results: found, card: translationCard(cardFacts(options()), next.value) };
    found.push(next.value);
  }
}

let server: ChatServer;
let respond: (request: ChatRequest) => ChatResponse | Promise<ChatResponse>;
const pseudo = ({ contents }: Pick<ChatRequest, 'contents'>) => completion(pseudoAnswer(contents[1]!));

beforeEach(async () => {
  respond = pseudo;
  server = await startChatServer((request) => respond(request));
});
afterEach(() => server.close());

function options(more: Partial<TranslateOptions> = {}): TranslateOptions {
  const translator = openaiTranslator({ baseUrl: server.url, model: 'test', apiKey: 'key', timeoutMs: 5000 });
  return { translator, log: memoryCallLog(), to: 'zh', clock: testClock(), random: () => 0.5, ...more };
}

const run = (samples: readonly Sample[], more: Partial<TranslateOptions> = {}) =>
  finished(translateSamples(stream(samples), options(more)));

describe('a translation', () => {
  test('keeps order, images and places, and says what it did', async () => {
    const samples = Array.from({ length: 30 }, (_, at) => sample(at));
    const { results, card } = await run(samples);
    expect(results.map(({ index }) => index)).toEqual(samples.map((_, at) => at));
    expect(results[3]).toEqual({
      type: 'translated',
      index: 3,
      repairs: 0,
      sample: {
        id: 's3',
        lang: 'zh',
        images: [{ path: '3.jpg' }],
        turns: [
          {
            role: 'user',
            parts: [
              { type: 'image', imageIndex: 0 },
              { type: 'text', text: `\n${pseudoTranslation(sentence(3))}` },
            ],
          },
          {
            role: 'assistant',
            parts: [{ type: 'text', text: pseudoTranslation('There are several people standing near it.') }],
          },
        ],
      },
    });
    expect(card).toMatchObject({
      samples: { read: 30, translated: 30, copied: 0, quarantined: 0 },
      segments: 60,
      acceptedAfterRepairs: [30],
      usage: { calls: 30, inputTokens: 3000 },
    });
    expect(server.requests).toHaveLength(30);
    const { headers, body, contents } = server.requests[0]!;
    expect(headers.authorization).toBe('Bearer key');
    expect(body).toMatchObject({
      model: 'test',
      temperature: 0,
      top_p: 1,
      response_format: { type: 'json_object' },
    });
    expect(contents[0]).toContain('translationese');
    expect(JSON.parse(contents[1]!).segments[0]).toEqual({ id: 1, role: 'user', text: sentence(0) });
  });

  test('the same sample twice is one call, what needs none is copied', async () => {
    const chinese: Sample = { ...sample(1), lang: 'zh' };
    const letters: Sample = {
      id: 'x',
      images: [],
      turns: [{ role: 'assistant', parts: [{ type: 'text', text: 'B' }] }],
    };
    const read: Sample = { ...sample(9), task: 'ocr' };
    const { results, card } = await run([sample(1), { ...sample(1), id: 'again' }, chinese, letters, read]);
    expect(results.map(({ type }) => type)).toEqual([
      'translated',
      'translated',
      'copied',
      'copied',
      'translated',
    ]);
    expect(server.requests).toHaveLength(2);
    expect(card.usage.calls).toBe(2);
    const { sample: kept } = results[4]!;
    expect(kept.turns[1]).toEqual(sample(9).turns[1]);
  });

  test('a failed check is told and asked again, then the sample is quarantined with its reasons', async () => {
    respond = ({ contents }) => {
      const answer = pseudoAnswer(contents[1]!);
      if (contents[1]!.includes('number 1 '))
        return completion(contents.length > 2 ? answer : answer.replaceAll(/(?<!"id":)1/g, '7'));
      if (contents[1]!.includes('number 2 ')) return completion("I'm sorry, but I can't help with that.");
      return completion(answer);
    };
    const { results, card } = await run([sample(0), sample(1), sample(2)], { repairs: 1 });
    expect(results.map(({ type }) => type)).toEqual(['translated', 'translated', 'quarantined']);
    expect(results[1]).toMatchObject({ repairs: 1 });
    expect(results[2]).toMatchObject({
      sample: { id: 's2' },
      failures: [{ check: 'reply', message: 'the answer is not the JSON that was asked for' }],
      answer: "I'm sorry, but I can't help with that.",
    });
    const repair = server.requests.find(
      ({ contents }) => contents.length === 4 && contents[1]!.includes('number 1 '),
    )!;
    expect(repair.contents[3]).toContain(
      '- segment 1, digits: the numbers 1 are missing; the numbers 7 are not in the source',
    );
    expect(card).toMatchObject({
      acceptedAfterRepairs: [1, 1],
      failures: { digits: 1, reply: 2 },
      quarantined: { reply: 1 },
      usage: { calls: 5 },
    });
  });

  test('an answer that was cut off gets more room; one the server withheld is not asked again', async () => {
    respond = ({ contents }) => {
      if (contents[1]!.includes('number 1 ')) return completion('', 'content_filter');
      return contents.length > 2 ? pseudo({ contents }) : completion('{"segments":[{"id":1,"te', 'length');
    };
    const { results } = await run([sample(0), sample(1)]);
    expect(
      results.map((result) => (result.type === 'quarantined' ? result.failures[0]!.check : result.type)),
    ).toEqual(['translated', 'filtered']);
    const [first, second] = server.requests.filter(({ contents }) => contents[1]!.includes('number 0 '));
    expect(second!.body.max_tokens).toBe(2 * Number(first!.body.max_tokens));
  });
});

describe('an endpoint in trouble', () => {
  test('429 with Retry-After is waited out by everyone, 500 and broken connections by backing off', async () => {
    const clock = testClock();
    const trouble: ChatResponse[] = [
      { status: 429, headers: { 'retry-after': '7' }, body: { error: { message: 'slow down' } } },
      { status: 500, body: 'oops' },
      { drop: true },
      { status: 200, body: '<html>proxy</html>' },
    ];
    respond = (request) => trouble.shift() ?? pseudo(request);
    const { card } = await run([sample(0)], { clock });
    expect(card.samples.translated).toBe(1);
    expect(clock.slept).toEqual([7125, 750, 1500, 3000]);
  });

  test('calls at once grow by one a round and halve when the server has too much', async () => {
    let inFlight = 0;
    let most = 0;
    respond = async (request) => {
      inFlight++;
      most = Math.max(most, inFlight);
      await new Promise((resolve) => setTimeout(resolve, 2));
      const busy = inFlight > 6;
      inFlight--;
      return busy ? { status: 429, body: {} } : pseudo(request);
    };
    const limits: number[] = [];
    const { card } = await run(
      Array.from({ length: 120 }, (_, at) => sample(at)),
      {
        onProgress: ({ concurrency }) => limits.push(concurrency),
      },
    );
    expect(card.samples.translated).toBe(120);
    expect(most).toBeLessThanOrEqual(16);
    expect(Math.max(...limits)).toBeGreaterThan(4);
    expect(Math.min(...limits)).toBeLessThan(6);
  });

  test('a server that stays down ends the run with its reason, and what was paid for stays', async () => {
    let calls = 0;
    respond = (request) =>
      ++calls > 3 ? { status: 503, body: { error: { message: 'down' } } } : pseudo(request);
    const log = memoryCallLog();
    await expect(
      run(
        [0, 1, 2, 3, 4].map((at) => sample(at)),
        { log, attempts: 3, concurrency: 1 },
      ),
    ).rejects.toMatchObject({
      code: 'endpoint-busy',
      message: expect.stringContaining('try 3 of 3'),
    });
    respond = pseudo;
    const before = server.requests.length;
    const { card } = await run(
      [0, 1, 2, 3, 4].map((at) => sample(at)),
      { log },
    );
    expect(card.samples.translated).toBe(5);
    expect(server.requests.length - before).toBe(2);
  });

  test.each([
    [401, 'endpoint-fatal'],
    [404, 'endpoint-fatal'],
  ])('status %i is not tried again', async (status, code) => {
    respond = () => ({ status, body: { error: { message: 'no' } } });
    await expect(run([sample(0)])).rejects.toMatchObject({ code, facts: { status, said: 'no' } });
    expect(server.requests).toHaveLength(1);
  });

  test('one request refused is one sample quarantined; all refused from the start is the end', async () => {
    respond = (request) =>
      request.contents[1]!.includes('number 1 ')
        ? { status: 400, body: { error: { message: 'too long' } } }
        : pseudo(request);
    const { results } = await run([sample(0), sample(1)]);
    expect(results.map(({ type }) => type)).toEqual(['translated', 'quarantined']);
    respond = () => ({ status: 400, body: { detail: 'unknown field response_format' } });
    const many = Array.from({ length: 40 }, (_, at) => sample(100 + at));
    await expect(run(many)).rejects.toThrow(/unknown field response_format.*all refused/);
  });

  test('no server at all', async () => {
    const translator = openaiTranslator({ baseUrl: 'http://127.0.0.1:1/v1', model: 'test' });
    await expect(run([sample(0)], { translator, attempts: 2 })).rejects.toMatchObject({
      code: 'endpoint-failed',
    });
    expect(() => openaiTranslator({ baseUrl: 'nowhere', model: 'x' })).toThrow(/http:\/\/localhost:8000\/v1/);
  });
});

describe('a budget', () => {
  const samples = Array.from({ length: 50 }, (_, at) => sample(at));

  test('of tokens is never passed, also over several runs with the same log', async () => {
    const log = memoryCallLog();
    const tokens = 6000;
    const spent = () => log.calls(options().translator.id);
    await expect(run(samples, { log, budget: { tokens } })).rejects.toMatchObject({
      code: 'budget-exhausted',
    });
    let calls = 0;
    let used = 0;
    for await (const { raw } of spent()) {
      const { inputTokens, outputTokens } = options().translator.read(raw).usage!;
      used += inputTokens + outputTokens;
      calls++;
    }
    expect(used).toBeLessThanOrEqual(tokens);
    expect(calls).toBeGreaterThan(5);
    const before = server.requests.length;
    await expect(run(samples, { log, budget: { tokens } })).rejects.toMatchObject({
      code: 'budget-exhausted',
    });
    expect(server.requests.length).toBe(before);
    const { card } = await run(samples, { log, budget: { tokens: 1e9 } });
    expect(card.usage.calls).toBe(50);
    expect(server.requests.length).toBe(50);
  });

  test('of money needs prices; time runs by the clock', async () => {
    await expect(run(samples, { budget: { money: 1 } })).rejects.toMatchObject({ code: 'invalid-option' });
    const price = { inputPerMillion: 1, outputPerMillion: 2 };
    await expect(run(samples, { budget: { money: 0.01 }, price })).rejects.toMatchObject({
      code: 'budget-exhausted',
    });
    let now = 0;
    const clock = { ...testClock(), now: () => (now += 10) };
    await expect(run(samples, { budget: { timeMs: 1000 }, clock })).rejects.toThrow(/no time left/);
  });
});

test('aborting ends with the reason itself, leaving early ends the calls', async () => {
  const controller = new AbortController();
  respond = () => {
    controller.abort('stop');
    return new Promise(() => {});
  };
  await expect(run([sample(0)], { signal: controller.signal })).rejects.toBe('stop');
  respond = pseudo;
  for await (const { type } of translateSamples(stream([0, 1, 2, 3].map((at) => sample(at))), options())) {
    expect(type).toBe('translated');
    break;
  }
});

describe('a call log in files', () => {
  let directory: string;
  const logs: CallLog[] = [];
  const open = async (onNote?: (note: string) => void) => {
    const log = await fileCallLog(directory, { onNote });
    logs.push(log);
    return log;
  };
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'calls-'));
  });
  afterEach(async () => {
    for (const log of logs.splice(0)) await log.close();
    await rm(directory, { recursive: true });
  });

  test('a second run pays for nothing and gives the same', async () => {
    const samples = Array.from({ length: 20 }, (_, at) => sample(at));
    const first = await run(samples, { log: await open() });
    const before = server.requests.length;
    const second = await run(samples, { log: await open() });
    expect(second).toEqual(first);
    expect(server.requests.length).toBe(before);
    expect(await readdir(directory)).toEqual(['calls-000001.jsonl']);
  });

  test('half a line at the end is left out and told, the rest is used', async () => {
    const samples = [sample(0), sample(1), sample(2)];
    const log = await open();
    await run(samples, { log, concurrency: 1 });
    await log.close();
    const file = join(directory, 'calls-000001.jsonl');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.slice(0, -20));
    const notes: string[] = [];
    const before = server.requests.length;
    const { card } = await run(samples, { log: await open((note) => notes.push(note)) });
    expect(card.samples.translated).toBe(3);
    expect(server.requests.length - before).toBe(1);
    expect(notes).toEqual([`${file}: 1 half-written lines are left out`]);
    expect(await readdir(directory)).toEqual(['calls-000001.jsonl', 'calls-000002.jsonl']);
  });

  test('a folder that is none', async () => {
    await writeFile(join(directory, 'file'), '');
    await expect(fileCallLog(join(directory, 'file'))).rejects.toMatchObject({ code: 'call-log-failed' });
  });
});

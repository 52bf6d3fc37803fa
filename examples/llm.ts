import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeBackend } from '@internvl/backend-node';
import { convertCached, openCheckpoint } from '@internvl/checkpoint/node';
import { generate, generateBatch, LanguageModel } from '@internvl/llm';
import { loadTokenizer } from '@internvl/tokenizer';

const nano = dirname(fileURLToPath(import.meta.resolve('@internvl/nano/config.json')));
const cacheDirectory = await mkdtemp(join(tmpdir(), 'internvl-example-'));
const checkpoint = await openCheckpoint(nano);
try {
  const { config, embed, decoder } = await convertCached(checkpoint, { cacheDirectory });
  const { capabilities, load } = await nodeBackend({ device: 'cpu' });
  const model = new LanguageModel({
    capabilities,
    embed: await load({ path: embed! }),
    decoder: await load({ path: decoder! }),
    spec: config.llm!,
  });

  // Images would come as `visualTokens` with a `slotId`; a language model also answers without.
  const tokenizer = loadTokenizer(await checkpoint.files.readAll());
  const ask = (question: string) => ({
    ids: tokenizer.encode(`<|im_start|>user\n${question}<|im_end|><|im_start|>assistant\n`).ids,
  });
  const stopIds = [tokenizer.tokenId('<|im_end|>')!];

  // One answer, token by token, with the likeliest alternatives.
  const prompt = ask('How many circles are there?');
  for await (const event of generate(model, prompt, { stopIds, maxNewTokens: 12, logprobs: 2 })) {
    if (event.type === 'token') console.log(tokenizer.decode([event.id]), event.topLogprobs);
    if (event.type === 'finish') console.log(event.reason, event.ids.length, 'tokens');
  }

  // Several answers at once, sampled; leaving a loop early frees the caches.
  const options = { stopIds, maxNewTokens: 12, temperature: 0.8, topP: 0.9 };
  const rows = ['What colour is it?', 'What is this?'].map((text, seed) => ({
    prompt: ask(text),
    seed,
    ...options,
  }));
  for await (const event of generateBatch(model, rows)) {
    if (event.type === 'finish') console.log(event.row, tokenizer.decode(event.ids));
  }
  await model.dispose();
} finally {
  await checkpoint.close();
  await rm(cacheDirectory, { recursive: true });
}

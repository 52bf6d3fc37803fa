import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { InternVLError } from '@internvl/backend';
import { remoteBackend, splitBackend } from '@internvl/backend/remote';
import { nodeBackend } from '@internvl/backend-node';
import { load } from '@internvl/chat/node';
import { standIn } from './testing/inference-server.js';

const nano = fileURLToPath(new URL('../models/nano', import.meta.url));

// A Triton or KServe with what `internvl convert models/nano --target triton --out DIR` wrote; without one, a stand-in for it.
const server = process.env.TRITON_URL === undefined ? await standIn(nano) : undefined;
const url = process.env.TRITON_URL ?? server?.url ?? '';

// Vision runs there, the language model here. The line that changes is `backend`.
const vision = await remoteBackend({ url, timeoutMs: 30_000 });
const language = await nodeBackend();
const chat = await load(nano, { backend: splitBackend({ vision, language }), worker: false });

const image = await readFile(`${nano}/samples/shapes-1.png`);
const question = [
  { type: 'image', image },
  { type: 'text', text: 'How many shapes are there?' },
] as const;
for await (const event of chat.conversation().ask(question)) {
  if (event.type === 'text-delta') process.stdout.write(event.text);
  if (event.type === 'answer-finished') console.log(`\n${event.answer.backend}`);
}

// Whatever goes wrong has a code: a model that the server does not have, a server that is gone.
try {
  await vision.load({ path: 'another-model' });
} catch (error) {
  if (InternVLError.is(error, 'model-not-found')) console.log(`${error.code}: ${error.message}`);
}

await chat.dispose();
await server?.close();

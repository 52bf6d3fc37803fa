import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { finishedAnswer, load } from '@internvl/chat/node';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const [model, image] = [here('../models/nano'), here('../models/nano/samples/shapes-0.png')];
const folder = await mkdtemp(join(tmpdir(), 'internvl-'));
const file = join(folder, 'conversation.state');

const before = await load(model);
const conversation = before.conversation({ maxNewTokens: 32 });
await finishedAnswer(
  conversation.ask([
    { type: 'image', image },
    { type: 'text', text: 'Describe the image.' },
  ]),
);
await writeFile(file, await conversation.save());
await before.dispose();

// As it might be tomorrow, in another process.
const after = await load(model);
try {
  const restored = await after.restore(new Uint8Array(await readFile(file)));
  const { text, usage } = await finishedAnswer(restored.ask('How many shapes are there?'));
  console.log(text);
  console.log(`${usage.cachedTokens} of ${usage.inputTokens} tokens did not have to be computed again`);
} finally {
  await after.dispose();
  await rm(folder, { recursive: true });
}

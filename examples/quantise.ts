import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { calibrate, load } from '@internvl/chat/node';
import { plannedBytes } from '@internvl/checkpoint';
import { convert, openCheckpoint } from '@internvl/checkpoint/node';

const model = process.argv[2] ?? fileURLToPath(new URL('../models/nano', import.meta.url));
const image = fileURLToPath(new URL('../models/nano/samples/shapes-1.png', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'internvl-quantise-'));
try {
  // Which layers suffer from eight bits on pictures like this one?
  const { layers, keep, precision } = await calibrate(model, {
    precision: 'int8',
    images: [image],
    cache: folder,
  });
  const worst = layers.toSorted((a, b) => b.error - a.error)[0];
  console.log(
    `${layers.length} layers, the worst ${worst?.layer}: ${(100 * (worst?.error ?? 0)).toFixed(2)} % off`,
  );

  // A conversion that keeps those higher.
  const checkpoint = await openCheckpoint(model);
  const { directory } = await convert(checkpoint, { directory: join(folder, 'int8'), precision, keep });
  console.log(`${await plannedBytes(checkpoint.config)} bytes in fp32`);
  console.log(`${await plannedBytes(checkpoint.config, precision)} bytes in int8`);
  await checkpoint.close();

  const chat = await load(directory);
  const question = [
    { type: 'image', image },
    { type: 'text', text: 'How many shapes are there?' },
  ] as const;
  for await (const event of chat.answer([{ role: 'user', parts: question }])) {
    if (event.type === 'text-delta') process.stdout.write(event.text);
  }
  console.log();
  await chat.dispose();
} finally {
  await rm(folder, { recursive: true, force: true });
}

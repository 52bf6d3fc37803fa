import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { load } from '@internvl/chat/node';
import { createHandler, serve } from '@internvl/server/node';
import OpenAI from 'openai';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// The server: any InternVL in place of nano, and it would run until Ctrl-C.
const chat = await load(here('../models/nano'));
const handler = createHandler({ models: { nano: chat } });
const server = await serve(handler, { port: 0 });

// A client: OpenAI's own, pointed at it.
const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none' });
const image = await readFile(here('../models/nano/samples/shapes-1.png'), 'base64');
const stream = await client.chat.completions.create({
  model: 'nano',
  messages: [
    {
      role: 'user',
      content: [
        { type: 'image_url', image_url: { url: `data:image/png;base64,${image}`, detail: 'low' } },
        { type: 'text', text: 'How many shapes are there?' },
      ],
    },
  ],
  stream: true,
  stream_options: { include_usage: true },
});
for await (const { choices, usage } of stream) {
  process.stdout.write(choices[0]?.delta.content ?? '');
  if (usage) console.log(`\n${usage.prompt_tokens} tokens read, ${usage.completion_tokens} written`);
}

await server.close();
await chat.dispose();

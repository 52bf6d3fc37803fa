import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { load } from '@internvl/chat/node';
import { createHandler, nodeListener } from '@internvl/server/node';
import express from 'express';
import OpenAI from 'openai';

const chat = await load(fileURLToPath(new URL('../models/nano', import.meta.url)));
const handler = createHandler({ models: { nano: chat } });

// Beside routes of your own, and before any middleware that reads bodies.
const app = express();
app.get('/hello', (_, response) => response.send('hello'));
app.use('/v1', nodeListener(handler));
const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
const port = typeof address === 'object' ? address?.port : undefined;

const client = new OpenAI({ baseURL: `http://127.0.0.1:${port}/v1`, apiKey: 'none' });
const { choices } = await client.chat.completions.create({
  model: 'nano',
  messages: [{ role: 'user', content: 'Hello! Who are you?' }],
  max_completion_tokens: 8,
});
console.log(choices[0]?.message.content);

server.close();
await handler.close();
await chat.dispose();

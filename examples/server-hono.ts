import { fileURLToPath } from 'node:url';
import { load } from '@internvl/chat/node';
import { createHandler } from '@internvl/server';
import { Hono } from 'hono';
import OpenAI from 'openai';

const chat = await load(fileURLToPath(new URL('../models/nano', import.meta.url)));
const handler = createHandler({ models: { nano: chat } });

// A handler takes a Request and gives a Response, and so does whatever hono runs on.
const app = new Hono();
app.get('/hello', (context) => context.text('hello'));
app.all('/v1/*', (context) => handler(context.req.raw));

// The client speaks to the app directly here; over a socket it is the same.
const client = new OpenAI({
  baseURL: 'http://localhost/v1',
  apiKey: 'none',
  fetch: async (url, init) => app.request(url, init),
});
const { data } = await client.models.list();
console.log(data.map(({ id }) => id).join(', '));
const { choices } = await client.chat.completions.create({
  model: 'nano',
  messages: [{ role: 'user', content: 'Hello! Who are you?' }],
  max_completion_tokens: 8,
});
console.log(choices[0]?.message.content);

await handler.close();
await chat.dispose();

import { extname } from 'node:path';

export interface SnippetOptions {
  /** `http://127.0.0.1:8000` */
  readonly url: string;
  readonly model: string;
  readonly question: string;
  /** Path of an image to ask about. */
  readonly image?: string | undefined;
  /** Name of the environment variable that holds a key, where the server wants one. */
  readonly keyVariable?: string | undefined;
}

/** How to ask a server, in a shell and in JavaScript; both work as they stand. */
export interface ClientSnippets {
  readonly curl: string;
  /** A module for Node that needs the package `openai`. */
  readonly javascript: string;
}

/** What to print when a server has started. */
export function clientSnippets(options: SnippetOptions): ClientSnippets {
  return { curl: curl(options), javascript: javascript(options) };
}

function curl({ url, model, question, image, keyVariable }: SnippetOptions): string {
  const mark = 'IMAGE';
  const body = JSON.stringify({
    model,
    messages: [{ role: 'user', content: content(question, image && mark) }],
  });
  const key = keyVariable ? ` -H "authorization: Bearer $${keyVariable}"` : '';
  const data = shell(body).replace(mark, () => `'"$(base64 < ${shell(image ?? '')} | tr -d '\\n')"'`);
  return `curl ${url}/v1/chat/completions -H 'content-type: application/json'${key} -d ${data}`;

  function content(text: string, base64: string | undefined) {
    if (base64 === undefined || base64 === '') return text;
    return [
      { type: 'image_url', image_url: { url: `data:${mediaType(image ?? '')};base64,${base64}` } },
      { type: 'text', text },
    ];
  }
}

function javascript({ url, model, question, image, keyVariable }: SnippetOptions): string {
  const key = keyVariable ? `process.env.${keyVariable}` : "'none'";
  const content = image
    ? `[
    { type: 'image_url', image_url: { url: \`data:${mediaType(image)};base64,\${readFileSync(${JSON.stringify(image)}, 'base64')}\` } },
    { type: 'text', text: ${JSON.stringify(question)} },
  ]`
    : JSON.stringify(question);
  return `${image ? "import { readFileSync } from 'node:fs';\n" : ''}import OpenAI from 'openai';

const client = new OpenAI({ baseURL: ${JSON.stringify(`${url}/v1`)}, apiKey: ${key} });
const stream = await client.chat.completions.create({
  model: ${JSON.stringify(model)},
  messages: [{ role: 'user', content: ${content} }],
  stream: true,
});
for await (const { choices } of stream) process.stdout.write(choices[0]?.delta.content ?? '');`;
}

/** What a shell takes as one word. */
function shell(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function mediaType(path: string): string {
  const extension = extname(path).slice(1).toLowerCase();
  return `image/${extension === 'jpg' || extension === '' ? 'jpeg' : extension}`;
}

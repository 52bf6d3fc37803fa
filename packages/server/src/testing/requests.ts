import type { Handler } from '../create-handler.js';

/** A PNG of one grey pixel. */
export const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==';

/** The header of a PNG that claims 60000 × 60000 pixels, and nothing behind it. */
export const BOMB = `data:image/png;base64,${Buffer.from(
  '89504e470d0a1a0a0000000d494844520000ea600000ea6008000000',
  'hex',
).toString('base64')}`;

export const CHAT = '/v1/chat/completions';

/** A small question. */
export const question = {
  model: 'scripted',
  messages: [{ role: 'user', content: 'one two three' }],
};

/** A request with a JSON body. */
export function post(path: string, body: unknown, init: RequestInit = {}): Request {
  return new Request(`http://localhost${path}`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...init,
    headers: { 'content-type': 'application/json', ...init.headers },
  });
}

export function get(path: string, headers: Record<string, string> = {}): Request {
  return new Request(`http://localhost${path}`, { headers });
}

/** Status and document of an answer. */
export async function ask(handler: Handler, request: Request) {
  const response = await handler(request);
  const document: unknown = await response.json();
  return { status: response.status, document, headers: response.headers };
}

/** Resolves when a condition holds; it is looked at whenever the event loop comes round. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
}

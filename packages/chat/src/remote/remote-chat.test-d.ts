import { expectTypeOf, test } from 'vitest';
import type { Chat } from '../chat.js';
import type { load, remoteChat as remoteChatInNode } from '../node.js';
import { type DialectName, type RemoteChatOptions, remoteChat } from './index.js';

test('a chat as any other, here or there', () => {
  expectTypeOf(remoteChat).returns.resolves.toEqualTypeOf<Chat>();
  expectTypeOf<ReturnType<typeof remoteChatInNode>>().toEqualTypeOf<ReturnType<typeof load>>();
});

test('servers are named', () => {
  expectTypeOf<DialectName>().toEqualTypeOf<'internvl' | 'vllm' | 'lmdeploy' | 'sglang' | 'openai'>();
  const options = { baseUrl: 'http://server/v1', model: 'm' } satisfies RemoteChatOptions;
  // @ts-expect-error no such server
  remoteChat({ ...options, dialect: 'triton' });
  // @ts-expect-error a model has a name
  remoteChat({ baseUrl: 'http://server/v1' });
});

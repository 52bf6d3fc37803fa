import type { Chat } from '@internvl/chat';
import { expectTypeOf, test } from 'vitest';
import { createHandler, type Handler, type LogEntry, type ServerOptions } from './index.js';
import { imageFetcher, type NodeListener, nodeListener, serve } from './node.js';

test('a handler is a function of requests', () => {
  expectTypeOf(createHandler).parameters.toEqualTypeOf<[ServerOptions]>();
  expectTypeOf<Handler>().toExtend<(request: Request) => Promise<Response>>();
  expectTypeOf<Handler['replace']>().returns.toEqualTypeOf<Promise<Chat | undefined>>();
  expectTypeOf(nodeListener).returns.toEqualTypeOf<NodeListener>();
  expectTypeOf(serve).parameter(0).toEqualTypeOf<Handler>();
});

test('options', () => {
  expectTypeOf<{ models: { nano: Chat } }>().toExtend<ServerOptions>();
  expectTypeOf<{ models: Chat[] }>().not.toExtend<{ models: Record<'nano', Chat> }>();
  expectTypeOf<ServerOptions['origins']>().toEqualTypeOf<readonly string[] | '*' | undefined>();
  expectTypeOf(imageFetcher({ hosts: '*' })).toExtend<NonNullable<ServerOptions['fetchImage']>>();
});

test('the log has text only where it is asked for', () => {
  expectTypeOf<LogEntry['prompt']>().toEqualTypeOf<string | undefined>();
});

import { expect, test } from 'vitest';
import { createHandler } from '../create-handler.js';
import { get } from '../testing/requests.js';
import { ScriptedChat } from '../testing/scripted-chat.js';

test('the page runs its own script alone, and loads nothing', async () => {
  const handler = createHandler({ models: { scripted: new ScriptedChat() }, keys: ['k'] });
  const response = await handler(get('/'));
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  const policy = response.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain('unsafe');
  const html = await response.text();
  for (const [tag, directive] of [
    ['script', 'script-src'],
    ['style', 'style-src'],
  ]) {
    const inside = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(html)?.[1] ?? '';
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(inside));
    expect(policy).toContain(`${directive} 'sha256-${Buffer.from(digest).toString('base64')}'`);
  }
  expect(html.match(/<(?:script|link|img|iframe)[^>]*(?:src|href)=/g)).toEqual(['<link rel="icon" href=']);
  // An attribute with code or style would not run: the policy has no place for it.
  expect(html).not.toMatch(/ on\w+=| style=/);
});

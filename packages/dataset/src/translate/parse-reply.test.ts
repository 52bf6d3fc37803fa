import { expect, test } from 'vitest';
import { parseReply } from './parse-reply.js';

const two = { ok: true, texts: ['一', '二'] };

test.each([
  ['{"segments":[{"id":1,"text":"一"},{"id":2,"text":"二"}]}', { ...two, mended: false }],
  ['{"segments":[{"id":2,"text":"二"},{"id":1,"text":"一"}]}', { ...two, mended: false }],
  ['["一","二"]', { ...two, mended: false }],
  ['{"1":"一","2":"二"}', { ...two, mended: false }],
  ['{"translations":[{"id":1,"translation":"一"},{"id":2,"translation":"二"}]}', { ...two, mended: false }],
  ['```json\n{"segments":["一","二"]}\n```', { ...two, mended: true }],
  ['Sure! {"segments":["一","二"]} Done.', { ...two, mended: true }],
  ['<think>maybe {1}</think>{"segments":["一","二"]}', { ...two, mended: true }],
  ['{"segments":["一","二",],}', { ...two, mended: true }],
  ['{"segments":["一\n行","二"]}', { ok: true, texts: ['一\n行', '二'], mended: true }],
  ['{"segments":["\\(x\\)","50\\% "]}', { ok: true, texts: ['\\(x\\)', '50\\% '], mended: true }],
  ['{"segments":["说"好"吧","二"]}', { ok: true, texts: ['说"好"吧', '二'], mended: true }],
  ['{"segments":["一"]}', { ok: false, reason: 'segments 2 are missing' }],
  [
    '{"segments":[{"id":1,"text":"一"},{"id":1,"text":"二"}]}',
    { ok: false, reason: 'segment 1 is there twice' },
  ],
  ['{"segments":["一","二","三"]}', { ok: false, reason: 'segment 3 does not belong here' }],
  ['{"segments":[1,2]}', { ok: false, reason: 'the answer has no list of segments' }],
  ['一和二', { ok: false, reason: 'the answer is not the JSON that was asked for' }],
  ['{"segments":[{"id":1,"te', { ok: false, reason: 'the answer is not the JSON that was asked for' }],
  ['', { ok: false, reason: 'the answer is not the JSON that was asked for' }],
])('%s', (text, expected) => {
  expect(parseReply(text, 2)).toEqual(expected);
});

test('a single segment may come plain', () => {
  expect(parseReply('  一只猫。 ', 1)).toEqual({ ok: true, texts: ['一只猫。'], mended: true });
  expect(parseReply('{"seg', 1).ok).toBe(false);
});

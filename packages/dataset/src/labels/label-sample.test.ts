import { conversationTemplate } from '@internvl/tokenizer/templates';
import { describe, expect, test } from 'vitest';
import type { Part, Sample, Turn } from '../sample/sample.js';
import { tokenizerOf } from '../testing/fixture-tokenizer.js';
import { labelSample } from './label-sample.js';
import { ignoredLabel } from './labelled-ids.js';

const tokenizer = tokenizerOf('v2-5-system');
const template = conversationTemplate('internvl2_5');
const text = (content: string): Part => ({ type: 'text', text: content });
const image: Part = { type: 'image', imageIndex: 0 };
const sampleOf = (turns: readonly Turn[], images = 0): Sample => ({
  id: 's1',
  images: Array.from({ length: images }, (_, index) => ({ path: `${index}.png` })),
  turns,
});
const trainedText = ({ ids, labels }: { ids: readonly number[]; labels: readonly number[] }) =>
  tokenizer.decode(ids.filter((_, index) => labels[index] !== ignoredLabel));

test('answers and their ends are trained, grounding with its tags', () => {
  const made = labelSample(
    tokenizer,
    template,
    sampleOf(
      [
        { role: 'user', parts: [image, text('\nWhere is '), { type: 'ref', text: 'it' }] },
        {
          role: 'assistant',
          parts: [
            { type: 'ref', text: 'it' },
            { type: 'box', boxes: [[0.1, 0.2, 0.3, 0.4]], convention: 'thousandths' },
          ],
        },
        { role: 'user', parts: [text('Thanks')] },
        { role: 'assistant', parts: [text('不客气')] },
      ],
      1,
    ),
    { tokensPerTile: 4, tiles: [3] },
  );
  expect(trainedText(made)).toBe('<ref>it</ref><box>[[100, 200, 300, 400]]</box><|im_end|>不客气<|im_end|>');
  expect(made.visualTokens).toBe(12);
  expect(made.ids.filter((id) => id === tokenizer.tokenId('<IMG_CONTEXT>'))).toHaveLength(12);
});

test("a system turn takes the place of the template's message, untrained", () => {
  const turns: Turn[] = [
    { role: 'system', parts: [text('Be brief.')] },
    { role: 'user', parts: [text('Hello')] },
    { role: 'assistant', parts: [text('Hi')] },
  ];
  const made = labelSample(tokenizer, template, sampleOf(turns), { tokensPerTile: 4, tiles: [] });
  expect(tokenizer.decode(made.ids)).toBe(
    '<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\nHi<|im_end|>\n',
  );
  expect(trainedText(made)).toBe('Hi<|im_end|>');
});

test('control tokens in text stay text', () => {
  const turns: Turn[] = [
    { role: 'user', parts: [text('a<|im_end|>\n<|im_start|>assistant\nb<IMG_CONTEXT>')] },
    { role: 'assistant', parts: [text('ok <|im_end|> no')] },
  ];
  const made = labelSample(tokenizer, template, sampleOf(turns), { tokensPerTile: 4, tiles: [] });
  const count = (token: string) => made.ids.filter((id) => id === tokenizer.tokenId(token)).length;
  expect([count('<|im_start|>'), count('<|im_end|>'), count('<IMG_CONTEXT>')]).toEqual([3, 3, 0]);
  expect(trainedText(made)).toBe('ok <|im_end|> no<|im_end|>');
  const trusted = labelSample(tokenizer, template, sampleOf(turns), {
    tokensPerTile: 4,
    tiles: [],
    addedTokens: 'parse',
  });
  expect(trusted.ids.filter((id) => id === tokenizer.tokenId('<|im_end|>')).length).toBe(5);
});

test('gpt-oss learns to open its final channel and ends its last answer with <|return|>', () => {
  const harmony = conversationTemplate('internvl3_5_gpt_oss');
  const turns: Turn[] = ['a', 'b', 'c', 'd'].map((content, index) => ({
    role: index % 2 === 0 ? 'user' : 'assistant',
    parts: [text(content)],
  }));
  const made = labelSample(tokenizer, harmony, sampleOf(turns), { tokensPerTile: 4, tiles: [] });
  expect(trainedText(made)).toBe('<|channel|>final<|message|>b<|end|><|channel|>final<|message|>d<|return|>');
});

describe('what is not a conversation about its images is refused, with the sample named', () => {
  const label =
    (turns: readonly Turn[], images = 0, tiles: readonly number[] = []) =>
    () =>
      labelSample(tokenizer, template, sampleOf(turns, images), { tokensPerTile: 4, tiles });
  const user: Turn = { role: 'user', parts: [text('a')] };
  const error = expect.objectContaining({ code: 'turns-invalid', facts: { id: 's1' } });

  test('two users', () => expect(label([user, user])).toThrow(error));
  test('an image in no turn', () => expect(label([user], 1, [1])).toThrow(error));
  test('an image part without an image', () =>
    expect(label([{ role: 'user', parts: [image] }])).toThrow(error));
  test('images not counted', () => expect(label([{ role: 'user', parts: [image] }], 1)).toThrow(error));
  test('a video', () =>
    expect(label([{ role: 'user', parts: [{ type: 'opaque', kind: 'video', text: '<video>' }] }])).toThrow(
      expect.objectContaining({ code: 'video-unsupported' }),
    ));
});

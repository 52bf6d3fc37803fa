import { readFileSync } from 'node:fs';
import { conversationTemplate, type PromptPart, type PromptTurn } from '@internvl/tokenizer/templates';
import { describe, expect, test } from 'vitest';
import { tokenizerOf } from '../testing/fixture-tokenizer.js';
import { labelConversation } from './label-conversation.js';

const fixtures = new URL('../../../../fixtures/', import.meta.url);

interface Vector {
  readonly template: string;
  readonly checkpoint: string;
  readonly name: string;
  readonly conversations: readonly { readonly from: string; readonly value: string }[];
  readonly visualTokens: readonly number[];
  readonly ids: readonly number[];
  readonly labels: readonly number[];
}

const { vectors }: { vectors: readonly Vector[] } = JSON.parse(
  readFileSync(new URL('dataset/labels.json', fixtures), 'utf8'),
);

/** Turns as a reader makes them: `<image>` becomes a part. */
function turnsOf({ conversations, visualTokens }: Vector): PromptTurn[] {
  let image = 0;
  return conversations
    .filter(({ from }) => from !== 'system')
    .map(({ from, value }) => ({
      role: from === 'human' ? 'user' : 'assistant',
      parts: value.split(/(<image>)/).flatMap((text): PromptPart[] => {
        if (text === '<image>') return [{ type: 'image', tiles: visualTokens[image++]! }];
        return text === '' ? [] : [{ type: 'text', text }];
      }),
    }));
}

describe.each([...new Set(vectors.map(({ template, checkpoint }) => `${template} on ${checkpoint}`))])(
  '%s',
  (title) => {
    const own = vectors.filter(({ template, checkpoint }) => `${template} on ${checkpoint}` === title);
    const tokenizer = tokenizerOf(own[0]!.checkpoint);
    test.each(own.map((vector) => [vector.name, vector] as const))(
      'labels of the reference: %s',
      (_, vector) => {
        const [first] = vector.conversations;
        const systemMessage = first?.from === 'system' ? first.value : undefined;
        const template = conversationTemplate(vector.template, { systemMessage });
        const made = labelConversation(tokenizer, template, turnsOf(vector), { tokensPerTile: 1 });
        expect(made.ids).toEqual(vector.ids);
        expect(made.labels).toEqual(vector.labels);
        expect(made.trainedTokens).toBe(vector.labels.filter((label) => label !== -100).length);
        expect(made.visualTokens).toBe(vector.visualTokens.reduce((sum, count) => sum + count, 0));
      },
    );
  },
);

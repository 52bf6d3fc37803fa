import { expect, test } from 'vitest';
import { conversationTemplate, templateNames } from './conversation-template.js';
import type { ConversationTemplate } from './conversation-template-spec.js';
import { systemMessages, thinkingMessage } from './system-messages.js';
import { templateGeneration } from './template-generation.js';

/** As buildPrompt puts a template together, for text alone. */
function render(template: ConversationTemplate, turns: readonly string[]): string {
  const roles = [template.user, template.assistant];
  const said = turns.map((text, index) => {
    const { after, before } = roles[index % 2]!;
    return before + text + (index === turns.length - 1 && index % 2 === 1 ? template.end : after);
  });
  return template.system.before + template.systemMessage + template.system.after + said.join('');
}

test.each([
  [
    'internlm2-chat',
    '<|im_start|>system\nS<|im_end|><|im_start|>user\nq<|im_end|><|im_start|>assistant\na<|im_end|>',
  ],
  [
    'Hermes-2',
    '<|im_start|>system\nS<|im_end|><|im_start|>user\nq<|im_end|><|im_start|>assistant\na<|im_end|>',
  ],
  ['phi3-chat', '<|system|>\nS<|end|><|user|>\nq<|end|><|assistant|>\na<|end|>'],
  [
    'internvl2_5',
    '<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nq<|im_end|>\n<|im_start|>assistant\na<|im_end|>\n',
  ],
  [
    'internvl3_5_gpt_oss',
    '<|start|>system<|message|>S<|end|><|start|>user<|message|>q<|end|><|start|>assistanta<|return|>',
  ],
  ['internvl_zh', 'S <human>: q <bot>: a</s>'],
])('%s', (name, text) => {
  const template = conversationTemplate(name, { systemMessage: 'S' });
  expect(render(template, ['q', 'a'])).toBe(text);
  expect(template.name).toBe(name);
  expect(text.endsWith(template.stop) || text.endsWith(`${template.stop}\n`)).toBe(true);
});

test('system messages by generation, or given', () => {
  for (const name of ['internlm2-chat', 'Hermes-2', 'phi3-chat'] as const) {
    expect(conversationTemplate(name, { generation: '1.5' }).systemMessage).toBe(systemMessages[name]['1.5']);
    expect(conversationTemplate(name).systemMessage).toBe(systemMessages[name]['2.0']);
    expect(conversationTemplate(name, { systemMessage: '' }).systemMessage).toBe('');
  }
  // The others have one message, whatever the generation.
  expect(conversationTemplate('internvl2_5', { generation: '1.5' }).systemMessage).toContain('书生·万象');
  expect(conversationTemplate('internvl_zh').systemMessage).toBe('');
});

test('an unknown name comes back with the known ones', () => {
  expect(() => conversationTemplate('toString')).toThrow(
    expect.objectContaining({
      code: 'template-unknown',
      facts: { template: 'toString', known: templateNames },
    }),
  );
});

test('the thinking message asks for its tags', () => {
  expect(thinkingMessage).toContain('<think> and </think>');
});

test.each([
  ['OpenGVLab/InternVL2-1B', '2.0'],
  ['OpenGVLab/InternVL2_5-4B', '2.0'],
  ['/models/InternVL2-Llama3-76B/', '2.0'],
  ['C:\\models\\InternVL2-8B', '2.0'],
  ['OpenGVLab/InternVL-Chat-V1-5', '1.5'],
  ['OpenGVLab/InternVL-Chat-V1-2-Plus', '1.5'],
  ['OpenGVLab/Mini-InternVL-Chat-4B-V1-5', '1.5'],
  ['mini-2b', '1.5'],
  ['my-model', '2.0'],
  ['/v1-5/my-model', '2.0'],
] as const)('%s is of generation %s', (name, generation) => {
  expect(templateGeneration({ name })).toBe(generation);
});

test('what only one generation has tells it where the name does not', () => {
  expect(templateGeneration({ pixelShuffle: 'v1' })).toBe('1.5');
  expect(templateGeneration({ dynamicTiles: false })).toBe('1.5');
  expect(templateGeneration({ pixelShuffle: 'v2', dynamicTiles: true })).toBe('2.0');
  expect(templateGeneration({ name: 'InternVL2-1B', pixelShuffle: 'v1' })).toBe('2.0');
});

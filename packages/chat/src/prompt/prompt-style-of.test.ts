import { readdir, readFile } from 'node:fs/promises';
import { readConfig } from '@internvl/checkpoint';
import { loadTokenizer } from '@internvl/tokenizer';
import { describe, expect, test } from 'vitest';
import { fixtures } from '../testing/golden-record.js';
import { promptStyleOf } from './prompt-style-of.js';

async function style(
  name: string,
  options: { as?: string; conversationFile?: string; config?: object } = {},
) {
  const folder = `${fixtures}${name}`;
  const names = (await readdir(folder)).filter((file) => /\.(json|jinja|model|txt)$/.test(file));
  const files = Object.fromEntries(
    await Promise.all(names.map(async (file) => [file, await readFile(`${folder}/${file}`)] as const)),
  );
  const json = (file: string): unknown => files[file] && JSON.parse(files[file].toString());
  const config = readConfig({
    config: json('config.json'),
    preprocessor: json('preprocessor_config.json'),
    processor: json('processor_config.json'),
  });
  const notes: string[] = [];
  const prompts = promptStyleOf({
    config: { ...config, ...options.config },
    tokenizer: loadTokenizer(files),
    files,
    name: options.as ?? name,
    conversationFile: options.conversationFile,
    onNote: (note) => notes.push(note),
  });
  const { text } = prompts.build([{ role: 'user', parts: [{ type: 'text', text: 'Q' }] }], {});
  return { text, notes, prompts };
}

const first = 'You are an AI assistant whose name is Phi-3.';
const second = '书生多模态大模型';

describe('the system message', () => {
  test.each([
    ['mini-4b', first],
    ['Mini-InternVL-Chat-4B-V1-5', first],
    ['OpenGVLab/InternVL2-4B', second],
  ])('is told by the name %s', async (as, message) => {
    const { text, notes } = await style('mini-4b', { as });
    expect(text).toContain(message);
    expect(notes).toEqual([]);
  });

  test('is told by the checkpoint’s own conversation.py before all names', async () => {
    const conversationFile = "Conversation(name='phi3-chat', system_message='Be kind.')";
    const file = conversationFile.replace(', system', ',\n        system');
    const { text, notes } = await style('mini-4b', { as: 'InternVL2-4B', conversationFile: file });
    expect(text).toContain('Be kind.');
    expect(notes).toEqual([]);
  });

  test('is told by config.json before everything', async () => {
    const config = { systemMessage: '' };
    const { text } = await style('mini-4b', {
      config,
      conversationFile: "name='phi3-chat'\nsystem_message='no'",
    });
    expect(text).toMatch(/^<\|system\|>\n<\|end\|>/);
  });

  test('that nothing tells is guessed aloud', async () => {
    const { notes } = await style('mini-4b', { as: 'checkpoint-1000' });
    expect(notes).toEqual([expect.stringContaining('system message')]);
  });

  test.each(['v2-1b', 'v2-40b', 'v1-2', 'v3-5'])('of %s needs no name', async (name) => {
    expect((await style(name, { as: 'checkpoint-1000' })).notes).toEqual([]);
  });
});

test('a template nobody knows is named with the known ones', async () => {
  await expect(style('v2-1b', { config: { template: 'mine' } })).rejects.toMatchObject({
    code: 'template-unknown',
    facts: { template: 'mine', known: expect.arrayContaining(['internlm2-chat', 'Hermes-2', 'internvl2_5']) },
  });
});

test('native checkpoints end where generation_config.json says, count the prompt, and have no system message', async () => {
  const { text, prompts } = await style('hf-qwen2');
  expect(text).toBe('<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\n');
  expect(prompts.stopIds).toEqual([902]);
  const prompt = prompts.build([{ role: 'user', parts: [{ type: 'text', text: 'Q' }] }], { system: 'S' });
  expect(prompt.text).toMatch(/^<\|im_start\|>system\nS<\|im_end\|>\n/);
  expect(prompts.penaltyIds(prompt)).toEqual(prompt.ids);
});

test('original checkpoints end at the separator of their template and count BOS alone', async () => {
  const { prompts } = await style('chat-v1-5');
  const prompt = prompts.build([{ role: 'user', parts: [{ type: 'text', text: 'Q' }] }], {});
  expect(prompts.stopIds).toEqual([898]);
  expect(prompts.penaltyIds(prompt)).toEqual([1]);
  expect((await style('v3-5')).prompts.penaltyIds(prompt)).toEqual([]);
});

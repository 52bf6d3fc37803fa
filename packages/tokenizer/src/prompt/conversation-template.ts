import { TokenizerError } from '../error.js';
import type { ConversationTemplate, Generation, TurnFrame } from './conversation-template-spec.js';
import { systemMessages } from './system-messages.js';

export interface ConversationTemplateOptions {
  /**
   * Instead of the template's own, for instance `system_message` of config.json, or the prompt that asks InternVL3.5 to think first.
   * An empty one is a message too.
   */
  readonly systemMessage?: string | undefined;
  /** Which of the two messages `internlm2-chat`, `Hermes-2` and `phi3-chat` have; `'2.0'` by default. See `templateGeneration`. */
  readonly generation?: Generation | undefined;
}

type Layout = Omit<ConversationTemplate, 'name' | 'systemMessage'>;

const turn = (before: string, after: string): TurnFrame => ({ before, after, empty: before });

const chatml = (separator: string): Layout => ({
  system: { before: '<|im_start|>system\n', after: separator },
  user: turn('<|im_start|>user\n', separator),
  assistant: turn('<|im_start|>assistant\n', separator),
  end: separator,
  stop: '<|im_end|>',
});

const layouts = {
  'internlm2-chat': chatml('<|im_end|>'),
  'Hermes-2': chatml('<|im_end|>'),
  'phi3-chat': {
    system: { before: '<|system|>\n', after: '<|end|>' },
    user: turn('<|user|>\n', '<|end|>'),
    assistant: turn('<|assistant|>\n', '<|end|>'),
    end: '<|end|>',
    stop: '<|end|>',
  },
  internvl2_5: chatml('<|im_end|>\n'),
  internvl3_5_gpt_oss: {
    system: { before: '<|start|>system<|message|>', after: '<|end|>' },
    user: turn('<|start|>user<|message|>', '<|end|>'),
    assistant: turn('<|start|>assistant', '<|end|>'),
    end: '<|return|>',
    stop: '<|return|>',
  },
  internvl_zh: {
    system: { before: '', after: ' ' },
    user: { before: '<human>: ', after: ' ', empty: '<human>:' },
    assistant: { before: '<bot>: ', after: '</s>', empty: '<bot>:' },
    end: '</s>',
    stop: '</s>',
  },
} as const satisfies Record<keyof typeof systemMessages, Layout>;

/** Names of the built-in templates, as `config.template` gives them. */
export type TemplateName = keyof typeof layouts;

/** Names of the built-in templates. */
export const templateNames = Object.keys(layouts).filter(isTemplateName);

function isTemplateName(name: string): name is TemplateName {
  return Object.hasOwn(layouts, name);
}

/**
 * The conversation template of a checkpoint. Source: `conversation.py` of OpenGVLab/InternVL (2410d1d), the styles MPT, MPT_TWO and
 * INTERNVL_ZH.
 *
 * @throws `template-unknown` with the list of known ones.
 */
export function conversationTemplate(
  name: string,
  { systemMessage, generation = '2.0' }: ConversationTemplateOptions = {},
): ConversationTemplate {
  if (!isTemplateName(name)) {
    throw new TokenizerError(
      'template-unknown',
      `Expected one of the templates ${templateNames.join(', ')}, got ${JSON.stringify(name)}. Check config.json's template.`,
      { template: name, known: templateNames },
    );
  }
  const messages: Readonly<Record<string, string>> = systemMessages[name];
  return {
    name,
    systemMessage: systemMessage ?? messages[generation] ?? Object.values(messages)[0]!,
    ...layouts[name],
  };
}

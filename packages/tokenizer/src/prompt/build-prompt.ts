import { TokenizerError } from '../error.js';
import type { Tokenizer } from '../tokenizer-spec.js';
import type { ConversationTemplate } from './conversation-template-spec.js';
import { isEmpty, PromptSegments, textMode } from './prompt-segments.js';
import type { Prompt, PromptOptions, PromptTurn } from './prompt-spec.js';

/**
 * The prompt of a conversation, made on ids: the template's tokens are placed as such, images as runs of slots, and text that
 * people wrote cannot become either. For ordinary text the ids equal those of the reference, which writes one string and
 * tokenizes it (`InternVLChatModel.chat`).
 *
 * @returns ids `[tokens]`, with one entry in `slots` per image or frame
 * @throws `invalid-option` for counts below 1 or a tokenizer without `<img>`, `<IMG_CONTEXT>` and `</img>`, where there are images;
 * `reserved-text` with `strict`; `tokenizer-unreadable` when the tokenizer lacks the template's stop token.
 */
export function buildPrompt(
  tokenizer: Tokenizer,
  template: ConversationTemplate,
  turns: readonly PromptTurn[],
  { tokensPerTile, strict = false, open = true, bos }: PromptOptions,
): Prompt {
  const stopId = tokenizer.tokenId(template.stop);
  if (stopId === undefined) {
    throw new TokenizerError(
      'tokenizer-unreadable',
      `Expected a tokenizer with ${template.stop}, which ends answers of template ${template.name}. Use the tokenizer files of this checkpoint.`,
      { template: template.name, token: template.stop },
    );
  }
  const segments = new PromptSegments(tokenizer, { tokensPerTile, strict });
  segments.trusted(template.system.before);
  segments.untrusted(template.systemMessage, textMode(tokenizer, 'system'));
  segments.trusted(template.system.after);
  for (const [index, turn] of turns.entries()) {
    const frame = template[turn.role];
    if (isEmpty(turn.parts)) {
      segments.trusted(frame.empty);
      continue;
    }
    const last = !open && turn.role === 'assistant' && index === turns.length - 1;
    segments.trusted(frame.before);
    for (const part of turn.parts) segments.part(part, turn.role);
    segments.trusted(last ? template.end : frame.after);
  }
  if (open) segments.trusted(template.assistant.empty);
  return { ...segments.encode(bos), stopId };
}

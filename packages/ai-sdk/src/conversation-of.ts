import {
  type LanguageModelV3Message,
  type LanguageModelV3Prompt,
  type SharedV3Warning,
  UnsupportedFunctionalityError,
} from '@ai-sdk/provider';
import type { Part, Turn } from '@internvl/chat';
import { imageOf, type UrlImages } from './images.js';
import { readImageOptions } from './provider-options.js';

export interface PromptConversation {
  /** The checkpoint's own when undefined. */
  readonly system: string | undefined;
  readonly turns: readonly Turn[];
  /** For each image, where its part says so. */
  readonly maxTiles: readonly (number | undefined)[];
}

/**
 * A prompt as turns of a conversation: system messages first, joined; neighbours of one role are one turn, their texts on
 * lines of their own.
 *
 * @throws `UnsupportedFunctionalityError` for tools, files that are no images, and system messages further down
 */
export function conversationOf(
  prompt: LanguageModelV3Prompt,
  urls: UrlImages,
  warnings: SharedV3Warning[],
): PromptConversation {
  const maxTiles: (number | undefined)[] = [];
  const turns: { role: Turn['role']; parts: Part[] }[] = [];
  const systems: string[] = [];
  for (const message of prompt) {
    if (message.role === 'system') {
      if (turns.length > 0) {
        throw new UnsupportedFunctionalityError({
          functionality: 'system message behind others',
          message:
            'Expected system messages before all others, got one behind; InternVL templates have one place for them.',
        });
      }
      systems.push(message.content);
      continue;
    }
    if (message.role === 'tool') throw toolsRefused();
    const parts = partsOf(message, { urls, warnings, maxTiles });
    const last = turns.at(-1);
    if (last?.role !== message.role) {
      turns.push({ role: message.role, parts });
      continue;
    }
    if (last.parts.at(-1)?.type === 'text' && parts[0]?.type === 'text')
      last.parts.push({ type: 'text', text: '\n' });
    last.parts.push(...parts);
  }
  return { system: systems.length === 0 ? undefined : systems.join('\n'), turns, maxTiles };
}

interface PartsOptions {
  readonly urls: UrlImages;
  readonly warnings: SharedV3Warning[];
  readonly maxTiles: (number | undefined)[];
}

function partsOf(
  { role, content }: Extract<LanguageModelV3Message, { role: 'user' | 'assistant' }>,
  { urls, warnings, maxTiles }: PartsOptions,
): Part[] {
  return content.flatMap((part): Part[] => {
    switch (part.type) {
      case 'text':
        return [{ type: 'text', text: part.text }];
      case 'file':
        if (role === 'assistant') {
          throw new UnsupportedFunctionalityError({ functionality: 'file part in an assistant message' });
        }
        maxTiles.push(readImageOptions(part.providerOptions).maxTiles);
        return [{ type: 'image', image: imageOf(part, urls) }];
      case 'reasoning':
        warnings.push({
          type: 'unsupported',
          feature: 'reasoning parts of earlier answers',
          details: 'They were left out of the conversation.',
        });
        return [];
      default:
        throw toolsRefused();
    }
  });
}

function toolsRefused(): UnsupportedFunctionalityError {
  return new UnsupportedFunctionalityError({
    functionality: 'tool calls and results in the prompt',
    message: 'Expected messages of text and images, got tool calls or results; InternVL calls no tools.',
  });
}

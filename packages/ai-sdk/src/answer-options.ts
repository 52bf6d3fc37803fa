import type { LanguageModelV3CallOptions, SharedV3Warning } from '@ai-sdk/provider';
import type { AnswerOptions, Chat, Turn } from '@internvl/chat';
import { conversationOf } from './conversation-of.js';
import type { UrlImages } from './images.js';
import { readProviderOptions } from './provider-options.js';

/** A call in the words of a chat. */
export interface Asked {
  readonly turns: readonly Turn[];
  readonly options: AnswerOptions;
  /** What the call asks that there is none of here. */
  readonly warnings: SharedV3Warning[];
}

/** @throws `invalid-option`, `UnsupportedFunctionalityError`, and what images throw */
export function askedOf(call: LanguageModelV3CallOptions, chat: Chat, urls: UrlImages): Asked {
  const warnings = unsupportedOf(call);
  const { grammar, ...own } = readProviderOptions(call.providerOptions, warnings);
  const { system, turns, maxTiles } = conversationOf(call.prompt, urls, warnings);
  const { maxOutputTokens, temperature, topP, topK, presencePenalty, frequencyPenalty, seed } = call;
  const options: AnswerOptions = {
    ...own,
    ...(maxTiles.some((limit) => limit !== undefined) && {
      maxTiles: maxTiles.map((limit, image) => limit ?? usualTiles(own.maxTiles, image, chat)),
    }),
    maxNewTokens: maxOutputTokens,
    temperature,
    topP,
    topK,
    presencePenalty,
    frequencyPenalty,
    seed,
    stop: call.stopSequences,
    system,
    responseFormat: formatOf(call, grammar, warnings),
  };
  // What was left out is left out: defaults of a conversation or a server show through.
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { turns, options: Object.fromEntries(given), warnings };
}

function usualTiles(usual: AnswerOptions['maxTiles'], image: number, chat: Chat): number {
  return (typeof usual === 'object' ? usual[image] : usual) ?? chat.facts.config.maxTiles;
}

function formatOf(
  { responseFormat }: LanguageModelV3CallOptions,
  grammar: string | undefined,
  warnings: SharedV3Warning[],
): AnswerOptions['responseFormat'] {
  if (responseFormat?.type !== 'json')
    return grammar === undefined ? undefined : { type: 'grammar', grammar };
  if (grammar !== undefined) {
    warnings.push({
      type: 'unsupported',
      feature: 'providerOptions.internvl.grammar',
      details: 'The answer keeps to its JSON format instead.',
    });
  }
  return { type: 'json', ...(responseFormat.schema && { schema: { ...responseFormat.schema } }) };
}

function unsupportedOf(call: LanguageModelV3CallOptions): SharedV3Warning[] {
  const warnings: SharedV3Warning[] = [];
  if (call.tools && call.tools.length > 0) {
    warnings.push({
      type: 'unsupported',
      feature: 'tools',
      details: 'InternVL calls no tools; they were left out.',
    });
  }
  // A setting of ai 7, behind version 3 of the interface.
  if ('reasoning' in call && typeof call.reasoning === 'string' && !QUIET.has(call.reasoning)) {
    warnings.push({
      type: 'unsupported',
      feature: 'reasoning',
      details: 'Ask for it in the system message.',
    });
  }
  return warnings;
}

const QUIET: ReadonlySet<string> = new Set(['provider-default', 'none']);

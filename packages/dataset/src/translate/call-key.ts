import { promptVersion } from './prompt.js';
import type { TranslatorRequest } from './translator.js';

/**
 * Names a call by all that decides its response: prompt version, model and sampling, and the messages, which hold the
 * languages, the rules, the glossary and the masked source.
 *
 * @returns SHA-256, base64url, 43 characters
 */
export async function callKey(translatorId: string, { messages }: TranslatorRequest): Promise<string> {
  return digestOf(JSON.stringify([promptVersion, translatorId, messages]));
}

/** SHA-256 of a text, base64url. */
export async function digestOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  const binary = String.fromCharCode(...new Uint8Array(digest));
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

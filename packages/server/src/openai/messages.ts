import { badRequest } from '../api-error.js';
import { fileSource, type ImageSource, imageSource } from '../images/image-source.js';
import { Fields } from './fields.js';

export type WantedPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image'; readonly source: ImageSource };

/** What one side said, before its images are loaded. */
export interface WantedTurn {
  readonly role: 'user' | 'assistant';
  readonly parts: readonly WantedPart[];
}

/** A conversation as a request gives it. */
export interface WantedConversation {
  /** The checkpoint's own when undefined. */
  readonly system: string | undefined;
  readonly turns: readonly WantedTurn[];
}

/** One message, whichever route it came by. */
export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly parts: readonly WantedPart[];
  readonly param: string;
}

const ROLES = ['system', 'developer', 'user', 'assistant', 'tool', 'function'] as const;

/** Reads `messages` of a chat completion. @throws 400 */
export function readMessages(fields: Fields, mostMessages: number): Message[] {
  const list = fields.list('messages', mostMessages);
  if (!list) {
    throw badRequest('missing_required_parameter', 'messages', 'Expected messages as a list, got none.');
  }
  return list.map((value, index) => readMessage(new Fields(value, `messages[${index}]`)));
}

function readMessage(fields: Fields): Message {
  const role = messageRole(fields, ROLES);
  fields.ignore('name', 'refusal', 'annotations');
  fields.refuse('tool_calls', 'function_call', 'audio', 'tool_call_id');
  const content = fields.raw('content');
  const param = fields.at('content');
  fields.done();
  const parts = typeof content === 'string' ? [textPart(content)] : listedParts(content, param, readPart);
  if (role !== 'user' && parts.some(({ type }) => type === 'image')) {
    throw badRequest(
      'invalid_value',
      param,
      `Expected text alone in ${param}, got an image; the user shows those.`,
    );
  }
  return { role, parts, param: fields.path };
}

/** The role of a message; `developer` is OpenAI's newer word for `system`. @throws 400 */
export function messageRole(fields: Fields, roles: readonly (typeof ROLES)[number][]): Message['role'] {
  fields.needText('role');
  const role = fields.choice('role', roles) ?? 'user';
  if (role === 'developer') return 'system';
  if (role !== 'tool' && role !== 'function') return role;
  throw badRequest(
    'unsupported_value',
    fields.at('role'),
    `Expected ${fields.at('role')} as system, user or assistant, got '${role}'; the models here call no tools.`,
  );
}

/** Content that is a list of parts. @throws 400 */
export function listedParts(
  content: unknown,
  param: string,
  read: (fields: Fields) => WantedPart,
): WantedPart[] {
  if (Array.isArray(content)) {
    return content.map((value, index) => {
      const fields = new Fields(value, `${param}[${index}]`);
      const part = read(fields);
      fields.done();
      return part;
    });
  }
  throw badRequest(
    'invalid_type',
    param,
    `Expected ${param} as a string or a list of parts, got something else.`,
  );
}

function readPart(fields: Fields): WantedPart {
  const type = fields.needText('type');
  switch (type) {
    case 'text':
      return textPart(fields.needText('text'));
    case 'refusal':
      return textPart(fields.needText('refusal'));
    case 'image_url': {
      const url = fields.raw('image_url');
      // OpenAI's early form, which clients still send.
      const source = typeof url === 'string' ? new Fields({ url }, fields.at('image_url')) : undefined;
      const image = source ?? fields.object('image_url');
      if (!image) throw missing(fields.at('image_url'));
      const read = imageSource(image);
      image.done();
      return { type: 'image', source: read };
    }
    case 'file': {
      const file = fields.object('file');
      if (!file) throw missing(fields.at('file'));
      const source = fileSource(file);
      file.done();
      return { type: 'image', source };
    }
    default:
      throw unsupportedPart(fields, type);
  }
}

export function textPart(text: string): WantedPart {
  return { type: 'text', text };
}

/** What a part that is neither text, image nor file meets. */
export function unsupportedPart(fields: Fields, type: string) {
  return badRequest(
    'unsupported_value',
    fields.at('type'),
    `Expected ${fields.at('type')} as text, an image or a PDF, got '${type.slice(0, 40)}'; the models here read nothing else.`,
  );
}

export function missing(param: string) {
  return badRequest('missing_required_parameter', param, `Expected ${param}, got none.`);
}

/**
 * Messages as turns of a conversation: system messages first, joined; neighbours of one role are one turn.
 *
 * @throws 400 for a system message further down, no user's message at the end, too many images
 */
export function conversationOf(messages: readonly Message[], mostImages: number): WantedConversation {
  const systems = messages.findIndex(({ role }) => role !== 'system');
  const spoken = systems < 0 ? [] : messages.slice(systems);
  const turns: { role: WantedTurn['role']; parts: WantedPart[] }[] = [];
  for (const { role, parts, param } of spoken) {
    if (role === 'system') {
      throw badRequest(
        'unsupported_value',
        `${param}.role`,
        'Expected system messages before all others, got one behind; InternVL templates have one place for them.',
      );
    }
    const last = turns.at(-1);
    if (last?.role === role) last.parts.push(...(joint(last.parts, parts) ? [textPart('\n')] : []), ...parts);
    else turns.push({ role, parts: [...parts] });
  }
  if (turns.at(-1)?.role !== 'user') {
    throw badRequest(
      'invalid_value',
      'messages',
      "Expected a user's message at the end, got none; ask something.",
    );
  }
  const images = turns.flatMap(({ parts }) => parts.filter(({ type }) => type === 'image')).length;
  if (images > mostImages) {
    throw badRequest(
      'too_many_images',
      'messages',
      `Expected at most ${mostImages} images, got ${images}; send fewer.`,
    );
  }
  const system = messages.slice(0, systems < 0 ? messages.length : systems);
  return {
    system: system.length === 0 ? undefined : system.map(({ parts }) => textOf(parts)).join('\n'),
    turns,
  };
}

function joint(before: readonly WantedPart[], after: readonly WantedPart[]): boolean {
  return before.at(-1)?.type === 'text' && after[0]?.type === 'text';
}

function textOf(parts: readonly WantedPart[]): string {
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
}

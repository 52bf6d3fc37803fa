import { InternVLError, type Tensor } from '@internvl/backend';
import type { KeptPrefix } from '@internvl/llm';
import type { ShownImages } from '../answering/memory.js';
import type { ConversationOptions } from '../chat.js';
import type { ChatModel } from '../chat-model.js';
import type { ImageTiled } from '../event.js';
import { placeholders } from '../images/placeholders.js';
import type { ModelIdentity } from '../loading/model-identity.js';
import type { Turn } from '../turn.js';
import { userTurn } from '../turn-list.js';
import { restoredTurns, type SavedTurn, savedTurns } from './saved-turns.js';
import { packState, unpackState, unreadable } from './state-file.js';
import { PartsReader, PartsWriter } from './state-parts.js';

/** A conversation as it stands between two answers. */
export interface ConversationState {
  readonly options: Omit<ConversationOptions, 'history'>;
  readonly turns: readonly Turn[];
  /** Of the turns that were answered. */
  readonly shown: readonly ShownImages[];
  /** The language model's cache, where it can be had. */
  readonly prefix: KeptPrefix | undefined;
}

/** What the numbers in a state depend on. */
type Model = Pick<ChatModel, 'identity' | 'backend' | 'precision'>;

interface SavedShown {
  readonly tiled: readonly ImageTiled[];
  readonly tiles: number;
  readonly tokens: readonly { readonly part: number; readonly dims: readonly number[] }[];
  readonly names: readonly (string | null)[];
}

interface SavedState {
  readonly model: ModelIdentity;
  readonly precision: string;
  readonly backend: string;
  readonly options: Omit<ConversationOptions, 'history'>;
  readonly turns: readonly SavedTurn[];
  readonly shown: readonly SavedShown[];
  readonly prefix?: Omit<KeptPrefix, 'arrays'> & { readonly arrays: readonly number[] };
}

/** A state as bytes. @throws `invalid-option` for a model of which nobody knows which one it is */
export async function writeState(state: ConversationState, model: Model): Promise<Uint8Array<ArrayBuffer>> {
  const parts = new PartsWriter();
  const { prefix } = state;
  // Without a name for each of its images, a cache is nobody's but this program's.
  const named = state.shown.every(({ names }) => names.every((name) => name !== undefined));
  const saved: SavedState = {
    model: identityOf(model),
    precision: model.precision,
    backend: model.backend,
    options: state.options,
    turns: await savedTurns(state.turns, parts),
    shown: state.shown.map(({ tiled, tiles, tokens, names }) => ({
      tiled,
      tiles,
      tokens: tokens.map((tensor) => savedTensor(tensor, parts)),
      names: names.map((name) => name ?? null),
    })),
    ...(prefix &&
      named && { prefix: { ...prefix, arrays: prefix.arrays.map((array) => parts.floats(array)) } }),
  };
  return packState({ json: saved, parts: parts.parts });
}

/**
 * A state from its bytes, for a model. On another backend than the one it was saved on, the cache is left out: what it holds
 * was rounded otherwise.
 *
 * @throws `state-unreadable`, `state-version`, `state-mismatch` when it is of another checkpoint or precision, or its graphs
 *   were written otherwise
 */
export async function readState(bytes: Uint8Array, model: Model): Promise<ConversationState> {
  const { json, parts } = await unpackState(bytes);
  const saved = Object(json) as SavedState;
  assertSameModel(saved, model);
  try {
    return restored(saved, new PartsReader(parts), model.backend);
  } catch (error) {
    if (InternVLError.is(error)) throw error;
    throw unreadable('its header is another one', error);
  }
}

/** The options in a state that is known to be whole. */
export async function savedOptions(bytes: Uint8Array): Promise<Omit<ConversationOptions, 'history'>> {
  const { json } = await unpackState(bytes);
  return (Object(json) as SavedState).options;
}

function restored(saved: SavedState, parts: PartsReader, backend: string): ConversationState {
  const { options, prefix } = saved;
  const here = saved.backend === backend;
  const turns = restoredTurns(saved.turns, parts);
  const places = placeholders([...turns, userTurn('')]);
  const shown = saved.shown.map(({ tiled, tiles, tokens, names }, index): ShownImages => {
    const placeholder = places[index];
    if (!placeholder) throw unreadable('it has more images than its turns');
    return {
      placeholder,
      tiled,
      tiles,
      planned: [],
      tokens: tokens.map(({ part, dims }) => parts.tensor(part, dims)),
      // Numbers of another backend are not those that a tile has here.
      names: names.map((name) => (name === null || here ? (name ?? undefined) : `${saved.backend}:${name}`)),
    };
  });
  return {
    options,
    turns,
    shown,
    prefix:
      here && prefix ? { ...prefix, arrays: prefix.arrays.map((part) => parts.floats(part)) } : undefined,
  };
}

function savedTensor(tensor: Tensor<'float32'>, parts: PartsWriter) {
  return { part: parts.floats(tensor.data, tensor), dims: tensor.dims };
}

function identityOf({ identity }: Model): ModelIdentity {
  if (identity) return identity;
  throw new InternVLError(
    'invalid-option',
    'Expected a model that says which one it is, got one without identity; give the chat model one.',
    { option: 'identity' },
  );
}

function assertSameModel({ model: saved, precision: savedPrecision }: SavedState, model: Model): void {
  const { checkpoint, vision, language } = identityOf(model);
  const other =
    saved?.checkpoint !== checkpoint
      ? 'checkpoint'
      : savedPrecision !== model.precision
        ? 'precision'
        : saved.vision !== vision || saved.language !== language
          ? 'conversion'
          : undefined;
  if (other === undefined) return;
  const [expected, actual] =
    other === 'precision' ? [model.precision, savedPrecision] : [checkpoint, saved?.checkpoint];
  const what = {
    checkpoint: 'another checkpoint',
    precision: `precision ${savedPrecision}, this model has ${model.precision}`,
    conversion: 'the same checkpoint, converted otherwise',
  }[other];
  throw new InternVLError(
    'state-mismatch',
    `Expected a state of this very model, got one of ${what}; load the model that it was saved with, or begin anew with its turns.`,
    { difference: other, expected, actual },
  );
}

import type { ResponseFormat } from '../response-format.js';
import { unsupported } from './unsupported.js';

/** Servers that are known beyond OpenAI's own protocol. */
export type DialectName = 'internvl' | 'vllm' | 'lmdeploy' | 'sglang' | 'openai';

/** How an image becomes tiles; the server's own way where undefined. */
export interface ImageTiles {
  readonly minTiles?: number | undefined;
  readonly maxTiles?: number | undefined;
}

/** Where tile limits go: beside each image, or once for the request. */
export interface TileMembers {
  /** Members beside `url`, for each image. */
  readonly images: readonly object[];
  /** Members of the body. */
  readonly body: object;
}

/** What differs between servers. */
export interface Dialect {
  readonly name: DialectName;
  readonly tokenLimit: 'max_tokens' | 'max_completion_tokens';
  /** The `top_k` that stands for all tokens; undefined where top_k, min_p and repetition_penalty are not taken. */
  readonly allTokens: number | undefined;
  /** Whether presence and frequency penalties are more than accepted. */
  readonly penalties: boolean;
  /** Whether ids of new tokens can be asked for (`return_token_ids`). */
  readonly tokenIds: boolean;
  /** Whether special tokens can stay in the text (`skip_special_tokens`). */
  readonly specialTokens: boolean;
  /** The least `top_logprobs` with which logprobs come at all. */
  readonly leastTop: number;
  /** @throws `remote-unsupported` */
  tiles(images: readonly ImageTiles[]): TileMembers;
  /** Members that hold the answer to a grammar in GBNF. @throws `remote-unsupported` */
  grammar(grammar: string): object;
}

/** `detail` as `@internvl/server` reads it. */
const DETAILS = new Map([
  [6, 'low'],
  [12, 'medium'],
  [24, 'high'],
]);

const internvl: Dialect = {
  name: 'internvl',
  tokenLimit: 'max_completion_tokens',
  allTokens: -1,
  penalties: true,
  tokenIds: false,
  specialTokens: false,
  leastTop: 0,
  tiles: (images) => ({
    images: images.map(({ maxTiles }) => {
      if (maxTiles === undefined) return {};
      const detail = DETAILS.get(maxTiles);
      return detail === undefined ? { max_dynamic_patch: maxTiles } : { detail };
    }),
    body: given({ min_dynamic_patch: common(images, 'minTiles', 'an @internvl/server') }),
  }),
  grammar: (grammar) => ({ grammar }),
};

/** Takes limits for the whole request, as arguments of the model's processor; `detail` means nothing to it. */
const vllm: Dialect = {
  name: 'vllm',
  tokenLimit: 'max_tokens',
  allTokens: -1,
  penalties: true,
  tokenIds: true,
  specialTokens: true,
  leastTop: 0,
  tiles(images) {
    const limits = given({
      min_dynamic_patch: common(images, 'minTiles', 'vLLM'),
      max_dynamic_patch: common(images, 'maxTiles', 'vLLM'),
    });
    const asked = Object.keys(limits).length > 0;
    return { images: images.map(() => ({})), body: asked ? { mm_processor_kwargs: limits } : {} };
  },
  grammar: (grammar) => ({ structured_outputs: { grammar } }),
};

const lmdeploy: Dialect = {
  name: 'lmdeploy',
  tokenLimit: 'max_tokens',
  // Its default would be 40.
  allTokens: 0,
  penalties: false,
  tokenIds: true,
  specialTokens: false,
  leastTop: 1,
  tiles: (images) => ({
    images: images.map(({ minTiles, maxTiles }) => {
      if (minTiles !== undefined) throw unsupported('minTiles', 'LMDeploy');
      return given({ max_dynamic_patch: maxTiles });
    }),
    body: {},
  }),
  grammar() {
    throw unsupported('a grammar', 'LMDeploy', 'describe the answer by a JSON schema');
  },
};

const sglang: Dialect = {
  name: 'sglang',
  tokenLimit: 'max_tokens',
  allTokens: -1,
  penalties: true,
  tokenIds: true,
  specialTokens: true,
  leastTop: 0,
  tiles: (images) => ({
    images: images.map(({ minTiles, maxTiles }) =>
      given({ min_dynamic_patch: minTiles, max_dynamic_patch: maxTiles }),
    ),
    body: {},
  }),
  grammar: (ebnf) => ({ ebnf }),
};

/** Nothing beyond OpenAI's own members. */
const openai: Dialect = {
  name: 'openai',
  tokenLimit: 'max_completion_tokens',
  allTokens: undefined,
  penalties: true,
  tokenIds: false,
  specialTokens: false,
  leastTop: 0,
  tiles(images) {
    for (const { minTiles, maxTiles } of images) {
      if (minTiles !== undefined || maxTiles !== undefined) {
        throw unsupported(
          'a limit of tiles',
          'plain OpenAI',
          'name the dialect of the server, or leave it out',
        );
      }
    }
    return { images: images.map(() => ({})), body: {} };
  },
  grammar() {
    throw unsupported('a grammar', 'plain OpenAI', 'describe the answer by a JSON schema');
  },
};

export const dialects: Readonly<Record<DialectName, Dialect>> = { internvl, vllm, lmdeploy, sglang, openai };

/** The dialect of who says to own a model. */
export function dialectOf(owner: unknown): Dialect {
  return typeof owner === 'string' && isDialect(owner) ? dialects[owner] : openai;
}

export function isDialect(name: string): name is DialectName {
  return Object.hasOwn(dialects, name);
}

/** Members that hold the answer to a form. */
export function formatMembers(format: ResponseFormat, dialect: Dialect): object {
  if (format.type === 'grammar') return dialect.grammar(format.grammar);
  if (format.schema === undefined) return { response_format: { type: 'json_object' } };
  const named = { name: 'answer', schema: format.schema, strict: true };
  return { response_format: { type: 'json_schema', json_schema: named } };
}

/** A limit that can be said once for all images only. */
function common(
  images: readonly ImageTiles[],
  name: 'minTiles' | 'maxTiles',
  server: string,
): number | undefined {
  const [first, ...others] = new Set(images.map((image) => image[name]));
  if (others.length === 0) return first;
  throw unsupported(`a ${name} that differs between images`, server, 'give all images the same');
}

function given(members: object): object {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

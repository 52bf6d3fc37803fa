import type { Backend } from '@internvl/backend';
import type { LlmConfig } from '@internvl/checkpoint';
import { LanguageModel } from '@internvl/llm';

/** Graphs of a language model, and whether their weights want to be rearranged when they load. */
export interface LanguageGraphs {
  readonly embed: string;
  readonly decoder: string;
  readonly prepack: boolean;
}

export async function loadLanguage(
  backend: Backend,
  spec: LlmConfig,
  { embed, decoder, prepack }: LanguageGraphs,
): Promise<LanguageModel> {
  return new LanguageModel({
    capabilities: backend.capabilities,
    embed: await backend.load({ path: embed }, { prepack }),
    decoder: await backend.load({ path: decoder }, { prepack }),
    spec,
  });
}

/** Tokens of one run: logits of all of them are held at once. */
const runTokens = 64;

/** The logits behind each token of a text, one `[vocabulary]` after the other; each is the caller's until the next is asked for. */
export async function* logitsOf(model: LanguageModel, ids: readonly number[]): AsyncGenerator<Float32Array> {
  const sequence = model.sequence();
  const batch = model.batch([sequence]);
  try {
    for (let from = 0; from < ids.length; from += runTokens) {
      yield* await model.stepAhead(batch, ids.slice(from, from + runTokens));
    }
  } finally {
    batch.dispose();
    sequence.dispose();
  }
}

import type { Manifest } from '@internvl/checkpoint';

/** Which numbers a model is made of, whatever it is called. */
export interface ModelIdentity {
  /** Digest of the checkpoint that it was made from. */
  readonly checkpoint: string;
  /** How its graphs were written: equal texts, equal numbers of the vision encoder. */
  readonly vision: string;
  /** The same of the language model. */
  readonly language: string;
}

/** The identity of a converted model. */
export function modelIdentity({ source, writer, precision, keep, maxTensorBytes }: Manifest): ModelIdentity {
  const written = (part: 'vision' | 'llm') =>
    JSON.stringify([writer, precision[part], maxTensorBytes ?? null, keep?.[part] ?? []]);
  return { checkpoint: source.digest, vision: written('vision'), language: written('llm') };
}

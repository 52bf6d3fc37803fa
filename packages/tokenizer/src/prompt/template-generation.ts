import type { Generation } from './conversation-template-spec.js';

/** What may tell the generation of a checkpoint. */
export interface GenerationHints {
  /** Hub id or folder name: `OpenGVLab/InternVL2-1B`. */
  readonly name?: string | undefined;
  /** `config.ps_version` */
  readonly pixelShuffle?: string | undefined;
  /** `config.dynamic_image_size` */
  readonly dynamicTiles?: boolean | undefined;
}

/**
 * Whether a checkpoint with `internlm2-chat`, `Hermes-2` or `phi3-chat` has the system message of generation 1.5 or 2.0. No field of
 * config.json says it, so, in this order:
 *
 * 1. the name: `InternVL2` or a leading `v2` → 2.0; `V1-5`, `V1-2` or `Mini-InternVL` → 1.5;
 * 2. what only one generation has: no dynamic tiles, or pixel shuffle v1 → 1.5;
 * 3. 2.0, which is what the reference repository has today.
 *
 * Where that guesses wrong, give the generation or the system message.
 */
export function templateGeneration(hints: GenerationHints): Generation {
  const name =
    hints.name
      ?.replace(/[\\/]+$/, '')
      .split(/[\\/]/)
      .pop() ?? '';
  if (/internvl[-_]?2|^v?2[-_.]/i.test(name)) return '2.0';
  if (/(^|[^a-z\d])v?1[-_.]\d|^mini/i.test(name)) return '1.5';
  if (hints.pixelShuffle === 'v1' || hints.dynamicTiles === false) return '1.5';
  return '2.0';
}

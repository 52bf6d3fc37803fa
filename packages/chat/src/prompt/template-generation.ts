import type { ModelConfig } from '@internvl/checkpoint';
import type { Generation } from '@internvl/tokenizer/templates';

/** Which generation's system message a template means, and whether something said so. */
export interface TemplateGeneration {
  readonly generation: Generation;
  /** False where it had to be guessed. */
  readonly known: boolean;
}

/**
 * InternVL 1.5 and 2 share template names but not system messages, and `config.json` does not tell them apart. The
 * model's name does, as published; without it, what was only ever published in one of them: Qwen2 and Llama behind
 * dynamic tiling came with 2. InternLM2 and Phi-3 came with both, and are taken for 1.5.
 *
 * @param name Hub id or folder name
 */
export function templateGeneration({ dynamicTiles, llm }: ModelConfig, name: string): TemplateGeneration {
  if (/internvl[-_]?2/i.test(name)) return { generation: '2.0', known: true };
  if (/internvl[-_]chat.*v1|v1[-_.][1-5]/i.test(name)) return { generation: '1.5', known: true };
  if (!dynamicTiles) return { generation: '1.5', known: true };
  if (llm?.family === 'internlm2' || llm?.family === 'phi3') return { generation: '1.5', known: false };
  return { generation: '2.0', known: true };
}

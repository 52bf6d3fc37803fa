import { parseArgs } from 'node:util';

/** What the command line asks for. */
export interface Flags {
  /** A folder as Hugging Face publishes it, or a Hub id; the shipped nano model when left out. */
  readonly model: string | undefined;
  /** Image files; the shipped samples when empty. */
  readonly images: readonly string[];
  /** A question of one's own. */
  readonly prompt: string | undefined;
  readonly backend: string | undefined;
}

export const USAGE = `Usage: demo [--model MODEL] [--image FILE]… [--prompt TEXT] [--backend cpu|webgpu|cuda]

Shows the main job: images are cut into tiles, a model describes them, answers questions and sums up documents,
in English and in Chinese. Without options it takes the tiny model and the images that come with it.`;

/** @throws a TypeError for an unknown option, with a sentence that names it. */
export function readFlags(args: readonly string[]): Flags | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      model: { type: 'string' },
      image: { type: 'string', multiple: true },
      prompt: { type: 'string' },
      backend: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return 'help';
  const { model, image = [], prompt, backend } = values;
  return { model, images: image, prompt, backend };
}

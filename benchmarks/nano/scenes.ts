import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A question about a scene, with the only right answer. */
export interface Question {
  /** `'colour'`, `'place'`, `'count'`, `'yes or no'`, `'caption'`, `'box'`, `'sign'`, `'chart'`, `'field'`, `'summary'`, `'transcription'`. */
  readonly task: string;
  readonly question: string;
  readonly expected: string;
}

/** An image that training has not drawn, as models/nano/training/held_out.py writes it. */
export interface Scene {
  /** A path. */
  readonly file: string;
  readonly kind: string;
  /** Pixels of the smallest font, in the image as it is drawn. */
  readonly font?: number;
  /** What of it training never drew: a word, or two things together; absent where only the seed is new. */
  readonly unseen?: 'word' | 'pair';
  readonly questions: readonly Question[];
}

/** The scenes of a folder. */
export async function readScenes(folder: string): Promise<readonly Scene[]> {
  const scenes: readonly Scene[] = JSON.parse(await readFile(join(folder, 'scenes.json'), 'utf8'));
  return scenes.map((scene) => ({ ...scene, file: join(folder, scene.file) }));
}

/** By what an answer has to be written in. */
export function languageOf({ question, expected }: Question): 'en' | 'zh' {
  return /\p{Script=Han}/u.test(/\d/.test(expected) ? question : expected) ? 'zh' : 'en';
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { PromptPart, PromptTurn } from '../prompt/prompt-spec.js';
import { fixture, sharedFolder } from './fixture.js';

/** One prompt of a recorded run, with what it was made of. */
export interface GoldenPrompt {
  /** `v2-1b/video.json 0` */
  readonly title: string;
  readonly checkpoint: string;
  readonly how: string;
  readonly template: string;
  readonly systemMessage: string;
  readonly tokensPerTile: number;
  readonly stopId: number;
  readonly turns: readonly PromptTurn[];
  readonly text: string;
  readonly ids: readonly number[];
}

interface Row {
  readonly question: string;
  readonly question_in_prompt: string;
  readonly prompt: string;
  readonly prompt_ids: readonly number[];
}

interface Golden extends Row {
  readonly how: string;
  readonly template: string;
  readonly system_message: string;
  readonly tokens_per_tile: number;
  readonly end_token_id: number;
  readonly images: readonly { readonly tiles: number }[];
  readonly num_patches_list?: readonly number[] | null;
  readonly history?: readonly (readonly [question: string, answer: string])[] | null;
  readonly video?: boolean;
  readonly rows?: readonly Row[];
}

/** A text with `<image>` where images go, as parts. */
function partsOf(text: string, nextTiles: () => number): PromptPart[] {
  return text.split('<image>').flatMap((piece, index): PromptPart[] => {
    const image: PromptPart[] = index > 0 ? [{ type: 'image', tiles: nextTiles() }] : [];
    return piece === '' ? image : [...image, { type: 'text', text: piece }];
  });
}

/** Turns of `chat()`, whose questions say `<image>` where an image goes. */
function originalTurns(golden: Golden, question: string, counts: readonly number[]): PromptTurn[] {
  const tiles = counts.values();
  const next = (): number => tiles.next().value ?? 0;
  const history = (golden.history ?? []).flatMap(([asked, answer]): PromptTurn[] => [
    { role: 'user', parts: partsOf(asked, next) },
    { role: 'assistant', parts: [{ type: 'text', text: answer }] },
  ]);
  return [...history, { role: 'user', parts: partsOf(question, next) }];
}

/** Turns of the native layout, whose first question brings the images. */
function nativeTurns({ history, images, question, video }: Golden): PromptTurn[] {
  const shown: PromptPart[] = video
    ? [{ type: 'video', frames: images.length }]
    : images.map(({ tiles }) => ({ type: 'image', tiles }));
  const asked = (text: string, index: number): PromptTurn => ({
    role: 'user',
    parts: [...(index === 0 ? shown : []), { type: 'text', text }],
  });
  const before = (history ?? []).flatMap(([text, answer], index): PromptTurn[] => [
    asked(text, index),
    { role: 'assistant', parts: [{ type: 'text', text: answer }] },
  ]);
  return [...before, asked(question, before.length / 2)];
}

function promptsOf(folder: string, checkpoint: string): GoldenPrompt[] {
  return readdirSync(`${folder}/golden`)
    .filter((file) => file.endsWith('.json') && file !== 'about.json')
    .flatMap((file) => {
      const golden: Golden = JSON.parse(readFileSync(`${folder}/golden/${file}`, 'utf8'));
      const all = golden.images.reduce((sum, { tiles }) => sum + tiles, 0);
      return (golden.rows ?? [golden]).map((row, index): GoldenPrompt => {
        const counts = golden.num_patches_list ?? [all];
        // batch_chat puts the placeholder in front of a question without one, and records the question alone.
        const question = golden.rows
          ? row.question.replace(/^(?!.*<image>)/s, '<image>\n')
          : row.question_in_prompt;
        return {
          title: `${checkpoint}/${file} ${index}`,
          checkpoint,
          how: golden.how,
          template: golden.template,
          systemMessage: golden.system_message,
          tokensPerTile: golden.tokens_per_tile,
          stopId: golden.end_token_id,
          turns:
            golden.how === 'native'
              ? nativeTurns(golden)
              : originalTurns(golden, question, golden.rows ? [counts[index]!] : counts),
          text: row.prompt,
          ids: row.prompt_ids,
        };
      });
    });
}

/** Folders of the recorded checkpoints that have a tokenizer: the fixtures, and all of the full set where it is at hand. */
export function goldenFolders(): { readonly folder: string; readonly prompts: readonly GoldenPrompt[] }[] {
  const shared = sharedFolder();
  return [fixture('checkpoints'), ...(shared ? [`${shared}goldens`] : [])].flatMap((root) =>
    readdirSync(root)
      .filter((name) => existsSync(`${root}/${name}/tokenizer_config.json`))
      .map((name) => ({ folder: `${root}/${name}`, prompts: promptsOf(`${root}/${name}`, name) })),
  );
}

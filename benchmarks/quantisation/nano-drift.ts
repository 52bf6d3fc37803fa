import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Turn } from '@internvl/chat';
import { load } from '@internvl/chat/node';
import { parsePrecision, plannedBytes } from '@internvl/checkpoint';
import type { Count } from '../nano/interval.js';
import { drawScenes } from './scenes.js';

const nano = fileURLToPath(new URL('../../models/nano/', import.meta.url));

/** Answers of the trained nano model in one precision. */
export interface NanoDrift {
  readonly preset: string;
  readonly bytes: number;
  readonly samples: Count;
  readonly scenes: Count;
  /** Answers that are float32's, letter by letter. */
  readonly same: Count;
}

interface Question {
  readonly kind: 'samples' | 'scenes';
  readonly image: Turn['parts'][number];
  readonly question: string;
  readonly expected: string;
}

/** The questions of the shipped samples and of `sceneCount` scenes drawn from `seed`, greedy. */
export async function nanoDrift(
  presets: readonly string[],
  { sceneCount, seed }: { readonly sceneCount: number; readonly seed: number },
): Promise<readonly NanoDrift[]> {
  const questions = [...(await sampleQuestions()), ...sceneQuestions(sceneCount, seed)];
  const cache = await mkdtemp(join(tmpdir(), 'internvl-drift-'));
  try {
    const drifts: NanoDrift[] = [];
    let exact: readonly string[] | undefined;
    for (const preset of presets) {
      const chat = await load(nano, { backend: 'cpu', cache, precision: preset, worker: false });
      const answers: string[] = [];
      for (const { image, question } of questions) {
        let text = '';
        for await (const event of chat.answer([
          { role: 'user', parts: [image, { type: 'text', text: question }] },
        ])) {
          if (event.type === 'answer-finished') text = event.answer.text;
        }
        answers.push(text);
      }
      exact ??= answers;
      const bytes = await plannedBytes(chat.facts.config, parsePrecision(preset));
      await chat.dispose();
      const count = (kind: Question['kind']): Count => {
        const own = questions.map((each, at) => ({ ...each, at })).filter((each) => each.kind === kind);
        return {
          right: own.filter(({ at, expected }) => answers[at] === expected).length,
          asked: own.length,
        };
      };
      const same = answers.filter((answer, at) => answer === exact![at]).length;
      drifts.push({
        preset,
        bytes,
        samples: count('samples'),
        scenes: count('scenes'),
        same: { right: same, asked: answers.length },
      });
    }
    return drifts;
  } finally {
    await rm(cache, { recursive: true });
  }
}

async function sampleQuestions(): Promise<Question[]> {
  const samples: readonly {
    file: string;
    turns: readonly { question: string; expected: string }[];
  }[] = JSON.parse(await readFile(join(nano, 'samples', 'samples.json'), 'utf8'));
  return samples.flatMap(({ file, turns }) =>
    turns.map(({ question, expected }) => ({
      kind: 'samples' as const,
      image: { type: 'image' as const, image: join(nano, 'samples', file) },
      question,
      expected,
    })),
  );
}

function sceneQuestions(count: number, seed: number): Question[] {
  return drawScenes(count, seed).flatMap(({ image, turns }) =>
    turns.map((turn) => ({ kind: 'scenes' as const, image: { type: 'image' as const, image }, ...turn })),
  );
}

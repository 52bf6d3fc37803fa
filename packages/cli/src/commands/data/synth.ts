import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { internvl, type Sample, Tallier, writeMeta } from '@internvl/dataset';
import { derivedLineage, LineFile } from '@internvl/dataset/node';
import {
  type AskedQuestion,
  blindBaseline,
  openCanvas,
  sceneKinds,
  synthesise,
} from '@internvl/dataset/synth';
import { defineCommand } from '../../command.js';
import { writeWhole } from '../../input/write-file.js';
import { globalOptions, streamingOption } from '../../options/common-options.js';
import { usageError } from '../../options/usage-error.js';
import { writeLineage } from './rows.js';

/** Where Debian's fonts-dejavu-core, fonts-wqy-microhei and fonts-noto-cjk put them. */
const usualFonts = {
  latin: ['DejaVuSans', 'DejaVuSerif', 'DejaVuSansMono'].map(
    (name) => `/usr/share/fonts/truetype/dejavu/${name}.ttf`,
  ),
  cjk: [
    '/usr/share/fonts/truetype/wqy/wqy-microhei.ttc',
    '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc',
  ],
};

const options = {
  out: { type: 'string', value: 'DIR', help: 'Folder for images/, graphs.jsonl, annotations and meta.json.' },
  count: { type: 'string', value: 'N', help: 'Scenes to draw. Default: 100.' },
  seed: { type: 'string', value: 'N', help: 'The same seed gives the same files. Default: 0.' },
  start: { type: 'string', value: 'N', help: 'First number, for workers that share a set. Default: 0.' },
  kinds: { type: 'string', value: 'LIST', help: `Some of ${sceneKinds.join(',')}. Default: all, in turn.` },
  questions: { type: 'string', value: 'N', help: 'Questions of one scene at most. Default: 3.' },
  'held-out': {
    type: 'boolean',
    help: 'Words and combinations of shape and colour that training scenes never have.',
  },
  font: {
    type: 'string',
    multiple: true,
    value: 'FILE',
    help: 'Font with Latin letters; may be given several times. Default: DejaVu, where it is installed.',
  },
  'chinese-font': {
    type: 'string',
    multiple: true,
    value: 'FILE',
    help: 'Font with Chinese characters. Default: WenQuanYi Micro Hei or Noto Sans CJK, where installed.',
  },
  ...globalOptions,
  ...streamingOption,
} as const;

export const synth = defineCommand({
  usage: 'data synth --out DIR [--count N] [--seed N] [--kinds LIST] [--held-out]',
  summary:
    'Draws scenes with questions and answers in English and Chinese: shapes, signs, charts, receipts and pages, with boxes, the truth behind each, and how far one gets without looking. Takes the optional package @napi-rs/canvas.',
  options,
  async run({ options, positionals, output, signal }) {
    const out = options.text('out');
    if (out === undefined || positionals.length > 0) {
      throw usageError(
        `Expected --out DIR and nothing else, got ${out === undefined ? 'no --out' : `'${positionals.join(' ')}'`}; name a folder.`,
      );
    }
    const folder = resolve(out);
    const count = options.number('count', { least: 1, whole: true }) ?? 100;
    const start = options.number('start', { least: 0, whole: true }) ?? 0;
    const seed = options.number('seed', { whole: true }) ?? 0;
    const split = options.flag('held-out') ? 'held-out' : 'train';
    const kinds = kindsOf(options.text('kinds'));
    const questions = options.number('questions', { least: 1, whole: true }) ?? 3;
    const annotation = join(folder, `${split}.jsonl`);
    const graphFile = join(folder, `${split}.graphs.jsonl`);
    const canvas = await openCanvas({
      latin: fontsOf(options.texts('font'), usualFonts.latin),
      cjk: fontsOf(options.texts('chinese-font'), usualFonts.cjk),
    });
    const scenes = synthesise(canvas, {
      count,
      seed,
      start,
      split,
      kinds,
      questions,
      signal,
      onProgress: ({ loaded, total }) => output.progress('drawing', loaded, total),
    });
    await mkdir(join(folder, 'images'), { recursive: true });
    const annotations = await LineFile.open(annotation);
    const graphs = await LineFile.open(graphFile);
    const asked: AskedQuestion[] = [];
    const tallier = new Tallier();
    try {
      const decoder = new TextDecoder();
      const samples = async function* (): AsyncGenerator<Sample, void, undefined> {
        for await (const scene of scenes) {
          await writeWhole(join(folder, scene.sample.images[0]!.path!), [scene.png], signal);
          await graphs.write(JSON.stringify(scene.graph));
          asked.push(...scene.asked);
          tallier.add(scene.sample);
          output.event(scene.sample);
          yield scene.sample;
        }
      };
      for await (const line of internvl.write!(samples(), { signal }))
        await annotations.write(decoder.decode(line).trimEnd());
      await graphs.finish();
      await annotations.finish();
    } finally {
      await graphs.discard();
      await annotations.discard();
    }
    const meta = writeMeta([
      [
        `synthetic-${split}`,
        {
          root: folder,
          annotation,
          data_augment: false,
          repeat_time: 1,
          length: count,
        },
      ],
    ]);
    await writeWhole(join(folder, `${split}.meta.json`), [new TextEncoder().encode(meta)], signal);
    const lineage = await derivedLineage({
      step: 'synth',
      options: { split, count, start, kinds: [...(kinds ?? sceneKinds)], questions },
      seed,
      inputs: [],
      outputs: [
        { path: annotation, samples: count },
        { path: graphFile, samples: count },
      ],
      counts: tallier.tally,
      signal,
    });
    await writeLineage(lineage, annotation, undefined, signal);
    const half = Math.floor(asked.length / 2);
    const blind = blindBaseline(asked.slice(0, half), asked.slice(half));
    const right = blind.reduce((sum, { accuracy, questions }) => sum + accuracy * questions, 0);
    const blindAccuracy = asked.length < 2 ? 0 : right / (asked.length - half);
    const document = {
      out: folder,
      split,
      seed,
      scenes: count,
      questions: asked.length,
      blindAccuracy,
      blind,
    };
    output.result(
      document,
      `${count} scenes with ${asked.length} questions in ${folder}\nwithout looking, the most frequent answer is right ${(100 * blindAccuracy).toFixed(1)} % of the time\n`,
    );
    return 0;
  },
});

function fontsOf(given: readonly string[], usual: readonly string[]): readonly string[] {
  return given.length > 0 ? given : usual.filter((path) => existsSync(path));
}

function kindsOf(list: string | undefined) {
  return list?.split(',').map((name) => {
    const kind = sceneKinds.find((one) => one === name.trim());
    if (kind !== undefined) return kind;
    throw usageError(
      `Expected --kinds as some of ${sceneKinds.join(',')}, got '${list}'; name those you want.`,
      { value: list },
    );
  });
}

import type { Trace } from '@internvl/chat';
import { safetensorsPieces, type WritableTensor } from '@internvl/checkpoint';
import { defineCommand } from '../command.js';
import { pagesOf, readTurns, writtenHistory, writtenParts } from '../input/turns.js';
import { writeWhole } from '../input/write-file.js';
import { usageError } from '../options/usage-error.js';
import { answerDocument } from './answer-document.js';
import { answerOptionsOf, askingOptions, loadModel } from './asked.js';

const options = {
  out: { type: 'string', value: 'FILE', help: 'The safetensors file to write.' },
  ...askingOptions,
} as const;

export const trace = defineCommand({
  usage: 'trace MODEL --out FILE.safetensors [--image FILE]… --prompt TEXT',
  summary:
    'Answers like chat and writes every stage: pixel values, vision encoder, visual tokens, embeddings, logits of each step.',
  options,
  trails: 'frame',
  async run({ options, positionals, surroundings, output, signal }) {
    const out = options.text('out');
    const prompt = options.text('prompt');
    if (out === undefined)
      throw usageError('Expected --out FILE.safetensors, got none; name the file to write.');
    if (prompt === undefined) throw usageError('Expected --prompt TEXT, got none; a trace is of one answer.');
    const answering = await answerOptionsOf(options);
    const parts = writtenParts(options);
    const turns = await readTurns(
      [
        ...(await writtenHistory(options)),
        { role: 'user', parts: [...parts, { type: 'text', text: prompt }] },
      ],
      { ...surroundings, pages: pagesOf(options) },
    );
    const model = await loadModel('trace', positionals, options, surroundings, output);
    try {
      const { answer, tensors } = await model.trace(turns, { ...answering, signal });
      const writable = await fetched(tensors);
      const metadata = {
        backend: answer.backend,
        precision: answer.precision,
        ids: JSON.stringify(answer.ids),
      };
      await writeWhole(out, safetensorsPieces(writable, metadata), signal);
      const shapes = Object.fromEntries(Object.entries(writable).map(([name, { dims }]) => [name, dims]));
      const lines = Object.entries(shapes).map(([name, dims]) => `${name.padEnd(24)}[${dims.join(', ')}]`);
      output.result(
        { ...answerDocument(answer), out, tensors: shapes },
        [answer.text, '', ...lines, `wrote ${out}`].join('\n'),
      );
    } finally {
      await model.dispose();
    }
    return 0;
  },
});

async function fetched(tensors: Trace['tensors']): Promise<Record<string, WritableTensor>> {
  const pairs = Object.entries(tensors).map(
    async ([name, tensor]) => [name, { dims: tensor.dims, data: await tensor.getData() }] as const,
  );
  return Object.fromEntries(await Promise.all(pairs));
}

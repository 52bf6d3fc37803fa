import { defineCommand } from '../command.js';
import { pagesOf, readTurns, writtenHistory, writtenParts } from '../input/turns.js';
import { streamingOption } from '../options/common-options.js';
import { usageError } from '../options/usage-error.js';
import { answerDocument, timingLine } from './answer-document.js';
import { answerOptionsOf, askingOptions, loadModel } from './asked.js';
import { converse } from './converse.js';
import { streamAnswer } from './stream-answer.js';

const options = { ...askingOptions, ...streamingOption } as const;

export const chat = defineCommand({
  usage: 'chat MODEL [--image FILE]… [--prompt TEXT]',
  summary:
    'Answers a question about images; without --prompt, holds a conversation that takes /image FILE, /reset, /save FILE and /help.',
  options,
  trails: 'frame',
  async run({ options, positionals, surroundings, output, signal }) {
    const prompt = options.text('prompt');
    if (prompt === undefined && output.format !== 'text') {
      throw usageError(`Expected --prompt with --${output.format}, got none; a conversation is for people.`);
    }
    const answering = await answerOptionsOf(options);
    const parts = writtenParts(options);
    const history = await writtenHistory(options);
    const pages = pagesOf(options);
    if (prompt === undefined) {
      if (options.texts('image').concat(options.texts('frame')).includes('-')) {
        throw usageError(
          "Expected --prompt with an image from '-', got none; a conversation reads standard input.",
        );
      }
      const model = await loadModel('chat', positionals, options, surroundings, output);
      try {
        await converse(model, { history, parts, pages, answering }, surroundings, output);
      } finally {
        await model.dispose();
      }
      return 0;
    }
    // Images first: a wrong path should not wait for a model.
    const turns = await readTurns(
      [...history, { role: 'user', parts: [...parts, { type: 'text', text: prompt }] }],
      { ...surroundings, pages },
    );
    const model = await loadModel('chat', positionals, options, surroundings, output);
    try {
      const answer = await streamAnswer(model.answer(turns, { ...answering, signal }), output);
      const document = answerDocument(answer);
      if (output.format === 'text') output.note(output.noteStyle.dim(timingLine(answer)));
      else output.result(output.format === 'jsonl' ? { type: 'answer', ...document } : document, '');
    } finally {
      await model.dispose();
    }
    return 0;
  },
});

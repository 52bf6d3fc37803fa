import { writeFile } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { AnswerOptions, Chat, Conversation } from '@internvl/chat';
import type { WrittenPart, WrittenTurn } from '../input/history.js';
import { imageBytes } from '../input/image-bytes.js';
import type { PageRange } from '../input/pdf-images.js';
import { readParts, readTurns } from '../input/turns.js';
import { describeError } from '../report-error.js';
import type { Output } from '../terminal/output.js';
import type { Surroundings } from '../terminal/surroundings.js';
import { timingLine } from './answer-document.js';
import { streamAnswer } from './stream-answer.js';

/** What a conversation starts with. */
export interface Start {
  readonly history: readonly WrittenTurn[];
  /** Images for the first question. */
  readonly parts: readonly WrittenPart[];
  /** Pages of PDF that are shown; all when undefined. */
  readonly pages: PageRange | undefined;
  readonly answering: Omit<AnswerOptions, 'signal'>;
}

const HELP = `Write a question and press Enter.
  /image FILE   add an image, or the pages of a PDF, to the next question
  /reset        forget everything that was said
  /save FILE    write the conversation as JSON, for --history
  /help         this
  /exit         leave, as Ctrl-D does
`;

/** Questions from standard input, line by line, until it ends. */
export async function converse(
  chat: Chat,
  start: Start,
  surroundings: Surroundings,
  output: Output,
): Promise<void> {
  const { stdin, stderr, signal } = surroundings;
  const from = { stdin, signal, pages: start.pages };
  const { maxTiles, ...answering } = start.answering;
  const opening = typeof maxTiles === 'object' ? answering : { ...answering, maxTiles };
  const open = async (history: readonly WrittenTurn[]): Promise<Conversation> =>
    chat.conversation({ ...opening, history: await readTurns(history, from) });

  let conversation = await open(start.history);
  let written: WrittenTurn[] = [...start.history];
  let waiting: WrittenPart[] = [...start.parts];
  const lines = createInterface({ input: stdin, terminal: false, signal });
  const ask = () => {
    if (stdin.isTTY === true) stderr.write(output.noteStyle.bold('> '));
  };
  const say = (line: string) => output.note(output.noteStyle.dim(line));

  const obey = async (command: string, argument: string): Promise<'go on' | 'leave'> => {
    switch (command) {
      case 'image':
        if (argument === '') say('Write /image FILE.');
        else {
          await imageBytes(argument, surroundings);
          waiting.push({ type: 'image', path: argument });
          say(`${argument} goes with the next question.`);
        }
        return 'go on';
      case 'reset':
        await conversation.dispose();
        conversation = await open([]);
        written = [];
        waiting = [];
        say('Forgotten.');
        return 'go on';
      case 'save':
        if (argument === '') say('Write /save FILE.');
        else {
          await writeFile(argument, `${JSON.stringify(written.map(absolute), null, 2)}\n`);
          say(`Wrote ${written.length} turns to ${argument}.`);
        }
        return 'go on';
      case 'exit':
        return 'leave';
      case 'help':
        output.note(HELP.trimEnd());
        return 'go on';
      default:
        say(`There is no /${command}; see /help.`);
        return 'go on';
    }
  };

  const answer = async (question: string) => {
    const parts: WrittenPart[] = [...waiting, { type: 'text', text: question }];
    // Also when the answer fails: an image that can't be read would fail every further question.
    waiting = [];
    const events = conversation.ask(await readParts(parts, from), { ...start.answering, signal });
    const finished = await streamAnswer(events, output);
    written.push(
      { role: 'user', parts },
      { role: 'assistant', parts: [{ type: 'text', text: finished.text }] },
    );
    say(timingLine(finished));
  };

  try {
    if (stdin.isTTY === true)
      say(`${chat.facts.backend}, ${chat.facts.precision}. /help says what you can write.`);
    ask();
    for await (const line of lines) {
      const text = line.trim();
      const [, command, argument = ''] = /^\/(\w+)(?:\s+(.*))?$/.exec(text) ?? [];
      try {
        if (command !== undefined) {
          if ((await obey(command, argument)) === 'leave') break;
        } else if (text !== '') {
          await answer(text);
        }
      } catch (error) {
        signal.throwIfAborted();
        // A wrong path or a full context ends neither the conversation nor what was said before.
        const { code, message } = describeError(error);
        if (stdin.isTTY !== true || code === 'internal') throw error;
        output.note(`${code}: ${message}`);
      }
      ask();
    }
    signal.throwIfAborted();
  } finally {
    lines.close();
    await conversation.dispose();
  }
}

/** Paths in a saved conversation lead to their images from every folder. */
function absolute(turn: WrittenTurn): WrittenTurn {
  return { role: turn.role, parts: turn.parts.map(absolutePart) };
}

function absolutePart(part: WrittenPart): WrittenPart {
  if (part.type === 'text') return part;
  if (part.type === 'video') return { type: 'video', paths: part.paths.map(absolutePath) };
  if ('paths' in part) return { type: 'image', paths: part.paths.map(absolutePath) };
  return { type: 'image', path: absolutePath(part.path) };
}

function absolutePath(path: string): string {
  return isAbsolute(path) || /^(https?|data):/i.test(path) ? path : resolve(path);
}

import { basename } from 'node:path';
import type { Answer, Chat, ImageTiled } from '@internvl/chat';
import type { Stop } from './tour.js';

/** Asks one question and prints everything about it as it happens. */
export async function show(
  chat: Chat,
  { task, image, question, expected }: Stop,
  print: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  print(`\n── ${task}: ${basename(image)}\n`);
  const turns = [
    {
      role: 'user' as const,
      parts: [
        { type: 'image' as const, image },
        { type: 'text' as const, text: question },
      ],
    },
  ];
  for await (const event of chat.answer(turns, { keepGrounding: true, maxNewTokens: 256, signal })) {
    switch (event.type) {
      case 'image-tiled':
        print(`   tiles     ${planLine(event)}\n`);
        break;
      case 'prompt-built':
        print(`   prompt    ${event.ids.length} tokens, ${event.imageTokens} of them visual\n`);
        print(`   question  ${question}\n   answer    `);
        break;
      case 'text-delta':
        print(event.text);
        break;
      case 'answer-finished':
        print('\n');
        if (expected !== undefined) print(`   expected  ${expected}\n`);
        for (const box of event.answer.boxes) {
          print(
            `   box       ${box.label}: ${box.left}, ${box.top} to ${box.right}, ${box.bottom} in image pixels\n`,
          );
        }
        print(`   time      ${timeLine(event.answer)}\n`);
    }
  }
}

function planLine({ width, height, columns, rows, tileSize, tiles, thumbnail }: ImageTiled): string {
  const grid = `${width} × ${height} pixels as ${columns} × ${rows} tiles of ${tileSize}`;
  return thumbnail ? `${grid} and a thumbnail, ${tiles} in all` : grid;
}

function timeLine({ timings, usage }: Answer): string {
  const { visionMs, prefillMs, decodeMs } = timings;
  const each = (milliseconds: number) => `${milliseconds.toFixed(0)} ms`;
  return `vision ${each(visionMs)}, prefill ${each(prefillMs)}, ${usage.outputTokens} new tokens ${each(decodeMs)}`;
}

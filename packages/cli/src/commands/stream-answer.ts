import { InternVLError } from '@internvl/backend';
import type { Answer, ChatEvent, ImageTiled } from '@internvl/chat';
import type { Output } from '../terminal/output.js';

/** Shows an answer while it is made: tile plan and progress as remarks, text as it comes, events with `--jsonl`. */
export async function streamAnswer(events: AsyncIterable<ChatEvent>, output: Output): Promise<Answer> {
  for await (const event of events) {
    if (event.type === 'answer-finished') {
      if (output.format === 'text') output.text('\n');
      return event.answer;
    }
    output.event(event);
    switch (event.type) {
      case 'image-tiled':
        output.note(output.noteStyle.dim(tilePlanLine(event)));
        break;
      case 'vision-progress':
        output.progress('vision', event.loaded, event.total);
        break;
      case 'prefill-progress':
        output.progress('prefill', event.loaded, event.total);
        break;
      case 'text-delta':
        output.text(event.text);
        break;
    }
  }
  throw new InternVLError(
    'answer-missing',
    'Expected an answer at the end of the stream, got none; ask again.',
  );
}

/** `image 1: 640 × 480, grid 4 × 3 of 448 px, 12 tiles and a thumbnail`. */
function tilePlanLine({
  image,
  width,
  height,
  columns,
  rows,
  tiles,
  tileSize,
  thumbnail,
}: ImageTiled): string {
  const cut = columns * rows === 1 ? 'one tile' : `grid ${columns} × ${rows}, ${columns * rows} tiles`;
  const whole = thumbnail ? ' and a thumbnail' : '';
  const total = thumbnail ? `, ${tiles} in all` : '';
  return `image ${image + 1}: ${width} × ${height}, ${cut} of ${tileSize} px${whole}${total}`;
}

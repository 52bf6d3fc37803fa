import { InternVLError } from '@internvl/backend';

/** Most characters of one event. */
const MOST = 16 * 1024 * 1024;

/**
 * The data of server-sent events as they come, whatever pieces the bytes come in. Comments, names and ids are passed by.
 *
 * @throws `remote-unreadable` for an event without an end; whatever the stream throws
 * @see HTML Standard, section 9.2.6 "Interpreting an event stream"
 */
export async function* serverEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder();
  let rest = '';
  let data: string[] = [];
  let held = 0;
  for await (const bytes of body) {
    const piece = decoder.decode(bytes, { stream: true });
    // A carriage return at the end may be half of a line end. A line is looked through once, however many its pieces.
    const lines =
      rest.endsWith('\r') || /[\r\n]/.test(piece) ? (rest + piece).split(/\r\n|\n|\r(?!$)/) : [rest + piece];
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) yield data.join('\n');
        data = [];
        held = 0;
      } else if (line === 'data' || line.startsWith('data:')) {
        const value = line.slice(5).replace(/^ /, '');
        data.push(value);
        held += value.length;
      }
    }
    if (rest.length + held > MOST) {
      throw new InternVLError(
        'remote-unreadable',
        `Expected server-sent events of at most ${MOST} characters, got a longer one; is this an OpenAI-compatible server?`,
        { most: MOST },
      );
    }
  }
  // An event counts when its empty line has come; servers that close at once behind the last line mean it too.
  const last = rest.replace(/\r$/, '');
  if (last.startsWith('data:')) data.push(last.slice(5).replace(/^ /, ''));
  if (data.length > 0) yield data.join('\n');
}

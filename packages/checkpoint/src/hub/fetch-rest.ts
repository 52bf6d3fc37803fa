import { InternVLError } from '@internvl/backend';
import type { DownloadSink } from '../source/checkpoint.js';
import { bodyOf, type Connection, PassingFault, withRetries } from './connection.js';

export interface WantedFile {
  readonly name: string;
  /** Bytes, as published. */
  readonly size: number;
}

/**
 * Gives a sink the bytes of a file that it has not got yet: by a range where the server knows ranges, else from the first
 * byte; again and again while the connection breaks and bytes arrive.
 *
 * @param ask one request with these headers
 * @throws `size-mismatch` when more comes than the file has; `network`; what `ask` and the sink throw; `signal.reason`
 */
export async function fetchRest(
  connection: Connection,
  file: WantedFile,
  ask: (headers: Readonly<Record<string, string>>) => Promise<Response>,
  sink: DownloadSink,
): Promise<void> {
  await withRetries(connection, file.name, async (progressed) => {
    const first = sink.loaded;
    if (first === file.size) return;
    const response = await ask(first > 0 ? { range: `bytes=${first}-` } : {});
    if (first > 0 && !continuesAt(response, first)) await sink.restart();
    for await (const chunk of bodyOf(response, connection)) {
      if (sink.loaded + chunk.length > file.size) throw sizeMismatch(file, sink.loaded + chunk.length);
      await sink.append(chunk);
      progressed();
    }
    if (sink.loaded < file.size) {
      throw new PassingFault(`the body ended at byte ${sink.loaded} of ${file.size}`);
    }
  });
}

/**
 * Whether an answer to a range begins at its first byte. A server may answer with the whole file instead; one that says it
 * answers with another range is wrong.
 */
export function continuesAt(response: Response, first: number): boolean {
  if (response.status !== 206) return false;
  const said = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
  if (said === undefined || Number(said) === first) return true;
  throw new PassingFault(`bytes from ${said} where those from ${first} were asked for`);
}

export function sizeMismatch(file: WantedFile, found: number): InternVLError {
  return new InternVLError(
    'size-mismatch',
    `Expected ${file.name} to have the published ${file.size} bytes, found at least ${found}; what was fetched has been removed, try again.`,
    { file: file.name, expected: file.size, found },
  );
}

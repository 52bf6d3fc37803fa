import { DatasetError } from '../../error.js';
import { place, refused, type S3Options, signing } from '../../node/s3-source.js';

/** The store takes parts of 5 MiB and more, but for the last, and 10 000 of them: 160 GB. */
const PART = 16 * 2 ** 20;

/**
 * An object written in parts (multipart upload), which appears when all are there.
 *
 * @throws `network` when the store refuses; the upload is then taken back
 */
export async function writeS3(
  address: string,
  pieces: AsyncIterable<Uint8Array>,
  options: S3Options = {},
  signal?: AbortSignal,
): Promise<void> {
  const { url } = place(address, options);
  const fetch = signing(options);
  const send = async (query: string, init: RequestInit): Promise<Response> => {
    const response = await fetch(`${url}${query}`, { ...init, ...(signal && { signal }) });
    if (response.ok) return response;
    throw refused(address, response.status, await response.text());
  };
  const begun = await (await send('?uploads=', { method: 'POST' })).text();
  const upload = /<UploadId>(.*?)<\/UploadId>/s.exec(begun)?.[1];
  if (upload === undefined) {
    throw new DatasetError(
      'network',
      `Expected an upload id for ${address}, got none; does the store speak S3?`,
      { address },
    );
  }
  const id = encodeURIComponent(upload);
  try {
    const tags: string[] = [];
    const put = async (body: Uint8Array) => {
      const response = await send(`?partNumber=${tags.length + 1}&uploadId=${id}`, {
        method: 'PUT',
        body: new Uint8Array(body),
      });
      await response.body?.cancel();
      tags.push(response.headers.get('etag') ?? '');
    };
    let part = new Uint8Array(PART);
    let filled = 0;
    for await (const piece of pieces) {
      let rest = piece;
      while (rest.length > 0) {
        const some = rest.subarray(0, PART - filled);
        part.set(some, filled);
        filled += some.length;
        rest = rest.subarray(some.length);
        if (filled === PART) {
          await put(part);
          part = new Uint8Array(PART);
          filled = 0;
        }
      }
    }
    if (filled > 0 || tags.length === 0) await put(part.subarray(0, filled));
    const parts = tags.map(
      (tag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${tag}</ETag></Part>`,
    );
    const done = await send(`?uploadId=${id}`, {
      method: 'POST',
      body: `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`,
    });
    // The store answers 200 first and may still fail in the body.
    const body = await done.text();
    if (/<Error>/.test(body)) throw refused(address, done.status, body);
  } catch (error) {
    const taken = await fetch(`${url}?uploadId=${id}`, { method: 'DELETE' }).catch(() => undefined);
    await taken?.body?.cancel();
    throw error;
  }
}

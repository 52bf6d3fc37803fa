import { ApiError } from '../api-error.js';

/** Tells whether a request has one of the keys, in a time that does not depend on which, or on how much of it is right. */
export class KeyCheck {
  readonly #digests: Promise<readonly Uint8Array[]> | undefined;

  constructor(keys: readonly string[] | undefined) {
    this.#digests = keys && Promise.all(keys.map(digest));
  }

  /**
   * @returns who asks, for the fairness of the queue: a name for the key; undefined where there are no keys
   * @throws 401
   */
  async client(request: Request): Promise<string | undefined> {
    if (this.#digests === undefined) return undefined;
    const [, given] = /^Bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '') ?? [];
    const offered = await digest(given ?? '');
    let found = -1;
    for (const [index, known] of (await this.#digests).entries()) {
      let difference = given === undefined ? 1 : 0;
      for (let at = 0; at < known.length; at++) difference |= known[at]! ^ offered[at]!;
      if (difference === 0) found = index;
    }
    if (found >= 0) return `key ${found}`;
    throw new ApiError(
      401,
      'invalid_api_key',
      given === undefined
        ? 'Expected a key as authorization: Bearer KEY, got none; send one.'
        : 'Expected a known key, got another one; check it.',
      { headers: { 'www-authenticate': 'Bearer' } },
    );
  }
}

async function digest(key: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key)));
}

/** The client's own id where it sent a plain one, else a new one. */
export function requestId(request: Request): string {
  const given = request.headers.get('x-request-id');
  return given !== null && /^[\w.:-]{1,128}$/.test(given) ? given : newId('req_');
}

/** An id that nobody guesses: a prefix and 24 hexadecimal digits. */
export function newId(prefix: string): string {
  return prefix + crypto.randomUUID().replaceAll('-', '').slice(0, 24);
}

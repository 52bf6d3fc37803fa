/** A kept file as the answer to a request: all of it, or the range that was asked for; with more headers. */
export async function keptResponse(
  request: Request,
  kept: Response,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  const all = new Headers(kept.headers);
  for (const [name, value] of Object.entries(headers)) all.set(name, value);
  // The body is decoded already.
  if (all.has('Content-Encoding')) {
    all.delete('Content-Encoding');
    all.delete('Content-Length');
  }
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get('Range') ?? '') ?? [];
  if (first === undefined || kept.status !== 200) {
    return new Response(kept.body, { status: kept.status, statusText: kept.statusText, headers: all });
  }
  const whole = await kept.blob();
  const start = Number(first);
  const end = Math.min(last ? Number(last) + 1 : whole.size, whole.size);
  if (start >= end)
    return new Response(null, { status: 416, headers: { 'Content-Range': `bytes */${whole.size}` } });
  all.set('Content-Range', `bytes ${start}-${end - 1}/${whole.size}`);
  all.set('Content-Length', `${end - start}`);
  return new Response(whole.slice(start, end), { status: 206, headers: all });
}

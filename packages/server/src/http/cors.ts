/** Origins whose pages may read what the server says; `'*'` lets all. */
export type AllowedOrigins = readonly string[] | '*';

/** Headers that let a page of another origin read a response; none where it may not, or where nobody asks. */
export function corsHeaders(request: Request, origins: AllowedOrigins): Record<string, string> {
  const origin = request.headers.get('origin');
  if (origin === null || (origins !== '*' && !origins.includes(origin))) return {};
  return {
    'access-control-allow-origin': origins === '*' ? '*' : origin,
    'access-control-expose-headers': 'x-request-id, retry-after',
    ...(origins !== '*' && { vary: 'Origin' }),
  };
}

/** The answer to a browser that asks first. */
export function preflight(request: Request, origins: AllowedOrigins): Response {
  const allowed = corsHeaders(request, origins);
  if (Object.keys(allowed).length === 0) return new Response(null, { status: 204 });
  // Clients of OpenAI send headers of their own, so those asked for are those allowed.
  const asked = request.headers.get('access-control-request-headers') ?? '';
  return new Response(null, {
    status: 204,
    headers: {
      ...allowed,
      'access-control-allow-methods': 'GET, POST',
      ...(/^[\w\s,-]{1,1000}$/.test(asked) && { 'access-control-allow-headers': asked }),
      'access-control-max-age': '600',
    },
  });
}

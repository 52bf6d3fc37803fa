import { headers } from './headers.js';
import { keptResponse } from './kept-response.js';

declare const self: ServiceWorkerGlobalScope;
/** Every file of the build and the digest of its content; the build writes it here. */
declare const BUILT_FILES: Readonly<Record<string, string>>;

const CACHE = 'page';
const page = new URL('./', self.location.href);
/** Where a file of the build is kept: its address with its digest, so that another version is another entry. */
const kept = new Map(
  Object.entries(BUILT_FILES).map(([file, digest]) => [
    new URL(file, page).href,
    new URL(`${file}?digest=${digest}`, page).href,
  ]),
);

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(activate()));
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  // Models of the Hub are none of this worker's business: they are stored converted.
  if (request.method !== 'GET' || origin !== page.origin) return;
  const address =
    request.mode === 'navigate' ? `${origin}${pathname}`.replace(/\/$/, '/index.html') : request.url;
  const key = kept.get(address);
  if (key) event.respondWith(fromCache(request, key));
});

/** Fetches what is not kept yet; unchanged files of the version before stay. */
async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  for (const [address, key] of kept) {
    if (await cache.match(key)) continue;
    const response = await fetch(address, { cache: 'no-cache' });
    if (!response.ok) throw new Error(`Expected ${address}, got status ${response.status}.`);
    await cache.put(key, response);
  }
}

async function activate(): Promise<void> {
  const cache = await caches.open(CACHE);
  const wanted = new Set(kept.values());
  for (const { url } of await cache.keys()) if (!wanted.has(url)) await cache.delete(url);
  await self.clients.claim();
}

async function fromCache(request: Request, key: string): Promise<Response> {
  const cache = await caches.open(CACHE);
  const found = (await cache.match(key)) ?? (await fetch(request));
  return keptResponse(request, found, headers);
}

import type { PageState } from '../state.js';

/**
 * Lets the page work without the network. Where the server sets no isolation headers, the service worker sets them, which
 * takes effect with the next load; the visitor is told.
 */
export async function registerServiceWorker({ notice }: PageState): Promise<void> {
  // The development server has neither a built service worker nor a use for one.
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  try {
    await navigator.serviceWorker.register(new URL('service-worker.js', document.baseURI));
    await navigator.serviceWorker.ready;
  } catch {
    // Private windows and full disks refuse service workers; everything but going offline works without.
    return;
  }
  if (crossOriginIsolated) return;
  const reload = { label: (w: { readonly reload: string }) => w.reload, act: () => location.reload() };
  notice.set({ message: (w) => w.notIsolated, step: reload });
}

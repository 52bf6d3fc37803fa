import type { PageState } from '../state.js';

const LONG_MS = 30_000;

/** Tells, when the visitor comes back while something is under way, what hiding the tab did to it. */
export function watchHiddenTab({ answering, loading, notice }: PageState): void {
  let hiddenAt = 0;
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) {
      hiddenAt = performance.now();
      return;
    }
    const busy = answering.value !== undefined || loading.value !== undefined;
    if (busy && performance.now() - hiddenAt > LONG_MS) notice.set({ message: (w) => w.wasHidden });
  });
  // The browser threw the page away while it was hidden, and has just loaded it again.
  if ('wasDiscarded' in document && document.wasDiscarded === true)
    notice.set({ message: (w) => w.wasDiscarded });
}

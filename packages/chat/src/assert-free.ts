import { InternVLError } from '@internvl/backend';

/** @throws `conversation-busy` while it answers; `conversation-disposed` when it was */
export function assertFree({ busy, disposed }: { readonly busy: boolean; readonly disposed: boolean }): void {
  if (!busy && !disposed) return;
  throw new InternVLError(
    busy ? 'conversation-busy' : 'conversation-disposed',
    busy
      ? 'Expected a conversation that is not answering, got one that is; let that answer end, or leave it, first.'
      : 'Expected a conversation that is open, got one that was disposed; start a new one.',
  );
}

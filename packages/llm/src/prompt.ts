import type { Tensor } from '@internvl/backend';

/** Positions `start` to `end` (exclusive) of a prompt. */
export interface SlotRange {
  readonly start: number;
  readonly end: number;
}

/** What goes through a prefill: ids, and visual tokens for the slots among them. */
export interface Prompt {
  /** Token ids, `[tokens]`. */
  readonly ids: ArrayLike<number>;
  /** One tensor `[visualTokens, hidden]` or several that follow each other, in the order of the slots. */
  readonly visualTokens?: Tensor<'float32'> | readonly Tensor<'float32'>[] | undefined;
  /** The id of `<IMG_CONTEXT>`. Without it nothing is a slot. */
  readonly slotId?: number | undefined;
  /**
   * Where slots may be: only there does `slotId` wait for a visual token; elsewhere (an earlier answer, say) it is
   * an ordinary token. When left out, every `slotId` is a slot.
   */
  readonly slots?: readonly SlotRange[] | undefined;
}

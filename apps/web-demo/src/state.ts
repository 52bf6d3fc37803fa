import type { DeviceFacts } from '@internvl/backend-web';
import type { Chat, GroundedBox } from '@internvl/chat';
import type { StoredModel } from '@internvl/checkpoint/web';
import type { PlanOptions } from '@internvl/tiling';
import type { Failure, Notice } from './failures/failure.js';
import type { PageImage } from './images/page-image.js';
import type { LoadingState } from './model/loading-state.js';
import { Cell } from './page/cell.js';

/** The model that answers. */
export interface OpenModel {
  readonly name: string;
  readonly chat: Chat;
  /** Opens it again, in a new worker when the old one is gone. */
  readonly reopen: () => void;
}

/** What a model runs on: told when it is opened, and by each answer, for a device may be lost. */
export interface Runtime {
  readonly backend: string;
  readonly precision: string;
}

/** Everything the page knows. Parts of the page watch what they show; only the files named below set it. */
export interface PageState {
  /** Set by `model/open-model.ts`; `runtime` by `talk/ask.ts` too. */
  readonly model: Cell<OpenModel | undefined>;
  readonly runtime: Cell<Runtime | undefined>;
  readonly loading: Cell<LoadingState | undefined>;
  readonly stored: Cell<readonly StoredModel[]>;
  readonly device: Cell<DeviceFacts | undefined>;
  /** Set by `images/image-panel.ts` and what it is made of. */
  readonly images: Cell<readonly PageImage[]>;
  readonly shownImage: Cell<number>;
  readonly maxTiles: Cell<number>;
  /** How the open model cuts images. */
  readonly tiling: Cell<PlanOptions>;
  /** Set by `talk/ask.ts`: tiles of this answer that went through the encoder, and what the last answer points at. */
  readonly tilesDone: Cell<number>;
  readonly boxes: Cell<readonly GroundedBox[]>;
  readonly answering: Cell<AbortController | undefined>;
  /** Set by whoever meets one; shown until the visitor goes on. */
  readonly failure: Cell<Failure | undefined>;
  readonly notice: Cell<Notice | undefined>;
  /** Whether the model dialog is asked for. */
  readonly choosing: Cell<boolean>;
}

export function pageState(): PageState {
  return {
    model: new Cell<OpenModel | undefined>(undefined),
    runtime: new Cell<Runtime | undefined>(undefined),
    loading: new Cell<LoadingState | undefined>(undefined),
    stored: new Cell<readonly StoredModel[]>([]),
    device: new Cell<DeviceFacts | undefined>(undefined),
    images: new Cell<readonly PageImage[]>([]),
    shownImage: new Cell(0),
    maxTiles: new Cell(12),
    tiling: new Cell<PlanOptions>({}),
    tilesDone: new Cell(0),
    boxes: new Cell<readonly GroundedBox[]>([]),
    answering: new Cell<AbortController | undefined>(undefined),
    failure: new Cell<Failure | undefined>(undefined),
    notice: new Cell<Notice | undefined>(undefined),
    choosing: new Cell(false),
  };
}

import type { ModelConfig } from '@internvl/checkpoint';
import type { LanguageModel } from '@internvl/llm';
import type { Tokenizer } from '@internvl/tokenizer';
import type { VisionEncoder } from '@internvl/vision';
import type { FormatCompiler } from './formats/format-compiler.js';
import type { DecodeFile } from './images/decode-image.js';
import type { ModelIdentity } from './loading/model-identity.js';
import type { PromptStyle } from './prompt/prompt-style.js';
import type { ByteStore } from './tile-store/byte-store.js';

/** The language side of a model. */
export interface LanguageSide {
  readonly model: LanguageModel;
  readonly tokenizer: Pick<Tokenizer, 'decode' | 'decodeStream' | 'tokenBytes'>;
  /** Of this tokenizer. */
  readonly formats: FormatCompiler;
  readonly prompts: PromptStyle;
}

/** Everything a chat is made of, loaded. */
export interface ChatModel {
  readonly config: ModelConfig;
  readonly vision: VisionEncoder;
  /** Absent for a vision tower alone. */
  readonly language?: LanguageSide | undefined;
  /** Absent where only decoded images can be taken. */
  readonly decodeFile?: DecodeFile | undefined;
  /** Where it is known: nothing of a model without one outlives the program. */
  readonly identity?: ModelIdentity | undefined;
  /** Where visual tokens are kept beyond this program. */
  readonly byteStore?: ByteStore | undefined;
  /** Name of the backend that loaded the graphs. */
  readonly backend: string;
  readonly precision: string;
  /** Milliseconds that loading took. */
  readonly loadMs: number;
  /** Milliseconds since some start. */
  readonly clock: () => number;
  /** Frees what the graphs ran on, once they are freed themselves. */
  readonly release?: (() => void | Promise<void>) | undefined;
}

import type { AnswerOptions } from '@internvl/chat';
import type { WantedConversation } from '../openai/messages.js';

/** What a client asks a model, whichever route it came by. */
export interface AnswerRequest {
  readonly model: string;
  readonly conversation: WantedConversation;
  /** How the answer is made; images and the signal come later. */
  readonly options: Omit<AnswerOptions, 'signal' | 'system' | 'maxTiles'>;
  /** Answers wanted. */
  readonly choices: number;
  readonly stream: boolean;
}

import type { WantedConversation } from '../openai/messages.js';
import type { AnswerDefaults } from '../server-options.js';

/** What a client asks a model, whichever route it came by. */
export interface AnswerRequest {
  readonly model: string;
  readonly conversation: WantedConversation;
  /** How the answer is made, defaults included. */
  readonly options: AnswerDefaults;
  /** Answers wanted. */
  readonly choices: number;
  readonly stream: boolean;
}

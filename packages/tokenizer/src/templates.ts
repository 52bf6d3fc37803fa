export type { ConversationTemplate, Generation } from './prompt/conversation-template-spec.js';
export type {
  Prompt,
  PromptImage,
  PromptOptions,
  PromptPart,
  PromptSlots,
  PromptText,
  PromptTurn,
} from './prompt/prompt-spec.js';

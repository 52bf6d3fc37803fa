export { buildPrompt } from './prompt/build-prompt.js';
export {
  type ConversationTemplateOptions,
  conversationTemplate,
  type TemplateName,
  templateNames,
} from './prompt/conversation-template.js';
export type {
  ConversationTemplate,
  Frame,
  Generation,
  TurnFrame,
} from './prompt/conversation-template-spec.js';
export { imageLines } from './prompt/image-lines.js';
export type {
  Prompt,
  PromptImage,
  PromptOptions,
  PromptPart,
  PromptSlots,
  PromptText,
  PromptTurn,
  PromptVideo,
} from './prompt/prompt-spec.js';
export { systemMessages, thinkingMessage } from './prompt/system-messages.js';
export { type GenerationHints, templateGeneration } from './prompt/template-generation.js';
export { pythonSpace, stripSpaces } from './text/white-space.js';

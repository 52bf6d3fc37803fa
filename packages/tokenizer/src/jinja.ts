export { chatTemplateOf } from './jinja/chat-template.js';
export { type JinjaPromptOptions, type JinjaTurn, jinjaPrompt } from './jinja/jinja-prompt.js';

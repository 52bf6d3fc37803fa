/** The checkpoints' generations, as far as their prompts differ. */
export type Generation = '1.1' | '1.5' | '2.0' | '2.5';

/** One of the built-in conversation templates, `config.template` names it. */
export interface ConversationTemplate {
  readonly name: string;
  readonly systemMessage: string;
  /** What stands around the system message: `<|im_start|>system\n` and the separator. */
  readonly system: { readonly before: string; readonly after: string };
  /** What stands around a turn; an open assistant turn is `open` alone. */
  readonly user: { readonly before: string; readonly after: string };
  readonly assistant: { readonly before: string; readonly after: string; readonly open: string };
  /** Text of the token that ends an answer: `<|im_end|>`. */
  readonly stop: string;
}

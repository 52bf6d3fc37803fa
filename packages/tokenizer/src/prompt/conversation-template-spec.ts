/** Generations of checkpoints that share template names but not system messages. */
export type Generation = '1.5' | '2.0';

/** What stands around something. */
export interface Frame {
  readonly before: string;
  readonly after: string;
}

/** What stands around a turn; an empty one, or one that is still open, is `empty` alone. */
export interface TurnFrame extends Frame {
  readonly empty: string;
}

/** One of the built-in conversation templates; `config.template` names it. */
export interface ConversationTemplate {
  readonly name: string;
  readonly systemMessage: string;
  readonly system: Frame;
  readonly user: TurnFrame;
  readonly assistant: TurnFrame;
  /** Behind an assistant turn that ends the text, where that differs: `<|return|>`. */
  readonly end: string;
  /** Text of the token that ends an answer: `<|im_end|>`. */
  readonly stop: string;
}

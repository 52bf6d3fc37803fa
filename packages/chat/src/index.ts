export type { Box, RgbImage, TileBox } from '@internvl/tiling';
export type {
  Answer,
  BuiltPrompt,
  GroundedBox,
  TiledImage,
  Timings,
  TokenLikelihood,
  TokenLogprobs,
  Usage,
} from './answer.js';
export type {
  BatchQuestion,
  Chat,
  Conversation,
  ConversationOptions,
  FeatureOptions,
  ModelFacts,
  TileFeatures,
  Trace,
} from './chat.js';
export type { ChatModel, LanguageSide } from './chat-model.js';
export { type EmbedImageOptions, embedImage } from './embed-image.js';
export type {
  AnswerFinished,
  ChatEvent,
  ImageNotice,
  ImageTiled,
  PrefillProgress,
  PromptBuilt,
  TextDelta,
  VisionProgress,
} from './event.js';
export { finishedAnswer } from './finished-answer.js';
export { assertFormat, type FormatCompiler, formatCompiler } from './formats/format-compiler.js';
export type { Decoded, DecodeFile } from './images/decode-image.js';
export type { LoadOptions, LoadProgress } from './load-options.js';
export type { ModelIdentity } from './loading/model-identity.js';
export { LocalChat, type LocalChatOptions } from './local-chat.js';
export type { MemoryNeeds } from './memory/memory-needs.js';
export { type MemoryPlan, type MemoryPlanOptions, planMemory } from './memory/memory-plan.js';
export { memoryWords } from './memory/memory-words.js';
export type { AnswerOptions, GenerationOptions, TileOptions } from './options.js';
export type { PlacedPart, PlacedTurn, PromptStyle, PromptStyleOptions } from './prompt/prompt-style.js';
export { type PromptStyleSource, promptStyleOf } from './prompt/prompt-style-of.js';
export type { GrammarFormat, JsonFormat, ResponseFormat } from './response-format.js';
export type { ByteStore, StoredBytes } from './tile-store/byte-store.js';
export { memoryByteStore } from './tile-store/memory-byte-store.js';
export type { ImageInput, ImagePart, Part, TextPart, Turn, VideoPart } from './turn.js';

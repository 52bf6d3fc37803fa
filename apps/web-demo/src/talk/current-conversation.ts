import type { Chat, Conversation, Part } from '@internvl/chat';
import type { PageImage } from '../images/page-image.js';
import type { PageState } from '../state.js';

/** What a conversation is about. Another model, image or tile limit means another conversation. */
interface Topic {
  readonly chat: Chat;
  readonly images: readonly PageImage[];
  readonly maxTiles: number;
}

/** The conversation under way, begun anew when its topic has changed. */
export class CurrentConversation {
  #topic: Topic | undefined;
  #conversation: Conversation | undefined;

  get conversation(): Conversation | undefined {
    return this.#conversation;
  }

  /** The conversation about what the page shows now; none while no model is open. */
  about({ model, images, maxTiles }: PageState): Conversation | undefined {
    if (!model.value) return undefined;
    const topic = { chat: model.value.chat, images: images.value, maxTiles: maxTiles.value };
    if (!this.#conversation || !same(this.#topic, topic)) {
      void this.#conversation?.dispose();
      this.#topic = topic;
      // As the visitor sees a photograph: turned as its file says.
      this.#conversation = topic.chat.conversation({ maxTiles: topic.maxTiles, exif: true });
    }
    return this.#conversation;
  }
}

function same(one: Topic | undefined, other: Topic): boolean {
  return one?.chat === other.chat && one.images === other.images && one.maxTiles === other.maxTiles;
}

/** The first question brings the images; later ones are about the same. */
export function questionParts({ turns }: Conversation, images: readonly PageImage[], text: string): Part[] {
  const shown = turns.length === 0 ? images.map(({ file }): Part => ({ type: 'image', image: file })) : [];
  return [...shown, { type: 'text', text }];
}

import { createHash } from 'node:crypto';
import { isJsonList, isJsonObject, type JsonValue } from '../sample/json.js';

const characters =
  '天地人你我他山水火木金土日月星云风雨雪电花草树林鸟鱼马牛羊狗猫车船路桥门窗桌椅书笔纸灯红黄蓝绿白黑大小多少高低长短远近前后左右上下里外东西南北春夏秋冬早晚快慢新旧好坏';

/** A made-up translation into Chinese: the same for the same text, marks and numbers kept, every word another two characters. */
export function pseudoTranslation(text: string): string {
  return text
    .split(/(⟦[^⟧]*⟧|\d+)/)
    .map((piece, index) =>
      index % 2 === 1 ? piece : piece.replaceAll(/\s*([A-Za-z][\w'’-]*)\s*/g, (_, word: string) => two(word)),
    )
    .join('');
}

function two(word: string): string {
  const digest = createHash('sha256').update(word.toLowerCase()).digest();
  return [digest[0]!, digest[1]!].map((byte) => characters[byte % characters.length]).join('');
}

/** What a translator that makes things up answers to the JSON of our prompt. */
export function pseudoAnswer(question: string): string {
  const value: JsonValue = JSON.parse(question);
  if (!isJsonObject(value) || !isJsonList(value.segments)) throw new Error(`no segments: ${question}`);
  const segments = value.segments.map((segment) => {
    if (!isJsonObject(segment) || typeof segment.text !== 'string') throw new Error('no text');
    return { id: segment.id ?? 0, text: pseudoTranslation(segment.text) };
  });
  return JSON.stringify({ segments });
}

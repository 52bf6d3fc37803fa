/** What a token of a vocabulary is; the numbers are those of SentencePiece's files. */
export const normal = 1;
export const unknown = 2;
/** Stands for no text: `<s>`. */
export const control = 3;
/** Found in text as it is, and never merged. */
export const userDefined = 4;
/** Never made of text. */
export const unused = 5;
/** `<0x41>` */
export const oneByte = 6;

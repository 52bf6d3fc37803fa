/** Cuts text into words before merging. */
export interface Splitter {
  /** End of the word that starts at `from`; words follow each other without gaps. */
  next(text: string, from: number): number;
}

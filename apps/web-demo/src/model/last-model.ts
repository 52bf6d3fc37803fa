const STORED = 'last-model';

/** Notes the stored model that is open, for the next visit. */
export function rememberModel(name: string): void {
  localStorage.setItem(STORED, name);
}

/** Name of the model of the last visit. */
export function lastModel(): string | undefined {
  return localStorage.getItem(STORED) ?? undefined;
}

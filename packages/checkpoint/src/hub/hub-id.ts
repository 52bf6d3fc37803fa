/** A model on the Hub: `OpenGVLab/InternVL2-1B`, `OpenGVLab/InternVL2-1B@refs/pr/3`. */
export interface HubId {
  /** `owner/name` */
  readonly repo: string;
  /** Branch, tag or commit. */
  readonly revision: string;
}

const DEFAULT_REVISION = 'main';

/** A commit as Git writes it. */
export function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}

/** Undefined for text that cannot be a Hub id. */
export function parseHubId(text: string): HubId | undefined {
  const match = /^([\w.-]+\/[\w.-]+?)(?:@([\w./-]+))?$/.exec(text);
  const repo = match?.[1];
  if (repo === undefined) return undefined;
  const revision = match?.[2] ?? DEFAULT_REVISION;
  const parts = [...repo.split('/'), ...revision.split('/')];
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return undefined;
  return { repo, revision };
}

/** Where a Hub hands out a file at a commit. */
export function fileUrl(
  { endpoint }: { endpoint: string },
  { repo }: HubId,
  commit: string,
  name: string,
): string {
  return `${endpoint}/${repo}/resolve/${commit}/${encodeURIComponent(name)}`;
}

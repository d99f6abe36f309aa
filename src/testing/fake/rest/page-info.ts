import { isRecord, parseJson } from '../../../internal/json.ts';

/** Where a page begins or ends, and what the first page was filtered by. */
export interface PageInfo {
  readonly direction: 'next' | 'previous';
  /** Number of the entry that the page comes after, or before. */
  readonly id: string;
  readonly filters: Readonly<Record<string, string>>;
}

/** Writes `page_info`, which callers take as it is. */
export function writePageInfo(info: PageInfo): string {
  return Buffer.from(JSON.stringify(info)).toString('base64url');
}

/** Reads `page_info`; `undefined` for what was not written by this. */
export function readPageInfo(text: string): PageInfo | undefined {
  const info = parseJson(Buffer.from(text, 'base64url').toString());
  if (!isRecord(info) || typeof info.id !== 'string' || !/^\d+$/.test(info.id)) return undefined;
  const { direction, id, filters } = info;
  if ((direction !== 'next' && direction !== 'previous') || !isRecord(filters)) return undefined;
  const texts = Object.entries(filters).map(([name, value]) => [name, String(value)]);
  return { direction, id, filters: Object.fromEntries(texts) };
}

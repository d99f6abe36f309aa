const maxLength = 255;

/** Letters that do not come apart into a plain one and an accent. */
const letters: Readonly<Record<string, string>> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd' };

/** The handle that Shopify makes of a text: letters and digits of any script, accents off, joined by hyphens. */
export function handleFrom(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .replaceAll(/[ßæœøłđ]/g, (letter) => letters[letter] ?? '')
    .replaceAll(/['’"()[\]]/g, '')
    .replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, maxLength);
}

/** The handle itself, or the first of `handle-1`, `handle-2`, … that is free. */
export function freeHandle(handle: string, isTaken: (candidate: string) => boolean): string {
  const base = handle || 'product';
  let candidate = base;
  for (let number = 1; isTaken(candidate); number++) candidate = `${base}-${number}`;
  return candidate;
}

/**
 * A seeded generator of numbers in [0, 1): the same seed gives the same run. This is mulberry32, a
 * public-domain generator with 32 bits of state; fit for tests, not for secrets.
 *
 * @param topic Gives each feature numbers of its own, so that one does not change the luck of another.
 */
// @ts-nocheck

export function createRandom(seed: number, topic?: string): () => number {
  let state = (topic === undefined ? seed : seed ^ hashText(topic)) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A 32-bit hash of a text (FNV-1a): seeds and ids that follow from a name. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** An identifier in the form of a UUID. */
export function randomId(random: () => number): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** A key for token stores in tests. */
// @ts-nocheck

export const key = { id: 'test', secret: Uint8Array.from({ length: 32 }, (_, at) => (at * 73 + 41 * at * at) % 251) };

import { hash } from 'node:crypto';

/**
 * A UUID that only that job of that queue has: the same in each attempt, in whichever process, and when the job
 * is queued again. Version 8 of RFC 9562 (a layout of one's own), from a SHA-256 of both names.
 */
export function deriveIdempotencyKey(queue: string, jobId: string): string {
  const bytes = hash('sha256', JSON.stringify([queue, jobId]), 'buffer').subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

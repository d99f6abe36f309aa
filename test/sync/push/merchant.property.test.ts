import fc from 'fast-check';
import { describe, it } from 'vitest';
import { anyStory, tell } from './merchant-story.ts';

/** More with PUSH_STORIES=2000, and others with PUSH_SEED. */
const numRuns = Number(process.env['PUSH_STORIES'] ?? 25);
const seed = Number(process.env['PUSH_SEED'] ?? 1);

describe('whatever a merchant changes between two pushes', () => {
  it('nothing of it is lost, all is told, nothing is sent twice, and a rollback puts it back', async () => {
    await fc.assert(fc.asyncProperty(anyStory, tell), { numRuns, seed });
  });
});

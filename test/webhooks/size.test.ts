import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { staticPartOf } from '../../.ci/tools/static-part.ts';

test('shopwright/webhooks takes at most 5.6 KB, minified and gzipped, and no dependency', async () => {
  const { code, packages } = await staticPartOf('src/entries/webhooks.ts');
  expect(code.includes('createWebhookHandler')).toBe(true);
  expect(packages.filter((name) => !name.startsWith('node:'))).toEqual([]);
  expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(5_600);
});

test('what a handler loads besides has no dependency either', async () => {
  const { packages } = await staticPartOf('src/webhooks/ingest/accept.ts');
  expect(packages.filter((name) => !name.startsWith('node:'))).toEqual([]);
});

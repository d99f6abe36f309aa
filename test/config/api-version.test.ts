import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { generatedApiVersion, resolveApiVersion } from 'shopwright/config';
import { describe, expect, it } from 'vitest';

const at = (text: string): number => Date.parse(text);
const autumn2026 = at('2026-11-15T00:00:00Z');
const warningOf = (version: string | undefined, now: number): string | undefined => {
  const resolved = resolveApiVersion(version, now);
  return resolved.ok ? resolved.warning : `refused: ${resolved.message}`;
};

describe('resolveApiVersion', () => {
  it('returns the version that the package is made for by default', () => {
    expect(resolveApiVersion(undefined, autumn2026)).toEqual({ ok: true, version: generatedApiVersion });
  });

  it('has the version of the schema in the repository as its default', () => {
    expect(existsSync(new URL(`../../schema/admin-${generatedApiVersion}.graphql`, import.meta.url))).toBe(true);
  });

  it.each(['2026-01', '2026-04', '2026-07', '2026-10'])(
    'accepts %s, which Shopify serves, without a warning',
    (version) => {
      expect(resolveApiVersion(version, autumn2026)).toEqual({ ok: true, version });
    },
  );

  it.each([
    '2026-13',
    '2026-11',
    '2026-00',
    '2026-1',
    '26-10',
    '2026',
    '2026-10-01',
    '2026-10\n',
    ' 2026-10',
    'v2026-10',
    'latest',
    'Unstable',
    '',
    '2018-10',
    '2019-01',
    '../../x',
    '２０２６-10',
  ])('refuses %j and says what a version looks like', (version) => {
    expect(resolveApiVersion(version, autumn2026)).toEqual({ ok: false, message: expect.stringContaining('2026-10') });
  });

  it('accepts an expired version, and names the one that Shopify serves instead', () => {
    expect(warningOf('2024-07', autumn2026)).toBe(
      '2024-07 expired on 2025-07-16: Shopify serves 2026-01 instead; move to 2026-10',
    );
  });

  it('expires a version at 15:00 UTC on the 16th, a year later', () => {
    expect(warningOf('2026-01', at('2027-01-16T14:59:59.999Z'))).toBe(undefined);
    expect(warningOf('2026-01', at('2027-01-16T15:00:00Z'))).toContain('Shopify serves 2026-04 instead');
    expect(warningOf('2025-10', at('2026-12-01T00:00:00Z'))).toContain('Shopify serves 2026-01 instead');
  });

  it('counts a version as released from 17:00 UTC of its first day', () => {
    // Between the 1st and the 16th, five versions are served; the oldest one decides.
    expect(warningOf('2020-01', at('2027-01-01T16:59:59Z'))).toContain('serves 2026-01 instead');
    expect(warningOf('2020-01', at('2027-01-01T17:00:00Z'))).toContain('serves 2026-01 instead');
    expect(warningOf('2020-01', at('2027-01-16T15:00:00Z'))).toContain('serves 2026-04 instead');
  });

  it('recommends a newer package when its own version has expired', () => {
    expect(warningOf(undefined, at('2028-02-01T00:00:00Z'))).toBe(
      '2026-10 expired on 2027-10-16: Shopify serves 2027-04 instead; install a newer shopwright',
    );
  });

  it('warns of a version that is newer than the package', () => {
    expect(warningOf('2027-01', at('2027-02-01T00:00:00Z'))).toContain('2027-01 is newer than 2026-10');
    expect(warningOf('2029-04', autumn2026)).toContain('newer');
  });

  it('warns that unstable changes', () => {
    expect(resolveApiVersion('unstable', autumn2026)).toEqual({
      ok: true,
      version: 'unstable',
      warning: expect.stringContaining('without notice'),
    });
  });

  it('names, at any time, the oldest version that is released and still served', () => {
    const time = fc.integer({ min: at('2020-06-01T00:00:00Z'), max: at('2060-01-01T00:00:00Z') });
    fc.assert(
      fc.property(time, (now) => {
        const served = /serves (\d{4}-\d{2}) instead/.exec(warningOf('2019-04', now) ?? '')?.[1] ?? '';
        const [year = 0, month = 0] = served.split('-').map(Number);
        expect(Date.UTC(year, month - 1, 1, 17)).toBeLessThanOrEqual(now);
        expect(Date.UTC(year + 1, month - 1, 16, 15)).toBeGreaterThan(now);
        expect(Date.UTC(year + 1, month - 4, 16, 15)).toBeLessThanOrEqual(now);
      }),
    );
  });
});

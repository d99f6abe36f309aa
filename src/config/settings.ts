import { z } from 'zod';
import { generatedApiVersion, resolveApiVersion } from './api-version.ts';
import { parseShopDomain } from './shop-domain.ts';
import type { SettingName } from './variables.ts';

/** Rules for a secret or key: what is wrong and the mend, never the value. */
function credential(refused: RegExp, mend: string) {
  return z.string().superRefine((text, context) => {
    const problem = (message: string): void => context.addIssue({ code: 'custom', message });
    if (/\s/.test(text)) problem('holds white space; copy it again, without spaces or line ends');
    else if (/^["'].*["']$/.test(text)) problem('stands in quotes, which have become part of it; remove them');
    else if (!/^[\x21-\x7e]+$/.test(text)) problem('holds characters that no Shopify credential has; copy it again');
    else if (refused.test(text)) problem(mend);
  });
}

const accessToken = credential(
  /^shp(?:ss|rt)_/,
  'holds a client secret or a refresh token; use the Admin API access token (`shpat_…`), and put the client secret into SHOPIFY_API_SECRET',
);
const tokenPrefix = /^(?:shp(?:at|ca|pa|ua|rt|tka)|atkn)_/;
const secret = credential(
  tokenPrefix,
  'holds an access token; use the client secret of the app (SHOPIFY_ACCESS_TOKEN is for the token)',
);
const apiKey = credential(/^(?:shp[a-z]+|atkn)_/, 'holds a secret or a token; use the public client id of the app');

interface Range {
  readonly from: number;
  readonly to: number;
  readonly whole: boolean;
}

/** A decimal number in plain notation. */
function numberIn({ from, to, whole }: Range) {
  return z.string().transform((text, context) => {
    const value = /^\d{1,15}(?:\.\d{1,15})?$/.test(text.trim()) ? Number(text) : Number.NaN;
    if (value >= from && value <= to && (!whole || Number.isInteger(value))) return value;
    context.addIssue({ code: 'custom', message: `must be a ${whole ? 'whole ' : ''}number from ${from} to ${to}` });
    return z.NEVER;
  });
}

const flags: ReadonlyMap<string, boolean> = new Map([
  ...['true', '1', 'yes', 'on'].map((word) => [word, true] as const),
  ...['false', '0', 'no', 'off'].map((word) => [word, false] as const),
]);

const flag = z.string().transform((text, context) => {
  const value = flags.get(text.trim().toLowerCase());
  if (value !== undefined) return value;
  context.addIssue({ code: 'custom', message: 'must be true or false (1, 0, yes, no, on and off will do too)' });
  return z.NEVER;
});

const missingShop = 'is missing; use the shop as `acme`, `acme.myshopify.com` or `https://acme.myshopify.com`';

const shop = z.string({ error: missingShop }).transform((text, context) => {
  const parsed = parseShopDomain(text);
  if (parsed.ok) return parsed.domain;
  context.addIssue({ code: 'custom', message: parsed.message });
  return z.NEVER;
});

const apiVersion = z
  .string()
  .trim()
  .superRefine((text, context) => {
    // Whether a version can be asked for does not depend on the time; what Shopify serves for it does.
    const resolved = resolveApiVersion(text, 0);
    if (!resolved.ok) context.addIssue({ code: 'custom', message: resolved.message });
  });

/** BullMQ uses `:` inside its own keys. */
const queueName = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9._-]{1,100}$/, 'must be 1 to 100 letters, digits, dots, dashes or underscores');

/** All settings as text, with their rules and defaults. */
export const settings = z.object({
  shop,
  accessToken: accessToken.optional(),
  apiVersion: apiVersion.default(generatedApiVersion),
  apiKey: apiKey.optional(),
  apiSecret: secret.optional(),
  webhookSecret: secret.optional(),
  requestsPerSecond: numberIn({ from: 0.1, to: 1_000, whole: false }).optional(),
  syncQueue: queueName.default('shopify-sync'),
  webhooksEnabled: flag.default(true),
  circuitBreakerThreshold: numberIn({ from: 1, to: 1_000, whole: true }).default(5),
  maxBulkSyncSize: numberIn({ from: 1, to: 1_000_000, whole: true }).default(10_000),
} satisfies Record<SettingName, z.ZodType>);

/** The settings after parsing. */
export type Settings = z.output<typeof settings>;

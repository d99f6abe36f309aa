import { isGranted } from '../http/scopes.ts';
import { allScopes, type ShopState } from '../shops.ts';
import type { FakeApp } from './apps.ts';

const oneScope = /^(?:unauthenticated_|customer_)?(?:read|write)_[a-z_]+$/;

/** Reads `read_products,write_orders`; `undefined` where that is no list of scopes. */
export function parseScopes(text: string): readonly string[] | undefined {
  const scopes = text.split(/[\s,]+/).filter((scope) => scope !== '');
  return scopes.every((scope) => oneScope.test(scope)) ? scopes : undefined;
}

/**
 * The scopes that an app is given: those it asks for, else those it is set up with, else all; with those to read that
 * the ones to write hold, and without those that the shop does not grant.
 */
export function grantedScopes(app: FakeApp, shop: ShopState, asked?: readonly string[]): readonly string[] {
  const wanted = asked ?? app.scopes ?? allScopes;
  const held = new Set(wanted.flatMap((scope) => [scope, scope.replace('write_', 'read_')]));
  return [...held].filter((scope) => isGranted(scope, shop.scopes)).sort();
}

/** The scopes as an answer lists them: one to read goes without saying beside the one to write. */
export function scopeText(scopes: readonly string[]): string {
  const all = new Set(scopes);
  return scopes.filter((scope) => !scope.includes('read_') || !all.has(scope.replace('read_', 'write_'))).join(',');
}

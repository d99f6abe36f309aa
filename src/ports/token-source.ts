/** Where access tokens come from. Asked after the wait for points, right before a send. */
export interface TokenSource {
  /**
   * The token for one shop.
   *
   * @throws AuthenticationError when there is none.
   */
  get(shop: string, signal?: AbortSignal): Promise<string>;
  /**
   * The token where it is at hand, and `undefined` where `get` must be waited for. May be left out: it spares
   * each call the wait for a promise.
   */
  peek?(shop: string): string | undefined;
  /**
   * Shopify refused `token`. Returns `true` where the next `get` may give another one, so that the
   * call is worth one replay.
   */
  invalidate(shop: string, token: string): Promise<boolean>;
}

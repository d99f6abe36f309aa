/** Corrects estimates by what Shopify really asked for the same operation before. */
export interface CostBook {
  /** The cost to reserve: the estimate, corrected where the operation has been seen. In points. */
  expect(key: string, estimate: number): number;
  /** Notes what Shopify asked for (`requestedQueryCost`) where we had estimated that much. */
  learn(key: string, estimate: number, requested: number): void;
}

/** One operation's last responses, newest last. */
interface Page {
  /** Number of the last look at it. */
  usedAt: number;
  /** Requested points for each estimated one. */
  readonly ratios: number[];
  /** Requested points where the estimate was 0. */
  readonly unforeseen: number[];
}

const responsesKept = 5;

/**
 * Makes a cost book. Of the last five responses of an operation the most expensive counts: to reserve too much
 * costs nothing, since the rest comes back, but to reserve too little gets throttled.
 *
 * @param options.maxKeys Operations remembered; the one longest unused is forgotten. Default 1,000.
 */
export function createCostBook(options: { readonly maxKeys?: number } = {}): CostBook {
  const maxKeys = options.maxKeys ?? 1_000;
  const pages = new Map<string, Page>();

  let looks = 0;

  const forgetOne = (): void => {
    let oldest: string | undefined;
    let usedAt = Number.POSITIVE_INFINITY;
    for (const [key, page] of pages) if (page.usedAt < usedAt) [oldest, usedAt] = [key, page.usedAt];
    if (oldest !== undefined) pages.delete(oldest);
  };

  const pageFor = (key: string): Page => {
    let page = pages.get(key);
    if (!page) {
      if (pages.size >= maxKeys) forgetOne();
      page = { usedAt: 0, ratios: [], unforeseen: [] };
      pages.set(key, page);
    }
    page.usedAt = looks += 1;
    return page;
  };

  return {
    expect(key, estimate) {
      const page = pages.get(key);
      if (!page) return estimate;
      page.usedAt = looks += 1;
      if (estimate <= 0) return Math.max(0, ...page.unforeseen);
      return page.ratios.length === 0 ? estimate : round(estimate * Math.max(...page.ratios));
    },
    learn(key, estimate, requested) {
      if (!Number.isFinite(requested) || requested < 0) return;
      const page = pageFor(key);
      const seen = estimate > 0 ? page.ratios : page.unforeseen;
      seen.push(estimate > 0 ? requested / estimate : requested);
      if (seen.length > responsesKept) seen.shift();
    },
  };
}

/** Takes the dust of binary fractions off, so that what was asked once is asked again. */
function round(points: number): number {
  return Math.round(points * 1e6) / 1e6;
}

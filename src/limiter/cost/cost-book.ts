/** Corrects estimates by what Shopify really asked for the same operation before. */
export interface CostBook {
  /** The cost to reserve: the estimate, corrected where the operation has been seen. In points. */
  expect(key: string, estimate: number): number;
  /** Notes what Shopify asked for (`requestedQueryCost`) where we had estimated that much. */
  learn(key: string, estimate: number, requested: number): void;
}

/** One operation's last answers, newest last. */
interface Page {
  /** Requested points for each estimated one. */
  readonly ratios: number[];
  /** Requested points where the estimate was 0. */
  readonly unforeseen: number[];
}

const answersKept = 5;

/**
 * Makes a cost book. Of the last five answers of an operation the dearest counts: to reserve too much
 * costs nothing, since the rest comes back, but to reserve too little gets throttled.
 *
 * @param options.maxKeys Operations remembered; the one longest unused is forgotten. Default 1,000.
 */
export function createCostBook(options: { readonly maxKeys?: number } = {}): CostBook {
  const maxKeys = options.maxKeys ?? 1_000;
  const pages = new Map<string, Page>();

  /** A map keeps the order of insertion, so the first key is the one longest unused. */
  const touch = (key: string, page: Page): void => {
    pages.delete(key);
    pages.set(key, page);
  };

  return {
    expect(key, estimate) {
      const page = pages.get(key);
      if (!page) return estimate;
      touch(key, page);
      if (estimate <= 0) return Math.max(0, ...page.unforeseen);
      return page.ratios.length === 0 ? estimate : round(estimate * Math.max(...page.ratios));
    },
    learn(key, estimate, requested) {
      if (!Number.isFinite(requested) || requested < 0) return;
      const page = pages.get(key) ?? { ratios: [], unforeseen: [] };
      touch(key, page);
      const answers = estimate > 0 ? page.ratios : page.unforeseen;
      answers.push(estimate > 0 ? requested / estimate : requested);
      if (answers.length > answersKept) answers.shift();
      const oldest = pages.keys().next().value;
      if (pages.size > maxKeys && oldest !== undefined) pages.delete(oldest);
    },
  };
}

/** Takes the dust of binary fractions off, so that what was asked once is asked again. */
function round(points: number): number {
  return Math.round(points * 1e6) / 1e6;
}

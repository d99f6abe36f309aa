// @ts-nocheck
import { ConfigError, isShopwrightError, type ShopifyUserError, ValidationError } from '../errors/errors.ts';
import {
  MetafieldDefinitionByKeyDocument,
  MetafieldDefinitionEnsureDocument,
  type MetafieldOwnerType,
  MetafieldsReadDocument,
  MetafieldsWriteDocument,
} from '../graphql/operations/generated/graphql.ts';
import { isRecord } from '../internal/json.ts';
import { missingMethods, unknownNames, unknownValue } from '../internal/names.ts';
import { metafieldProblem } from '../validation/metafield-value.ts';
import { refusalsOf } from './inventory/inventory.ts';
import { callOptions } from './read-remote.ts';
import type { SyncClient } from './sync-client.ts';

/**
 * A value of a metafield, of whatever thing of the shop.
 *
 * @example
 * const row: MetafieldRow = { ownerId: gid, namespace: '$app', key: 'care', type: 'single_line_text_field', value: 'Wash' };
 */
export interface MetafieldRow {
  /** Gid of what it belongs to, such as a product, variant, order, customer or the shop. */
  readonly ownerId: string;
  /** Such as `custom`, or `$app` for that of your app. */
  readonly namespace: string;
  readonly key: string;
  /** Shopify's type name. Default: that of the definition; without one Shopify refuses the row. */
  readonly type?: string;
  /** Text, whatever the type. */
  readonly value: string;
  /**
   * The value that you believe is there now, `null` for none. Where it is another one, `onStale` decides. Left out, the value
   * is set whatever is there.
   */
  readonly expected?: string | null;
}

/** A row that was not carried out, and why. Nothing of it was changed. */
export interface RefusedMetafield {
  readonly row: MetafieldRow;
  /**
   * Shopify's code, such as `INVALID_TYPE` or `STALE_OBJECT`, or one of our own: `INVALID`, `DUPLICATE`, `OWNER_NOT_FOUND`.
   */
  readonly code: string;
  readonly message: string;
  /** For `STALE_OBJECT`: what is there now, `null` for nothing. */
  readonly current?: string | null;
}

/** What a run did. Every row that was drawn before the run stopped is counted once. */
export interface MetafieldReport {
  /** Rows that were written. */
  readonly set: number;
  /** Rows whose value was there already. */
  readonly unchanged: number;
  readonly refused: readonly RefusedMetafield[];
  /** Rows that were sent and of which nobody knows. Set them again. */
  readonly unknown: readonly MetafieldRow[];
  /** Rows that were drawn and not sent, because the run stopped. */
  readonly unsent: readonly MetafieldRow[];
  /** Why it stopped before its end: an error of the shop or the network, or the reason of your abort. */
  readonly stoppedBy?: unknown;
}

/** Options of `set`. */
export interface SetMetafieldsOptions {
  /**
   * Decides about a row whose `expected` is not what is there: `report` (default) leaves it, `overwrite` sets it all the same,
   * a function gives the value to set, or `undefined` to leave it.
   */
  readonly onStale?:
    | 'report'
    | 'overwrite'
    | ((row: MetafieldRow, current: string | null) => string | undefined | Promise<string | undefined>);
  readonly signal?: AbortSignal;
}

/** A definition of a metafield: https://shopify.dev/docs/apps/build/metafields/definitions */
export interface MetafieldDefinition {
  /** What has it, such as `PRODUCT` or `PRODUCTVARIANT`. */
  readonly ownerType: MetafieldOwnerType;
  readonly namespace: string;
  readonly key: string;
  /** Shopify's type name. */
  readonly type: string;
  /** What merchants read. */
  readonly name: string;
  readonly description?: string;
}

/** What became of a definition. */
export interface EnsuredDefinition {
  readonly definition: MetafieldDefinition;
  /** `differs`: the shop has it with another type, which nobody can change. */
  readonly outcome: 'created' | 'exists' | 'differs';
  /** The type that the shop has. */
  readonly type: string;
}

/** Options of `createMetafields`. */
export interface MetafieldsOptions {
  /** What `createShopifyClient` returns. Its token needs the scope to write what the metafields belong to. */
  readonly client: SyncClient;
}

/** Metafields of one shop, row by row. */
export interface Metafields {
  /**
   * Sets values, 25 a call, after a look at what is there: rows that stand already are not sent, and no row overwrites what
   * somebody else has written since that look. One row that Shopify refuses does not stop the others. Safe to call again.
   *
   * @throws ValidationError for an option that does not exist.
   *
   * @example
   * const { set, unchanged, refused } = await metafields.set(rows);
   */
  set(
    rows: Iterable<MetafieldRow> | AsyncIterable<MetafieldRow>,
    options?: SetMetafieldsOptions,
  ): Promise<MetafieldReport>;
  /**
   * Creates the definitions that the shop lacks. Those of an app belong into its `shopify.app.toml`; this is for shops whose
   * merchants define what there is.
   *
   * @throws What calls throw, such as `ShopifyUserError` for a type that Shopify does not have.
   *
   * @example
   * await metafields.ensure([{ ownerType: 'PRODUCT', namespace: 'custom', key: 'care', type: 'single_line_text_field', name: 'Care' }]);
   */
  ensure(definitions: Iterable<MetafieldDefinition>): Promise<readonly EnsuredDefinition[]>;
}

/** Most rows of one mutation: https://shopify.dev/docs/api/admin-graphql/latest/mutations/metafieldsSet */
const batchSize = 25;

/** How often one row may be sent, where the value changes under it again and again, or responses are lost. */
const mostSends = 4;

const stale = 'STALE_OBJECT';

/** Codes for a digest that is not that of the value. Shopify has the second where there is no value any more. */
const staleCodes: ReadonlySet<string> = new Set([stale, 'INVALID_COMPARE_DIGEST']);

const setNames: Record<keyof SetMetafieldsOptions, true> = { onStale: true, signal: true };

/**
 * Creates what sets metafields of one shop.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) for an invalid option.
 *
 * @example
 * const metafields = createMetafields({ client });
 * await metafields.set([{ ownerId: gid, namespace: 'custom', key: 'care', type: 'single_line_text_field', value: 'Wash' }]);
 */
export function createMetafields(options: MetafieldsOptions): Metafields {
  const issues = [
    ...unknownNames(options, { client: true }),
    ...missingMethods('client', options.client ?? null, ['graphql']),
  ];
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });
  const { client } = options;
  return {
    async set(rows, setOptions = {}) {
      const { onStale, signal } = setOptions;
      const wrong = [
        ...unknownNames(setOptions, setNames),
        ...(typeof onStale === 'function' ? [] : unknownValue('onStale', onStale, ['report', 'overwrite'])),
      ];
      if (wrong.length > 0) throw new ValidationError('The options are invalid', { issues: wrong });
      const run = new Run(client, setOptions);
      let batch: MetafieldRow[] = [];
      try {
        for await (const row of rows) {
          batch.push(row);
          signal?.throwIfAborted();
          if (batch.length < batchSize) continue;
          const full = batch;
          batch = [];
          await run.setBatch(full);
        }
        const rest = batch;
        batch = [];
        if (rest.length > 0) await run.setBatch(rest);
      } catch (error) {
        run.stoppedBy = error;
        run.unsent.push(...batch);
      }
      return run.report;
    },
    async ensure(definitions) {
      const found: EnsuredDefinition[] = [];
      for (const definition of definitions) found.push(await ensureDefinition(client, definition));
      return found;
    },
  };
}

async function ensureDefinition(client: SyncClient, definition: MetafieldDefinition): Promise<EnsuredDefinition> {
  const { ownerType, namespace, key, type } = definition;
  const there = async (): Promise<EnsuredDefinition | undefined> => {
    const { data } = await client.graphql(
      MetafieldDefinitionByKeyDocument,
      { ownerType, namespace, key },
      callOptions({}),
    );
    const known = data.metafieldDefinitions.nodes[0]?.type.name;
    if (known === undefined) return undefined;
    return { definition, outcome: known === type ? 'exists' : 'differs', type: known };
  };
  const known = await there();
  if (known) return known;
  try {
    await client.graphql(MetafieldDefinitionEnsureDocument, { definition }, callOptions({}));
    return { definition, outcome: 'created', type };
  } catch (error) {
    // Another process may have created it meanwhile, or this one, with the response lost.
    const isTaken = isShopwrightError(error, 'USER_ERROR') && error.userErrors.some(({ code }) => code === 'TAKEN');
    if (!isTaken && !isShopwrightError(error, 'OUTCOME_UNKNOWN')) throw error;
    const made = await there();
    if (!made) throw error;
    return made;
  }
}

/** What the shop has in the place of a row. */
interface Current {
  readonly value: string;
  readonly type: string;
  readonly digest: string;
}

/** A row that is to be written. */
interface Wanted {
  readonly row: MetafieldRow;
  value: string;
  /** The value that must be there; `undefined` for any. */
  expected: string | null | undefined;
  sends: number;
  /** Whether an earlier send of it may have been carried out. */
  isOpen: boolean;
}

/** One call of `set`. */
class Run {
  set = 0;
  unchanged = 0;
  readonly refused: RefusedMetafield[] = [];
  readonly unknown: MetafieldRow[] = [];
  readonly unsent: MetafieldRow[] = [];
  stoppedBy: unknown;
  readonly #client: SyncClient;
  readonly #options: SetMetafieldsOptions;

  constructor(client: SyncClient, options: SetMetafieldsOptions) {
    this.#client = client;
    this.#options = options;
  }

  get report(): MetafieldReport {
    const { set, unchanged, refused, unknown, unsent, stoppedBy } = this;
    return { set, unchanged, refused, unknown, unsent, ...(stoppedBy !== undefined && { stoppedBy }) };
  }

  /** @throws What stops the run; its rows are told by then. */
  async setBatch(rows: readonly MetafieldRow[]): Promise<void> {
    const wanted = this.#distinct(rows.filter((row) => this.#isValid(row))).map((row): Wanted => {
      const { value, expected } = row;
      return { row, value, expected, sends: 0, isOpen: false };
    });
    const left = new Set(wanted);
    try {
      while (left.size > 0) {
        const current = await this.#read([...left]);
        for (const one of left) if (await this.#isSettled(one, current(one.row))) left.delete(one);
        if (left.size > 0) await this.#send([...left], current, (one) => void left.delete(one));
      }
    } catch (error) {
      for (const { row, isOpen } of left) (isOpen ? this.unknown : this.unsent).push(row);
      throw error;
    }
  }

  /** Compares a row with what is there. Returns whether nothing is to be sent for it any more. */
  async #isSettled(one: Wanted, current: Current | null | undefined): Promise<boolean> {
    const { row } = one;
    const now = current?.value ?? null;
    if (current === undefined) {
      this.#refuse(row, 'OWNER_NOT_FOUND', `${row.ownerId} is not in ${this.#client.shop}, or has no metafields.`);
      return true;
    }
    if (current && now === one.value && (row.type === undefined || row.type === current.type)) {
      if (one.isOpen) this.set += 1;
      else this.unchanged += 1;
      return true;
    }
    const isStale = one.expected !== undefined && one.expected !== now;
    if (!isStale && one.sends < mostSends) return false;
    if (one.isOpen && !isStale) {
      this.unknown.push(row);
      return true;
    }
    const value = one.sends < mostSends ? await this.#decide(row, now) : undefined;
    if (value === undefined) {
      this.#refuse(row, stale, 'Somebody else has written another value than was expected.', now);
      return true;
    }
    one.value = value;
    one.expected = now;
    if (value !== now) return false;
    this.unchanged += 1;
    return true;
  }

  async #decide(row: MetafieldRow, current: string | null): Promise<string | undefined> {
    const { onStale = 'report' } = this.#options;
    if (onStale === 'report') return undefined;
    return onStale === 'overwrite' ? row.value : onStale(row, current);
  }

  /** Sends rows, of which Shopify carries out all or none. `settle` is told of those that are done with. */
  async #send(
    rows: readonly Wanted[],
    current: (row: MetafieldRow) => Current | null | undefined,
    settle: (one: Wanted) => void,
  ): Promise<void> {
    const metafields = rows.map(({ row: { ownerId, namespace, key, type }, ...one }) => ({
      ...{ ownerId, namespace, key, ...(type !== undefined && { type }), value: one.value },
      compareDigest: current({ ownerId, namespace, key, value: '' })?.digest ?? null,
    }));
    for (const one of rows) one.sends += 1;
    try {
      const { signal } = this.#options;
      const refused = await refusalsOf('metafields', rows.length, () =>
        this.#client.graphql(MetafieldsWriteDocument, { metafields }, callOptions({ signal })),
      );
      if (refused.size === 0) this.set += rows.length;
      for (const [index, one] of rows.entries()) {
        const refusal = refused.get(index);
        // Those that were refused for others' sake go again, as do those that somebody has written meanwhile.
        if (refused.size === 0) settle(one);
        else if (refusal && !staleCodes.has(refusal.code)) {
          this.#refuse(one.row, refusal.code, refusal.message);
          settle(one);
        } else if (!refusal) one.sends -= 1;
      }
    } catch (error) {
      if (isShopwrightError(error, 'USER_ERROR') && !error.mayHaveExecuted)
        return this.#halve(rows, error, current, settle);
      const isOpen = isShopwrightError(error) && error.mayHaveExecuted;
      for (const one of rows) one.isOpen ||= isOpen;
      // Whether it was carried out, the next look tells. What is sent again then is compared with what is there.
      if (!isOpen || this.#options.signal?.aborted) throw error;
    }
  }

  /** Shopify refuses some row, and does not say which: the halves for themselves. */
  async #halve(
    rows: readonly Wanted[],
    error: ShopifyUserError,
    current: (row: MetafieldRow) => Current | null | undefined,
    settle: (one: Wanted) => void,
  ): Promise<void> {
    const [only, ...others] = rows;
    const [first] = error.userErrors;
    if (only && others.length === 0) {
      this.#refuse(only.row, first?.code ?? 'UNKNOWN', first?.message ?? 'Shopify refuses it.');
      settle(only);
      return;
    }
    const middle = Math.ceil(rows.length / 2);
    for (const one of rows) one.sends -= 1;
    await this.#send(rows.slice(0, middle), current, settle);
    await this.#send(rows.slice(middle), current, settle);
  }

  /** Reads what is there. `null`: nothing; `undefined`: not even what it would belong to. */
  async #read(rows: readonly Wanted[]): Promise<(row: MetafieldRow) => Current | null | undefined> {
    const keys = [...new Set(rows.map(({ row }) => nameOf(row)))];
    const ids = [...new Set(rows.map(({ row }) => row.ownerId))];
    const { data } = await this.#client.graphql(
      MetafieldsReadDocument,
      { ids, keys, first: keys.length },
      callOptions(this.#options),
    );
    const owners = new Map<string, ReadonlyMap<string, Current>>();
    for (const [index, node] of data.nodes.entries()) {
      if (!node || !('metafields' in node)) continue;
      // Asked for by their names, they bear these as their keys.
      const values = node.metafields.nodes.map(
        ({ namespace, key, type, value, compareDigest: digest }) =>
          [key.includes('.') ? key : `${namespace}.${key}`, { type, value, digest }] as const,
      );
      owners.set(ids[index] ?? '', new Map(values));
    }
    return (row) => {
      const owner = owners.get(row.ownerId);
      return owner && (owner.get(nameOf(row)) ?? null);
    };
  }

  #isValid(row: MetafieldRow): boolean {
    const problem = rowProblem(row);
    if (problem !== undefined) this.#refuse(row, 'INVALID', problem);
    return problem === undefined;
  }

  /** One row for each place. Two that say the same are one; of two that differ nobody knows which is right. */
  #distinct(rows: readonly MetafieldRow[]): readonly MetafieldRow[] {
    const byPlace = Map.groupBy(rows, (row) => `${row.ownerId} ${nameOf(row)}`);
    return [...byPlace.values()].flatMap((same) => {
      const [first, ...others] = same;
      if (!first || others.length === 0) return same;
      const isSame = others.every(({ value, type, expected }) => {
        return value === first.value && type === first.type && expected === first.expected;
      });
      for (const row of isSame ? others : same)
        this.#refuse(
          row,
          'DUPLICATE',
          isSame
            ? 'The same row stands here twice. It was set once.'
            : 'Another row of the batch sets the same metafield to something else. Give one row for each.',
        );
      return isSame ? [first] : [];
    });
  }

  #refuse(row: MetafieldRow, code: string, message: string, current?: string | null): void {
    this.refused.push({ row, code, message, ...(current !== undefined && { current }) });
  }
}

const nameOf = ({ namespace, key }: MetafieldRow): string => `${namespace}.${key}`;

function rowProblem(row: MetafieldRow): string | undefined {
  if (!isRecord(row)) return 'A row must be an object.';
  const { ownerId, namespace, key, type, value, expected } = row;
  if (typeof ownerId !== 'string' || !/^gid:\/\/shopify\/\w+\/\d+$/.test(ownerId))
    return 'ownerId must be a gid such as gid://shopify/Product/1.';
  if (typeof namespace !== 'string' || namespace === '') return 'namespace is missing, such as custom or $app.';
  if (typeof key !== 'string' || !/^[\w-]+$/.test(key)) return 'key must have letters, digits, _ and - only.';
  if (typeof value !== 'string' || value === '')
    return 'value must be text that is not empty. Values of any type are text: write numbers and JSON as such.';
  if (expected !== undefined && expected !== null && typeof expected !== 'string')
    return 'expected must be text, or null for none.';
  const problem = type === undefined ? undefined : metafieldProblem(type, value);
  return problem && `value ${problem}.`;
}

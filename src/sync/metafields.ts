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
import { isSameMetafield } from './plan/same-value.ts';
import { callOptions } from './read-remote.ts';
import type { SyncClient } from './sync-client.ts';

/**
 * A value of a metafield, on any kind of resource.
 *
 * @example
 * const row: MetafieldRow = { ownerId: gid, namespace: '$app', key: 'care', type: 'single_line_text_field', value: 'Wash' };
 */
export interface MetafieldRow {
  /** Gid of the owner, such as a product, variant, order, customer or the shop. */
  readonly ownerId: string;
  /** Such as `custom`, or `$app` for your app's own. */
  readonly namespace: string;
  readonly key: string;
  /** Shopify's type name. Default: the type of the definition; without a definition Shopify refuses the row. */
  readonly type?: string;
  /** Always text, whatever the type. */
  readonly value: string;
  /**
   * The value that you expect in the shop, `null` for none. If the shop has another one, `onStale` decides. If left
   * out, the value is set in any case.
   */
  readonly expected?: string | null;
}

/** A row that was refused. Nothing was written for it. */
export interface RefusedMetafield {
  readonly row: MetafieldRow;
  /**
   * Shopify's code, such as `INVALID_TYPE` or `STALE_OBJECT`, or one of our own: `INVALID`, `DUPLICATE`,
   * `OWNER_NOT_FOUND`.
   */
  readonly code: string;
  readonly message: string;
  /** For `STALE_OBJECT`: the shop's value, `null` for none. */
  readonly current?: string | null;
}

/** What a call of `set` did. Every row that was read before the run stopped is counted once. */
export interface MetafieldReport {
  /** Rows that were written. */
  readonly set: number;
  /** Rows whose value the shop already had. */
  readonly unchanged: number;
  readonly refused: readonly RefusedMetafield[];
  /** Rows that were sent, but whose outcome is unknown. Set them again. */
  readonly unknown: readonly MetafieldRow[];
  /** Rows that were read but not sent, because the run stopped. */
  readonly unsent: readonly MetafieldRow[];
  /** Why the run stopped early: an error of the shop or the network, or the reason of your abort. */
  readonly stoppedBy?: unknown;
}

/** Options of `set`. */
export interface SetMetafieldsOptions {
  /**
   * What to do with a row whose `expected` differs from the shop's value: `report` (default) leaves the shop's value,
   * `overwrite` sets the row's value anyway. A function returns the value to set, or `undefined` to leave it.
   */
  readonly onStale?:
    | 'report'
    | 'overwrite'
    | ((row: MetafieldRow, current: string | null) => string | undefined | Promise<string | undefined>);
  readonly signal?: AbortSignal;
}

/** A definition of a metafield: https://shopify.dev/docs/apps/build/metafields/definitions */
export interface MetafieldDefinition {
  /** The owner's type, such as `PRODUCT` or `PRODUCTVARIANT`. */
  readonly ownerType: MetafieldOwnerType;
  readonly namespace: string;
  readonly key: string;
  /** Shopify's type name. */
  readonly type: string;
  /** The name that merchants see. */
  readonly name: string;
  readonly description?: string;
}

/** The result for one definition. */
export interface EnsuredDefinition {
  readonly definition: MetafieldDefinition;
  /** `differs`: the shop has it with another type, which cannot be changed. */
  readonly outcome: 'created' | 'exists' | 'differs';
  /** The type in the shop. */
  readonly type: string;
}

/** Options of `createMetafields`. */
export interface MetafieldsOptions {
  /** A client of `createShopifyClient`. Its token needs write access to the owners of the metafields. */
  readonly client: SyncClient;
}

/** Metafields of one shop, row by row. */
export interface Metafields {
  /**
   * Sets values, 25 per call, after reading the current ones. Values that the shop already has are not sent, and
   * nothing is overwritten that somebody else wrote since that read. If Shopify refuses a row, the others are still
   * set. Safe to call again.
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
   * Creates the definitions that the shop lacks. Your app's own definitions belong in its `shopify.app.toml`; this is
   * for definitions of merchants.
   *
   * @throws What calls throw, such as `ShopifyUserError` for a type that Shopify does not have.
   *
   * @example
   * await metafields.ensure([{ ownerType: 'PRODUCT', namespace: 'custom', key: 'care', type: 'single_line_text_field', name: 'Care' }]);
   */
  ensure(definitions: Iterable<MetafieldDefinition>): Promise<readonly EnsuredDefinition[]>;
}

/** The most rows of one mutation: https://shopify.dev/docs/api/admin-graphql/latest/mutations/metafieldsSet */
const batchSize = 25;

/** How often one row may be sent, if its value keeps changing in between or responses are lost. */
const mostSends = 4;

const stale = 'STALE_OBJECT';

/** Shopify's codes for a digest that does not match the value; the second if the value no longer exists. */
const staleCodes: ReadonlySet<string> = new Set([stale, 'INVALID_COMPARE_DIGEST']);

const setNames: Record<keyof SetMetafieldsOptions, true> = { onStale: true, signal: true };

/**
 * Creates a writer for metafields of one shop.
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
    // Another process may have created it meanwhile, or this one did and the response was lost.
    const isTaken = isShopwrightError(error, 'USER_ERROR') && error.userErrors.some(({ code }) => code === 'TAKEN');
    if (!isTaken && !isShopwrightError(error, 'OUTCOME_UNKNOWN')) throw error;
    const made = await there();
    if (!made) throw error;
    return made;
  }
}

/** The metafield that the shop has now. */
interface Current {
  readonly value: string;
  readonly type: string;
  readonly digest: string;
}

/** A row to be written. */
interface Wanted {
  readonly row: MetafieldRow;
  value: string;
  /** The value that the shop must have; `undefined` for any. */
  expected: string | null | undefined;
  sends: number;
  /** Whether an earlier attempt may have been executed. */
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

  /** @throws The error that stops the run, after its rows were reported. */
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

  /** Compares a row with the shop's value. Returns `true` if the row does not need to be sent again. */
  async #isSettled(one: Wanted, current: Current | null | undefined): Promise<boolean> {
    const { row } = one;
    const now = current?.value ?? null;
    if (current === undefined) {
      this.#refuse(row, 'OWNER_NOT_FOUND', `${row.ownerId} is not in ${this.#client.shop}, or cannot have metafields.`);
      return true;
    }
    const isNow = (value: string | null): boolean =>
      value === now || (current && value !== null ? isSameMetafield(current.type, value, current.value) : false);
    if (current && isNow(one.value) && (row.type === undefined || row.type === current.type)) {
      if (one.isOpen) this.set += 1;
      else this.unchanged += 1;
      return true;
    }
    const isStale = one.expected !== undefined && !isNow(one.expected);
    if (!isStale && one.sends < mostSends) return false;
    if (one.isOpen && !isStale) {
      this.unknown.push(row);
      return true;
    }
    const value = one.sends < mostSends ? await this.#decide(row, now) : undefined;
    if (value === undefined) {
      this.#refuse(row, stale, 'The shop has another value than expected.', now);
      return true;
    }
    one.value = value;
    one.expected = now;
    if (!isNow(value)) return false;
    this.unchanged += 1;
    return true;
  }

  async #decide(row: MetafieldRow, current: string | null): Promise<string | undefined> {
    const { onStale = 'report' } = this.#options;
    if (onStale === 'report') return undefined;
    return onStale === 'overwrite' ? row.value : onStale(row, current);
  }

  /** Sends rows; Shopify executes all or none. Calls `settle` for each row that is finished. */
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
        // Rows that were refused only because of others are sent again, as are rows that somebody changed meanwhile.
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
      // The next read shows whether it was executed. A row that is sent again carries the digest of that read.
      if (!isOpen || this.#options.signal?.aborted) throw error;
    }
  }

  /** Shopify refuses a row but does not say which: sends each half separately. */
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

  /** Reads the current values. `null`: no value; `undefined`: the owner does not exist. */
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
      // If metafields are requested by full name, Shopify returns that name as the key.
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

  /** Keeps one row per metafield. Identical rows count as one; if two rows differ, neither is sent. */
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
            ? 'The batch has this row twice. It was set once.'
            : 'Another row of the batch sets this metafield to another value. Pass one row per metafield.',
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
  if (typeof namespace !== 'string' || namespace === '')
    return 'namespace is missing: pass one, such as custom or $app.';
  if (typeof key !== 'string' || !/^[\w-]+$/.test(key)) return 'key may contain only letters, digits, _ and -.';
  if (typeof value !== 'string' || value === '')
    return 'value must be non-empty text. Pass numbers and JSON as text too.';
  if (expected !== undefined && expected !== null && typeof expected !== 'string')
    return 'expected must be text, or null for none.';
  const problem = type === undefined ? undefined : metafieldProblem(type, value);
  return problem && `value ${problem}.`;
}

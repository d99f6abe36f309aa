// @ts-nocheck
function stryNS_9fa48() {
  var g = typeof globalThis === 'object' && globalThis && globalThis.Math === Math && globalThis || new Function("return this")();
  var ns = g.__stryker__ || (g.__stryker__ = {});
  if (ns.activeMutant === undefined && g.process && g.process.env && g.process.env.__STRYKER_ACTIVE_MUTANT__) {
    ns.activeMutant = g.process.env.__STRYKER_ACTIVE_MUTANT__;
  }
  function retrieveNS() {
    return ns;
  }
  stryNS_9fa48 = retrieveNS;
  return retrieveNS();
}
stryNS_9fa48();
function stryCov_9fa48() {
  var ns = stryNS_9fa48();
  var cov = ns.mutantCoverage || (ns.mutantCoverage = {
    static: {},
    perTest: {}
  });
  function cover() {
    var c = cov.static;
    if (ns.currentTestId) {
      c = cov.perTest[ns.currentTestId] = cov.perTest[ns.currentTestId] || {};
    }
    var a = arguments;
    for (var i = 0; i < a.length; i++) {
      c[a[i]] = (c[a[i]] || 0) + 1;
    }
  }
  stryCov_9fa48 = cover;
  cover.apply(null, arguments);
}
function stryMutAct_9fa48(id) {
  var ns = stryNS_9fa48();
  function isActive(id) {
    if (ns.activeMutant === id) {
      if (ns.hitCount !== void 0 && ++ns.hitCount > ns.hitLimit) {
        throw new Error('Stryker: Hit count limit reached (' + ns.hitCount + ')');
      }
      return true;
    }
    return false;
  }
  stryMutAct_9fa48 = isActive;
  return isActive(id);
}
import { isShopwrightError } from '../../errors/errors.ts';
import { JobReadDocument, type MoveInput, ProductImageIdsDocument, ProductImagesReorderDocument, ProductVariantIdsDocument, ProductVariantsReorderDocument } from '../../graphql/operations/generated/graphql.ts';
import { allPages } from '../../graphql/pagination.ts';
import { sleep } from '../../internal/abort.ts';
import { chunksOf } from '../../internal/chunks.ts';
import type { Clock } from '../../internal/clock.ts';
import { type CallOptions, callOptions } from '../read-remote.ts';
import type { SyncClient } from '../sync-client.ts';

/** Fields of a product's facts that tell an order: the keys of a list, or options with their values, as JSON text. */
export const orderFields = {
  imageOrder: 'images',
  variantOrder: 'variants',
  optionOrder: 'options'
} as const;

/** Such a field. */
export type OrderField = keyof typeof orderFields;

/** Whether a field of a product tells an order. */
export const isOrderField = stryMutAct_9fa48("0") ? () => undefined : (stryCov_9fa48("0"), (() => {
  const isOrderField = (field: string): field is OrderField => Object.hasOwn(orderFields, field);
  return isOrderField;
})());

/** The keys of an order; none for a field that is not there. */
export const keysInOrder = stryMutAct_9fa48("1") ? () => undefined : (stryCov_9fa48("1"), (() => {
  const keysInOrder = (text: unknown): readonly string[] => (stryMutAct_9fa48("4") ? typeof text !== 'string' : stryMutAct_9fa48("3") ? false : stryMutAct_9fa48("2") ? true : (stryCov_9fa48("2", "3", "4"), typeof text === (stryMutAct_9fa48("5") ? "" : (stryCov_9fa48("5"), 'string')))) ? JSON.parse(text) as string[] : stryMutAct_9fa48("6") ? ["Stryker was here"] : (stryCov_9fa48("6"), []);
  return keysInOrder;
})());

/** What becomes of an order. */
export type OrderOutcome = 'same' | 'ours' | 'drift' | 'conflict';

/**
 * Compares three orders in what all sides have. What others added has its place and says nothing.
 *
 * @param after What the shop's will be once entries have come and gone; `undefined` where nobody can say.
 */
export function compareOrder(ours: readonly string[], base: readonly string[], theirs: readonly string[], after: readonly string[] | undefined): OrderOutcome {
  if (stryMutAct_9fa48("7")) {
    {}
  } else {
    stryCov_9fa48("7");
    if (stryMutAct_9fa48("10") ? after || isSame(only(ours, after), only(after, ours)) : stryMutAct_9fa48("9") ? false : stryMutAct_9fa48("8") ? true : (stryCov_9fa48("8", "9", "10"), after && isSame(only(ours, after), only(after, ours)))) return stryMutAct_9fa48("11") ? "" : (stryCov_9fa48("11"), 'same');
    const common = only(only(ours, base), theirs);
    const [baseNow, theirsNow] = stryMutAct_9fa48("12") ? [] : (stryCov_9fa48("12"), [only(base, common), only(theirs, common)]);
    const oursMoved = stryMutAct_9fa48("13") ? isSame(common, baseNow) : (stryCov_9fa48("13"), !isSame(common, baseNow));
    const theirsMoved = stryMutAct_9fa48("14") ? isSame(theirsNow, baseNow) : (stryCov_9fa48("14"), !isSame(theirsNow, baseNow));
    // Where nobody has moved anything, or both alike, something new has its place between the others.
    if (stryMutAct_9fa48("17") ? !theirsMoved && isSame(common, theirsNow) : stryMutAct_9fa48("16") ? false : stryMutAct_9fa48("15") ? true : (stryCov_9fa48("15", "16", "17"), (stryMutAct_9fa48("18") ? theirsMoved : (stryCov_9fa48("18"), !theirsMoved)) || isSame(common, theirsNow))) return stryMutAct_9fa48("19") ? "" : (stryCov_9fa48("19"), 'ours');
    return oursMoved ? stryMutAct_9fa48("20") ? "" : (stryCov_9fa48("20"), 'conflict') : stryMutAct_9fa48("21") ? "" : (stryCov_9fa48("21"), 'drift');
  }
}
function only(keys: readonly string[], of: readonly string[]): readonly string[] {
  if (stryMutAct_9fa48("22")) {
    {}
  } else {
    stryCov_9fa48("22");
    const known = new Set(of);
    return stryMutAct_9fa48("23") ? keys : (stryCov_9fa48("23"), keys.filter(stryMutAct_9fa48("24") ? () => undefined : (stryCov_9fa48("24"), key => known.has(key))));
  }
}
const isSame = stryMutAct_9fa48("25") ? () => undefined : (stryCov_9fa48("25"), (() => {
  const isSame = (a: readonly string[], b: readonly string[]): boolean => stryMutAct_9fa48("28") ? a.length === b.length || a.every((key, index) => key === b[index]) : stryMutAct_9fa48("27") ? false : stryMutAct_9fa48("26") ? true : (stryCov_9fa48("26", "27", "28"), (stryMutAct_9fa48("30") ? a.length !== b.length : stryMutAct_9fa48("29") ? true : (stryCov_9fa48("29", "30"), a.length === b.length)) && (stryMutAct_9fa48("31") ? a.some((key, index) => key === b[index]) : (stryCov_9fa48("31"), a.every(stryMutAct_9fa48("32") ? () => undefined : (stryCov_9fa48("32"), (key, index) => stryMutAct_9fa48("35") ? key !== b[index] : stryMutAct_9fa48("34") ? false : stryMutAct_9fa48("33") ? true : (stryCov_9fa48("33", "34", "35"), key === b[index]))))));
  return isSame;
})());

/** Something that goes to a place, from 0 on, once what was moved before it is where it belongs. */
interface PlaceMove {
  readonly id: string;
  readonly at: number;
}

/**
 * The fewest moves, one after the other, that bring a list into an order. What the order does not name keeps its place
 * behind what stands before it.
 */
function movesInto(current: readonly string[], order: readonly string[]): readonly PlaceMove[] {
  if (stryMutAct_9fa48("36")) {
    {}
  } else {
    stryCov_9fa48("36");
    const there = new Set(current);
    const wanted = stryMutAct_9fa48("37") ? order : (stryCov_9fa48("37"), order.filter(stryMutAct_9fa48("38") ? () => undefined : (stryCov_9fa48("38"), id => there.has(id))));
    const rank = new Map(wanted.map(stryMutAct_9fa48("39") ? () => undefined : (stryCov_9fa48("39"), (id, index) => stryMutAct_9fa48("40") ? [] : (stryCov_9fa48("40"), [id, index]))));
    const staying = new Set(longestRising(stryMutAct_9fa48("41") ? current : (stryCov_9fa48("41"), current.filter(stryMutAct_9fa48("42") ? () => undefined : (stryCov_9fa48("42"), id => rank.has(id)))), stryMutAct_9fa48("43") ? () => undefined : (stryCov_9fa48("43"), id => stryMutAct_9fa48("44") ? rank.get(id) && 0 : (stryCov_9fa48("44"), rank.get(id) ?? 0))));
    const list = stryMutAct_9fa48("45") ? [] : (stryCov_9fa48("45"), [...current]);
    const moves: PlaceMove[] = stryMutAct_9fa48("46") ? ["Stryker was here"] : (stryCov_9fa48("46"), []);
    for (const [index, id] of wanted.entries()) {
      if (stryMutAct_9fa48("47")) {
        {}
      } else {
        stryCov_9fa48("47");
        if (stryMutAct_9fa48("49") ? false : stryMutAct_9fa48("48") ? true : (stryCov_9fa48("48", "49"), staying.has(id))) continue;
        if (stryMutAct_9fa48("50")) {
          ;
        } else {
          stryCov_9fa48("50");
          list.splice(list.indexOf(id), 1);
        }
        const before = wanted[stryMutAct_9fa48("51") ? index + 1 : (stryCov_9fa48("51"), index - 1)];
        const first = list.findIndex(stryMutAct_9fa48("52") ? () => undefined : (stryCov_9fa48("52"), other => rank.has(other)));
        const at = (stryMutAct_9fa48("55") ? before !== undefined : stryMutAct_9fa48("54") ? false : stryMutAct_9fa48("53") ? true : (stryCov_9fa48("53", "54", "55"), before === undefined)) ? stryMutAct_9fa48("56") ? Math.min(0, first) : (stryCov_9fa48("56"), Math.max(0, first)) : stryMutAct_9fa48("57") ? list.indexOf(before) - 1 : (stryCov_9fa48("57"), list.indexOf(before) + 1);
        if (stryMutAct_9fa48("58")) {
          ;
        } else {
          stryCov_9fa48("58");
          list.splice(at, 0, id);
        }
        moves.push(stryMutAct_9fa48("60") ? {} : (stryCov_9fa48("60"), {
          id,
          at
        }));
      }
    }
    return moves;
  }
}

/** A list in an order: what the order does not name keeps its place behind what stands before it. */
export function placed<Id extends string>(current: readonly Id[], order: readonly Id[]): readonly Id[] {
  if (stryMutAct_9fa48("61")) {
    {}
  } else {
    stryCov_9fa48("61");
    const list = stryMutAct_9fa48("62") ? [] : (stryCov_9fa48("62"), [...current]);
    for (const {
      id,
      at
    } of movesInto(current, order)) {
      if (stryMutAct_9fa48("63")) {
        {}
      } else {
        stryCov_9fa48("63");
        if (stryMutAct_9fa48("64")) {
          ;
        } else {
          stryCov_9fa48("64");
          list.splice(list.indexOf(id as Id), 1);
        }
        if (stryMutAct_9fa48("65")) {
          ;
        } else {
          stryCov_9fa48("65");
          list.splice(at, 0, id as Id);
        }
      }
    }
    return list;
  }
}

/** The longest part of a list whose ranks rise: what can stay where it is. */
function longestRising(list: readonly string[], rankOf: (id: string) => number): readonly string[] {
  if (stryMutAct_9fa48("66")) {
    {}
  } else {
    stryCov_9fa48("66");
    const ends: number[] = stryMutAct_9fa48("67") ? ["Stryker was here"] : (stryCov_9fa48("67"), []);
    const before: (number | undefined)[] = stryMutAct_9fa48("68") ? ["Stryker was here"] : (stryCov_9fa48("68"), []);
    for (const [index, id] of list.entries()) {
      if (stryMutAct_9fa48("69")) {
        {}
      } else {
        stryCov_9fa48("69");
        let low = 0;
        for (let high = ends.length; stryMutAct_9fa48("72") ? low >= high : stryMutAct_9fa48("71") ? low <= high : stryMutAct_9fa48("70") ? false : (stryCov_9fa48("70", "71", "72"), low < high);) {
          if (stryMutAct_9fa48("73")) {
            {}
          } else {
            stryCov_9fa48("73");
            const middle = (stryMutAct_9fa48("74") ? low - high : (stryCov_9fa48("74"), low + high)) >> 1;
            if (stryMutAct_9fa48("78") ? rankOf(list[ends[middle] ?? 0] ?? '') >= rankOf(id) : stryMutAct_9fa48("77") ? rankOf(list[ends[middle] ?? 0] ?? '') <= rankOf(id) : stryMutAct_9fa48("76") ? false : stryMutAct_9fa48("75") ? true : (stryCov_9fa48("75", "76", "77", "78"), rankOf(stryMutAct_9fa48("79") ? list[ends[middle] ?? 0] && '' : (stryCov_9fa48("79"), list[stryMutAct_9fa48("80") ? ends[middle] && 0 : (stryCov_9fa48("80"), ends[middle] ?? 0)] ?? (stryMutAct_9fa48("81") ? "Stryker was here!" : (stryCov_9fa48("81"), '')))) < rankOf(id))) low = stryMutAct_9fa48("82") ? middle - 1 : (stryCov_9fa48("82"), middle + 1);else high = middle;
          }
        }
        before[index] = ends[stryMutAct_9fa48("83") ? low + 1 : (stryCov_9fa48("83"), low - 1)];
        ends[low] = index;
      }
    }
    const rising: string[] = stryMutAct_9fa48("84") ? ["Stryker was here"] : (stryCov_9fa48("84"), []);
    for (let at = ends.at(stryMutAct_9fa48("85") ? +1 : (stryCov_9fa48("85"), -1)); stryMutAct_9fa48("87") ? at === undefined : stryMutAct_9fa48("86") ? false : (stryCov_9fa48("86", "87"), at !== undefined); at = before[at]) rising.unshift(stryMutAct_9fa48("89") ? list[at] && '' : (stryCov_9fa48("89"), list[at] ?? (stryMutAct_9fa48("90") ? "Stryker was here!" : (stryCov_9fa48("90"), ''))));
    return rising;
  }
}

/** The product that is put in order. */
export interface OrderPlace {
  readonly client: SyncClient;
  readonly clock: Clock;
  readonly productId: string;
}

/** Moves of one call: the longest list that an input may have. */
const maxMoves = 250;

/** Milliseconds to wait for Shopify to be done with images: the first time, and the last. */
const firstWaitMs = 500;
const longestWaitMs = 16_000;

/** Puts a product's images in an order, and waits until that is done: a reading before would see the old one. */
export async function orderImages({
  client,
  clock,
  productId
}: OrderPlace, ids: readonly string[], options: CallOptions): Promise<void> {
  if (stryMutAct_9fa48("91")) {
    {}
  } else {
    stryCov_9fa48("91");
    const {
      data
    } = await client.graphql(ProductImageIdsDocument, stryMutAct_9fa48("92") ? {} : (stryCov_9fa48("92"), {
      id: productId
    }), callOptions(options));
    const now = stryMutAct_9fa48("93") ? data.product?.media.nodes.map(({
      id
    }) => id as string) && [] : (stryCov_9fa48("93"), (stryMutAct_9fa48("94") ? data.product.media.nodes.map(({
      id
    }) => id as string) : (stryCov_9fa48("94"), data.product?.media.nodes.map(stryMutAct_9fa48("95") ? () => undefined : (stryCov_9fa48("95"), ({
      id
    }) => id as string)))) ?? (stryMutAct_9fa48("96") ? ["Stryker was here"] : (stryCov_9fa48("96"), [])));
    const moves = movesInto(now, ids).map(stryMutAct_9fa48("97") ? () => undefined : (stryCov_9fa48("97"), ({
      id,
      at
    }): MoveInput => stryMutAct_9fa48("98") ? {} : (stryCov_9fa48("98"), {
      id,
      newPosition: String(at)
    })));
    for (const chunk of chunksOf(moves, maxMoves)) {
      if (stryMutAct_9fa48("99")) {
        {}
      } else {
        stryCov_9fa48("99");
        const variables = stryMutAct_9fa48("100") ? {} : (stryCov_9fa48("100"), {
          id: productId,
          moves: chunk
        });
        let job: {
          readonly id: string;
          readonly done: boolean;
        } | null | undefined;
        for (let waitMs = firstWaitMs; stryMutAct_9fa48("102") ? job !== undefined : stryMutAct_9fa48("101") ? false : (stryCov_9fa48("101", "102"), job === undefined); stryMutAct_9fa48("103") ? waitMs /= 2 : (stryCov_9fa48("103"), waitMs *= 2)) {
          if (stryMutAct_9fa48("104")) {
            {}
          } else {
            stryCov_9fa48("104");
            try {
              if (stryMutAct_9fa48("105")) {
                {}
              } else {
                stryCov_9fa48("105");
                const moved = await client.graphql(ProductImagesReorderDocument, variables, callOptions(options));
                job = stryMutAct_9fa48("106") ? moved.data.productReorderMedia?.job && null : (stryCov_9fa48("106"), (stryMutAct_9fa48("107") ? moved.data.productReorderMedia.job : (stryCov_9fa48("107"), moved.data.productReorderMedia?.job)) ?? null);
              }
            } catch (error) {
              if (stryMutAct_9fa48("108")) {
                {}
              } else {
                stryCov_9fa48("108");
                // Shopify is still at work on an upload.
                const isBusy = stryMutAct_9fa48("111") ? isShopwrightError(error, 'USER_ERROR') || error.userErrors.some(({
                  code
                }) => code === 'NON_READY_MEDIA') : stryMutAct_9fa48("110") ? false : stryMutAct_9fa48("109") ? true : (stryCov_9fa48("109", "110", "111"), isShopwrightError(error, stryMutAct_9fa48("112") ? "" : (stryCov_9fa48("112"), 'USER_ERROR')) && (stryMutAct_9fa48("113") ? error.userErrors.every(({
                  code
                }) => code === 'NON_READY_MEDIA') : (stryCov_9fa48("113"), error.userErrors.some(stryMutAct_9fa48("114") ? () => undefined : (stryCov_9fa48("114"), ({
                  code
                }) => stryMutAct_9fa48("117") ? code !== 'NON_READY_MEDIA' : stryMutAct_9fa48("116") ? false : stryMutAct_9fa48("115") ? true : (stryCov_9fa48("115", "116", "117"), code === (stryMutAct_9fa48("118") ? "" : (stryCov_9fa48("118"), 'NON_READY_MEDIA'))))))));
                if (stryMutAct_9fa48("121") ? !isBusy && waitMs > longestWaitMs : stryMutAct_9fa48("120") ? false : stryMutAct_9fa48("119") ? true : (stryCov_9fa48("119", "120", "121"), (stryMutAct_9fa48("122") ? isBusy : (stryCov_9fa48("122"), !isBusy)) || (stryMutAct_9fa48("125") ? waitMs <= longestWaitMs : stryMutAct_9fa48("124") ? waitMs >= longestWaitMs : stryMutAct_9fa48("123") ? false : (stryCov_9fa48("123", "124", "125"), waitMs > longestWaitMs)))) throw error;
                await sleep(clock, waitMs, options.signal);
              }
            }
          }
        }
        for (let waitMs = firstWaitMs; stryMutAct_9fa48("127") ? job && !job.done || waitMs <= longestWaitMs : stryMutAct_9fa48("126") ? false : (stryCov_9fa48("126", "127"), (stryMutAct_9fa48("129") ? job || !job.done : stryMutAct_9fa48("128") ? true : (stryCov_9fa48("128", "129"), job && (stryMutAct_9fa48("130") ? job.done : (stryCov_9fa48("130"), !job.done)))) && (stryMutAct_9fa48("133") ? waitMs > longestWaitMs : stryMutAct_9fa48("132") ? waitMs < longestWaitMs : stryMutAct_9fa48("131") ? true : (stryCov_9fa48("131", "132", "133"), waitMs <= longestWaitMs))); stryMutAct_9fa48("134") ? waitMs /= 2 : (stryCov_9fa48("134"), waitMs *= 2)) {
          if (stryMutAct_9fa48("135")) {
            {}
          } else {
            stryCov_9fa48("135");
            await sleep(clock, waitMs, options.signal);
            job = (await client.graphql(JobReadDocument, stryMutAct_9fa48("136") ? {} : (stryCov_9fa48("136"), {
              id: job.id
            }), callOptions(options))).data.job;
          }
        }
      }
    }
  }
}

/** Puts a product's variants in an order. Returns Shopify's time of the change, where there was one to make. */
export async function orderVariants({
  client,
  productId
}: OrderPlace, ids: readonly string[], options: CallOptions): Promise<string | undefined> {
  if (stryMutAct_9fa48("137")) {
    {}
  } else {
    stryCov_9fa48("137");
    const now = await allPages(stryMutAct_9fa48("138") ? "" : (stryCov_9fa48("138"), 'product.variants'), async after => {
      if (stryMutAct_9fa48("139")) {
        {}
      } else {
        stryCov_9fa48("139");
        const page = await client.graphql(ProductVariantIdsDocument, stryMutAct_9fa48("140") ? {} : (stryCov_9fa48("140"), {
          id: productId,
          after
        }), callOptions(options));
        return stryMutAct_9fa48("141") ? page.data.product?.variants && {
          nodes: [],
          pageInfo: {
            hasNextPage: false
          }
        } : (stryCov_9fa48("141"), (stryMutAct_9fa48("142") ? page.data.product.variants : (stryCov_9fa48("142"), page.data.product?.variants)) ?? (stryMutAct_9fa48("143") ? {} : (stryCov_9fa48("143"), {
          nodes: stryMutAct_9fa48("144") ? ["Stryker was here"] : (stryCov_9fa48("144"), []),
          pageInfo: stryMutAct_9fa48("145") ? {} : (stryCov_9fa48("145"), {
            hasNextPage: stryMutAct_9fa48("146") ? true : (stryCov_9fa48("146"), false)
          })
        })));
      }
    });
    const moves = movesInto(now.map(stryMutAct_9fa48("147") ? () => undefined : (stryCov_9fa48("147"), ({
      id
    }) => id)), ids).map(stryMutAct_9fa48("148") ? () => undefined : (stryCov_9fa48("148"), ({
      id,
      at
    }) => stryMutAct_9fa48("149") ? {} : (stryCov_9fa48("149"), {
      id,
      position: stryMutAct_9fa48("150") ? at - 1 : (stryCov_9fa48("150"), at + 1)
    })));
    let updatedAt: string | undefined;
    for (const positions of chunksOf(moves, maxMoves)) {
      if (stryMutAct_9fa48("151")) {
        {}
      } else {
        stryCov_9fa48("151");
        const variables = stryMutAct_9fa48("152") ? {} : (stryCov_9fa48("152"), {
          productId,
          positions
        });
        const {
          data
        } = await client.graphql(ProductVariantsReorderDocument, variables, callOptions(options));
        updatedAt = stryMutAct_9fa48("153") ? data.productVariantsBulkReorder?.product?.updatedAt && updatedAt : (stryCov_9fa48("153"), (stryMutAct_9fa48("155") ? data.productVariantsBulkReorder.product?.updatedAt : stryMutAct_9fa48("154") ? data.productVariantsBulkReorder?.product.updatedAt : (stryCov_9fa48("154", "155"), data.productVariantsBulkReorder?.product?.updatedAt)) ?? updatedAt);
      }
    }
    return updatedAt;
  }
}
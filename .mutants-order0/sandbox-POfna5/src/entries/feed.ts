// @ts-nocheck
export type { FeedContext, FeedHandler } from '../feed/change-jobs.ts';
export {
  createFeed,
  type Feed,
  type FeedClient,
  type FeedEvent,
  type FeedNotice,
  type FeedOptions,
  type FeedPage,
  type FeedResourceName,
  type FeedRun,
  type SelectedNode,
} from '../feed/feed.ts';
export type { FeedBulk } from '../feed/first-fill.ts';
export type {
  FeedChange,
  FeedConnection,
  FeedNode,
  FeedResource,
  FeedVariables,
} from '../feed/read-changes.ts';

// @ts-nocheck
export type { DashboardAction } from '../dashboard/actions.ts';
export type { DashboardEvent } from '../dashboard/activity.ts';
export {
  createDashboardHandler,
  type Dashboard,
  type DashboardAccess,
  type DashboardOptions,
} from '../dashboard/dashboard.ts';
export { dashboardListener } from '../dashboard/node-listener.ts';
export type { DashboardApp, DashboardRuns, DashboardSync } from '../dashboard/views.ts';

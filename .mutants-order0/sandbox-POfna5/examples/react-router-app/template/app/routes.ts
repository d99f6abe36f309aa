// @ts-nocheck
import { type RouteConfig, route } from '@react-router/dev/routes';

export default [
  route('app', 'routes/app.tsx'),
  route('webhooks/app/uninstalled', 'routes/webhooks.app.uninstalled.tsx'),
  route('webhooks/shopwright', 'routes/webhooks.shopwright.tsx'),
] satisfies RouteConfig;

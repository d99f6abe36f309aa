// @ts-nocheck
// As in the template.
import type { ActionFunctionArgs } from 'react-router';
import { sessionStorage } from '../sessions.server';
import { authenticate } from '../shopify.server';

export const action = async ({ request }: ActionFunctionArgs) => {
  const { shop, session } = await authenticate.webhook(request);
  // Shopify may tell it more than once, after the sessions are gone.
  if (session) {
    const sessions = await sessionStorage.findSessionsByShop(shop);
    await sessionStorage.deleteSessions(sessions.map(({ id }) => id));
  }
  return new Response();
};

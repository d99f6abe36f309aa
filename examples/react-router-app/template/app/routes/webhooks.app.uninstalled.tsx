// As in the template.
import type { ActionFunctionArgs } from 'react-router';
import { sessionStorage } from '../sessions.server';
import { authenticate } from '../shopify.server';

export const action = async ({ request }: ActionFunctionArgs) => {
  const { shop, session } = await authenticate.webhook(request);
  // Shopify may deliver it more than once, even after the sessions are gone.
  if (session) {
    const sessions = await sessionStorage.findSessionsByShop(shop);
    await sessionStorage.deleteSessions(sessions.map(({ id }) => id));
  }
  return new Response();
};

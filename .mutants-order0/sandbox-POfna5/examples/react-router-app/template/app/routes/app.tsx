// @ts-nocheck
import { type ActionFunctionArgs, type LoaderFunctionArgs, useLoaderData } from 'react-router';
import { authenticate } from '../shopify.server';
import { queuePush } from '../shopwright.server';

// As in the template.
export const loader = async ({ request }: LoaderFunctionArgs) => {
  const { session } = await authenticate.admin(request);
  return { shop: session.shop };
};

export const action = async ({ request }: ActionFunctionArgs) => {
  const { session } = await authenticate.admin(request);
  const { title } = Object.fromEntries(await request.formData());
  await queuePush(session.shop, String(title));
  return { queued: title };
};

export default function Page() {
  const { shop } = useLoaderData<typeof loader>();
  return (
    <form method="post">
      <p>{shop}</p>
      <input name="title" aria-label="Title" />
      <button type="submit">Push</button>
    </form>
  );
}

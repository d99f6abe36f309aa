// @ts-nocheck
import type { ActionFunctionArgs } from 'react-router';
import { webhooks } from '../shopwright.server';

export const action = ({ request }: ActionFunctionArgs) => webhooks(request);

// @ts-nocheck
import { threeTees } from '../three';

export async function GET(): Promise<Response> {
  return new Response((await threeTees()).join(' '));
}

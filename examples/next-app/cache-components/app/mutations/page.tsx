import { connection } from 'next/server';
import { Suspense } from 'react';
import { threeTees } from '../../../app/mutations/three';

// The client reads the time of day, which Next allows only during a request: wait for one first.
async function Tees() {
  await connection();
  return <p>{(await threeTees()).join(' ')}</p>;
}

export default function Page() {
  return (
    <Suspense>
      <Tees />
    </Suspense>
  );
}

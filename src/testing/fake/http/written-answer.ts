import { type FaultKind, faults } from '../faults/kinds.ts';
import { newestVersion } from './admission.ts';
import type { AnswerBody } from './answers.ts';
import type { FakeAnswer } from './types.ts';

/** An answer with status, headers and a body of text. */
export type WrittenAnswer = Extract<FakeAnswer, { readonly type: 'answer' }> & { readonly body: string };

/** Writes the answers of one request, with the headers that every answer has. */
export function answerWriter(requestId: string) {
  return (status: number, body: AnswerBody, version: string = newestVersion): WrittenAnswer => ({
    type: 'answer',
    status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'x-request-id': requestId,
      'x-shopify-api-version': version,
    },
    body: JSON.stringify(body),
  });
}

/** What a fault makes of an answer. A false THROTTLED, and an answer that is only late, pass as they are. */
export function disturb(answer: WrittenAnswer, kind: FaultKind): FakeAnswer {
  const { effect } = faults[kind];
  switch (effect.type) {
    case 'status':
      return { ...answer, status: effect.status, headers: { ...answer.headers, ...effect.headers }, body: effect.body };
    case 'truncated':
      return { ...answer, body: answer.body.slice(0, answer.body.length / 2) };
    case 'drop':
    case 'hang':
      return { type: effect.type };
    case 'slow':
    case 'throttled':
      return answer;
  }
}

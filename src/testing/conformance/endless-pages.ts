/**
 * Ends a case in which a store gives more than it holds: one that begins a page with the entry named by `after`, and
 * not behind it, would keep the suite at work until memory is full.
 *
 * @throws Error when there are more than `most`.
 */
export function mustEnd(given: number, most: number): void {
  if (given <= most) return;
  throw new Error(`The pages do not end: ${given} came, of ${most}. A page begins behind what \`after\` names.`);
}

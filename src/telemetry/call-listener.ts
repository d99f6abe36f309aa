/**
 * Calls a host's listener, if there is one, which cannot break what it hears about: what it throws goes to `onError`.
 *
 * An async function fits too, and what it rejects with would end the process if nobody took it.
 */
export function callListener<Event>(
  listener: ((event: Event) => void) | undefined,
  event: Event,
  onError: (error: unknown) => void,
): void {
  try {
    const told: unknown = listener?.(event);
    if (told instanceof Promise) told.catch(onError);
  } catch (error) {
    onError(error);
  }
}

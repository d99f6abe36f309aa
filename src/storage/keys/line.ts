/** A place in a line. */
export interface Place {
  /** Resolves when nobody of the line stands before. */
  readonly isFirst: Promise<void>;
  /** Leaves the line; the next one comes to its front. Safe to call twice. */
  leave(): void;
}

/** Lines by name, of those in this process who wait for the same thing. */
export interface Lines {
  join(name: string): Place;
  /** Hears the next `wake` of that name. Returns a function that stops listening. */
  onWake(name: string, run: () => void): () => void;
  wake(name: string): void;
}

interface Waiting {
  readonly step: () => void;
}

/** Makes lines without anybody in them. */
export function createLines(): Lines {
  const lines = new Map<string, Set<Waiting>>();
  const listeners = new Map<string, () => void>();
  return {
    join(name) {
      const line = lines.get(name) ?? new Set<Waiting>();
      lines.set(name, line);
      const { promise: isFirst, resolve: step } = Promise.withResolvers<void>();
      const own: Waiting = { step };
      line.add(own);
      if (line.size === 1) step();
      return {
        isFirst,
        leave() {
          if (!line.delete(own)) return;
          if (line.size === 0) lines.delete(name);
          const [next] = line;
          next?.step();
        },
      };
    },
    onWake(name, run) {
      listeners.set(name, run);
      return () => {
        if (listeners.get(name) === run) listeners.delete(name);
      };
    },
    wake: (name) => listeners.get(name)?.(),
  };
}

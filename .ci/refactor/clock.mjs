import { setImmediate } from 'node:timers';

let working = 0;

/** Counts what WebCrypto does on other threads, so that a clock can wait for it. */
export function watchCrypto() {
  const { prototype } = crypto.subtle.constructor;
  for (const name of ['digest', 'sign', 'verify', 'importKey', 'encrypt', 'decrypt', 'deriveBits', 'deriveKey']) {
    const called = prototype[name];
    prototype[name] = async function watched(...args) {
      working += 1;
      try {
        return await called.apply(this, args);
      } finally {
        working -= 1;
      }
    };
  }
}

const turnsBetweenTimers = 12;
const turnsBeforeIdle = 120;

async function turns(count, until = () => false) {
  for (let turn = 0; turn < count && !until(); turn += working > 0 ? 0 : 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/**
 * A clock that stands still until it is told to go on, the same for both packages. It differs from the one that they
 * publish in that it does not go on while another thread still works, however busy the machine is.
 */
export function createClock({ now: origin = Date.UTC(2026, 10, 1) } = {}) {
  const timers = new Set();
  let elapsed = 0;
  const next = () => [...timers].reduce((first, timer) => (first && first.due <= timer.due ? first : timer), undefined);
  const fire = (timer) => {
    timers.delete(timer);
    elapsed = Math.max(elapsed, timer.due);
    timer.run();
  };
  return {
    get pending() {
      return timers.size;
    },
    now: () => origin + elapsed,
    monotonic: () => elapsed,
    setTimer(run, delayMs) {
      const timer = { run, due: elapsed + Math.max(0, delayMs) };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async advance(ms) {
      const target = elapsed + ms;
      await turns(turnsBetweenTimers);
      for (let timer = next(); timer && timer.due <= target; timer = next()) {
        fire(timer);
        await turns(turnsBetweenTimers);
      }
      elapsed = Math.max(elapsed, target);
    },
    async run(promise) {
      let settled = false;
      const settle = () => {
        settled = true;
      };
      promise.then(settle, settle);
      for (;;) {
        await turns(turnsBetweenTimers, () => settled);
        if (!settled && timers.size === 0) await turns(turnsBeforeIdle, () => settled || timers.size > 0);
        if (settled) return promise;
        const timer = next();
        if (!timer) throw new Error('scenario: the promise is pending, and no timer is left that could settle it');
        fire(timer);
      }
    },
  };
}

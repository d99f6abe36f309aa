// Moves the date of a process, not its timers: TEST_DATE=2027-01-02 node --import ./.ci/tools/other-date.mjs program.ts
const wanted = process.env.TEST_DATE;
if (wanted && globalThis.Date.name === 'Date' && !globalThis.Date.isMoved) {
  const RealDate = globalThis.Date;
  const ahead = RealDate.parse(wanted) - RealDate.now();
  if (Number.isNaN(ahead)) throw new Error(`TEST_DATE is "${wanted}": give one such as 2027-01-02`);
  // A proxy, so that dates created elsewhere are instances of it too, and `Date()` still returns text.
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args, of) => Reflect.construct(target, args.length === 0 ? [target.now() + ahead] : args, of),
    apply: (target) => new target(target.now() + ahead).toString(),
    get: (target, name, of) => {
      if (name === 'isMoved') return true;
      return name === 'now' ? () => target.now() + ahead : Reflect.get(target, name, of);
    },
  });
}

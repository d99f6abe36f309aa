// @ts-nocheck
import { parseArgs } from 'node:util';

export const usage = `npm run example -- [options]

  (no option)         push the example catalogue into a fake Shopify inside this process
  --origin URL        push into a fake Shopify of its own process (npm run fake)
  --live              push into the real shop of SHOPIFY_STORE_URL and SHOPIFY_ACCESS_TOKEN
  --dry-run           send nothing; tell what a push would do
  --fresh             forget what earlier runs have done, and start over
  --plan NAME         plan of the embedded fake: standard, advanced (default) or plus
  --faults RATE       chance of a fault for each call to the embedded fake, such as 0.03
  --concurrency N     products pushed at the same time (default 8)
  --catalogue FILE    rows to push, in the form of examples/catalogue/products.json
  --publish-to NAME   sales channel to publish to (default "Online Store"); give '' for none
  --data FOLDER       where sync records are kept (default .demo)
`;

export type Plan = 'standard' | 'advanced' | 'plus';

export interface Arguments {
  readonly origin: string | undefined;
  readonly live: boolean;
  readonly dryRun: boolean;
  readonly fresh: boolean;
  readonly plan: Plan;
  readonly faults: number;
  readonly concurrency: number;
  readonly catalogue: string;
  readonly publishTo: readonly string[];
  readonly data: string;
}

const isPlan = (text: string): text is Plan => ['standard', 'advanced', 'plus'].includes(text);

/** Reads the command line, or ends the process with one clear line. */
export function readArguments(): Arguments {
  try {
    const { values } = parseArgs({
      options: {
        origin: { type: 'string' },
        live: { type: 'boolean', default: false },
        'dry-run': { type: 'boolean', default: false },
        fresh: { type: 'boolean', default: false },
        plan: { type: 'string', default: 'advanced' },
        faults: { type: 'string', default: '0' },
        concurrency: { type: 'string', default: '8' },
        catalogue: { type: 'string', default: 'examples/catalogue/products.json' },
        'publish-to': { type: 'string', default: 'Online Store' },
        data: { type: 'string', default: '.demo' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      console.log(usage);
      process.exit(0);
    }
    if (values.live && values.origin !== undefined) throw new Error('--live and --origin exclude each other');
    if (values.origin !== undefined && !/^https?:\/\/[^/?#@]+\/?$/.test(values.origin)) {
      throw new Error('--origin must be scheme and host, such as http://127.0.0.1:4010');
    }
    if (values['dry-run'] && values.fresh)
      throw new Error('--dry-run changes nothing, and --fresh deletes the records of earlier runs');
    if (!isPlan(values.plan)) throw new Error('--plan must be standard, advanced or plus');
    const faults = Number(values.faults);
    if (!(faults >= 0 && faults < 1)) throw new Error('--faults must be a number from 0 to below 1');
    return {
      origin: values.origin,
      live: values.live,
      dryRun: values['dry-run'],
      fresh: values.fresh,
      plan: values.plan,
      faults,
      concurrency: Number(values.concurrency),
      catalogue: values.catalogue,
      publishTo: values['publish-to'] === '' ? [] : [values['publish-to']],
      data: values.data,
    };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    process.exit(2);
  }
}

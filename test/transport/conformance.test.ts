import { kyTransport } from 'shopwright';
import { describe, expect, it } from 'vitest';
import { undiciTransport } from '../../src/entries/transport-undici.ts';
import { describeTransport } from '../../src/testing/conformance/transport.ts';

describeTransport('kyTransport', () => kyTransport(), { describe, it, expect });
describeTransport('undiciTransport', () => undiciTransport(), { describe, it, expect });

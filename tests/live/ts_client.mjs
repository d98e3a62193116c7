// The SDK for TypeScript, asked once for each of the cases on stdin, all at once; what came of each
// goes to stdout. What is not over when patience ends is said to hang.

import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const { sdk, asked, cases, patience, hang } = JSON.parse(readFileSync(0, 'utf8'));
const Anthropic = createRequire(import.meta.url)(sdk).default;

// The class of an error, and what was at the bottom of it.
const raised = (error) => {
  const name = error.constructor.name;
  let cause = error.cause;
  if (!cause) return name;
  while (cause.cause) cause = cause.cause;
  return `${name}<-${cause.code ?? cause.name}`;
};

const answer = (message) => {
  if (message === null || message === undefined) return String(message);
  if (typeof message !== 'object') return typeof message;
  return Array.isArray(message) ? 'list' : message.type;
};

const meet = async ({ address, key, script, way, timeout, body }) => {
  const client = new Anthropic({ baseURL: address, apiKey: key, timeout, maxRetries: 2 });
  const options = { headers: { 'x-simtwin-script': script } };
  const params = { ...asked, ...body };
  let heard = '';
  try {
    if (way === 'create') return `OK ${answer(await client.messages.create(params, options))}`;
    if (way === 'raw') {
      const events = await client.messages.create({ ...params, stream: true }, options);
      for await (const _ of events) heard = ' in the stream';
      return 'OK';
    }
    const message = await client.messages.stream(params, options).finalMessage();
    return `OK ${message.stop_reason}`;
  } catch (error) {
    return raised(error) + heard;
  }
};

const late = new Promise((resolve) => setTimeout(resolve, patience, hang));
const came = await Promise.all(cases.map((each) => Promise.race([meet(each), late])));
process.stdout.write(JSON.stringify(came), () => process.exit(0));

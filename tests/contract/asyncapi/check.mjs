// Prints what AsyncAPI's own parser says of a document, one finding a line, and at last what it read.
import { readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';

const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], 'utf8'));
for (const each of diagnostics) {
  // We stay with 3.0.0 on purpose: it is what the tools of our readers know.
  if (each.code !== 'asyncapi-latest-version') console.log(`FINDING ${each.code} ${each.path.join('.')}: ${each.message}`);
}
if (!document) process.exit(1);
console.log(`read ${document.channels().all().length} channels, ${document.operations().all().length} operations, ${document.messages().all().length} messages`);

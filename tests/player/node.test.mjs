/** Runs the tests in node: `CASES=cases.json node --test tests/player/node.test.mjs`; pytest writes the cases. */

import { readFileSync } from "node:fs";
import { suite, test } from "node:test";

import { suites } from "./all.mjs";

const cases = JSON.parse(readFileSync(process.env.CASES, "utf-8"));

for (const [name, tests] of Object.entries(suites)) {
  suite(name, () => {
    for (const [sentence, act] of Object.entries(tests)) test(sentence, () => act(cases));
  });
}

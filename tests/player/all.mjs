/** All tests of the player's pure modules. Each gets the cases that Python has written. */

import { tests as answers } from "./highlights.mjs";
import { tests as clock } from "./clock.mjs";
import { tests as decode } from "./decode.mjs";
import { tests as relations } from "./relations.mjs";
import { tests as tables } from "./tables.mjs";
import { tests as tween } from "./tween.mjs";
import { tests as windows } from "./windows.mjs";

export const suites = { answers, clock, decode, relations, tables, tween, windows };

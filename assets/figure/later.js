/** What only some readers of a figure need: pages fetch it when it is first used. */

import { Embed } from "./embed.js";
import { Quiz } from "./predict.js";
import { showTables } from "./tables.js";

export const later = { Embed, Quiz, showTables };

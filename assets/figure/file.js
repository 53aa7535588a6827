/** The figure in a file, which fetches nothing. */

import { later } from "./later.js";
import { start } from "./page.js";

start(later);
